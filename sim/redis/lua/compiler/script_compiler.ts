/**
 * Compiles scripts to closures: six times as fast as the interpreter, which copies every string between
 * its own form and that of the commands. What it does not know it leaves to the interpreter: metatables,
 * coroutines, methods, variable arguments, `pcall`, long brackets, and most of the libraries.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";
import type { CommandTable } from "../../command.ts";
import { ErrorReply, type Reply, Status } from "../../reply.ts";
import type { ScriptContext } from "../issue.ts";
import { toInteger } from "../values.ts";
import { type Builtin, openLibrary } from "./library.ts";
import { Runtime } from "./runtime.ts";
import { ScriptCompiler } from "./statements.ts";
import { Unsupported } from "./unsupported.ts";
import { LuaError, LuaTable, type LuaValue } from "./values.ts";

/** Deepest nesting of tables in an answer. */
const DEEPEST_TABLE = 100;

/** What a script is given. */
export interface CompiledCall {
  /** `KEYS`; becomes the script's own. */
  readonly keys: Bytes[];
  /** `ARGV`; becomes the script's own. */
  readonly values: Bytes[];
  /** Turns of loops and calls of functions at most. */
  readonly stepLimit: number;
}

/** A compiled script; throws {@linkcode LuaError}. */
export type CompiledScript = (call: CompiledCall) => Reply;

/** Compiles the scripts of one engine. */
export class ScriptCompilers {
  readonly #runtime: Runtime;
  readonly #library: ReadonlyMap<string, Builtin>;

  /**
   * @param commands The commands that scripts may issue.
   * @param context Who runs the script.
   */
  constructor(commands: CommandTable, context: ScriptContext) {
    this.#runtime = new Runtime(commands, context);
    this.#library = openLibrary(this.#runtime);
  }

  /**
   * Compiles a script.
   *
   * @param source A script that is known to be valid.
   * @returns The compiled script; `undefined` where it must be interpreted.
   */
  compile(source: Bytes): CompiledScript | undefined {
    const runtime = this.#runtime;
    let run: () => LuaValue;
    try {
      run = new ScriptCompiler(source, runtime, this.#library).compile();
    } catch (error) {
      if (error instanceof Unsupported) return undefined;
      throw error;
    }
    return ({ keys, values, stepLimit }) => {
      runtime.keys = new LuaTable(keys);
      runtime.argv = new LuaTable(values);
      runtime.allow(stepLimit);
      try {
        return toReply(run(), 0);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        // Too deep a recursion, or too long a text.
        throw new LuaError(/stack/.test(error.message) ? "stack overflow" : "not enough memory");
      }
    };
  }
}

/** Turns what a script returns into an answer. */
function toReply(value: LuaValue, depth: number): Reply {
  if (typeof value === "string") return value;
  if (typeof value === "number") return toInteger(value);
  if (value === true) return 1;
  if (!(value instanceof LuaTable)) return null;
  if (depth >= DEEPEST_TABLE) return new ErrorReply("ERR reached lua stack limit");
  const error = value.get("err");
  if (typeof error === "string") return new ErrorReply(error);
  const status = value.get("ok");
  if (typeof status === "string") return new Status(status.replace(/[\r\n]/g, " "));
  const end = value.items.indexOf(undefined);
  const items = end < 0 ? value.items : value.items.slice(0, end);
  return items.map((item) => toReply(item, depth + 1));
}
