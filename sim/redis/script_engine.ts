/**
 * Runs Lua scripts: each is prepared once, most of them for closures, the others for the interpreter, one
 * state of which they share.
 *
 * Known differences to Redis: no `cmsgpack`, `struct`, `setfenv` and `redis.setresp(3)`; `goto` cannot
 * be a name; `..` prints numbers from 1e14 on in full (`tostring` does not); lengths are integers of 32
 * bits; a script is stopped for good after a number of instructions, not by `SCRIPT KILL`.
 *
 * @module
 */

import { messageOf } from "../../lib/error_message.ts";
import { RedisError } from "../../lib/jobs/redis_calls.ts";
import { type Bytes, toUint8Array } from "./bytes.ts";
import type { CommandTable } from "./command.ts";
import {
  GLOBALS_SLOT,
  lauxlib,
  lua,
  type LuaDebug,
  type LuaState,
  luaString,
  raise,
} from "./lua/api.ts";
import { openBaseLibraries, reseed } from "./lua/base_library.ts";
import { ENVIRONMENT_SLOT, openEnvironment } from "./lua/environment.ts";
import { openBit } from "./lua/bit_library.ts";
import { openCjson } from "./lua/cjson.ts";
import { DialectError, toInterpreterDialect } from "./lua/dialect.ts";
import { type CompiledScript, ScriptCompilers } from "./lua/compiler/script_compiler.ts";
import { LuaError } from "./lua/compiler/values.ts";
import { type ScriptContext, sha1Hex } from "./lua/issue.ts";
import { bytesOf, openRedis } from "./lua/redis_library.ts";
import {
  popReply,
  prepareValues,
  pushBytes,
  pushField,
  pushList,
  readField,
  readText,
} from "./lua/values.ts";
import { ErrorReply, type Reply } from "./reply.ts";
import type { Session } from "./session.ts";
import type { RedisStore } from "./store.ts";

/** Lua instructions between two looks at the budget. */
const HOOK_INSTRUCTIONS = 100_000;
/** First of the registry's slots that hold compiled scripts. */
const FIRST_SCRIPT_SLOT = 2_000_000;
/** Most scripts kept; as in Redis they stay until `SCRIPT FLUSH`, but for this bound. */
const MOST_SCRIPTS = 10_000;

/** A script that is known. */
interface Script {
  readonly sha1: string;
  /** The registry's slot of its function in the interpreter. */
  readonly slot: number;
  /** The script as closures; `undefined` where only the interpreter can run it. */
  readonly compiled: CompiledScript | undefined;
  /** Whether its first line forbids writes. */
  readonly isReadOnly: boolean;
}

/** Arguments of a script. */
export interface ScriptArguments {
  /** `KEYS`; becomes the script's own. */
  readonly keys: Bytes[];
  /** `ARGV`; becomes the script's own. */
  readonly values: Bytes[];
  /** Whether commands that write are refused. */
  readonly isReadOnly: boolean;
}

const engines = new WeakMap<RedisStore, ScriptEngine>();

/** The interpreter of a store; made when it is first asked for. */
export function scriptEngine(store: RedisStore, table: CommandTable): ScriptEngine {
  const engine = engines.get(store) ?? new ScriptEngine(store, table);
  engines.set(store, engine);
  return engine;
}

/** A Lua state and the scripts compiled in it. */
export class ScriptEngine {
  readonly #L: LuaState = lauxlib.luaL_newstate();
  readonly #context: ScriptContext = { session: null, isReadOnly: false };
  readonly #compilers: ScriptCompilers;
  readonly #bySha1 = new Map<string, Script>();
  readonly #bySource = new Map<Bytes, Script>();
  readonly #instructionLimit: number;
  #instructionsLeft = 0;
  #slotCount = 0;

  /**
   * @param store Gives the clock and the limit of instructions.
   * @param table The commands that scripts may issue.
   */
  constructor(store: RedisStore, table: CommandTable) {
    const L = this.#L;
    this.#instructionLimit = store.scriptInstructionLimit;
    lua.lua_atnativeerror(L, describeNativeError);
    prepareValues(L);
    openBaseLibraries(L, store.clock);
    openCjson(L);
    openBit(L);
    openRedis(L, table, this.#context);
    openEnvironment(L);
    this.#compilers = new ScriptCompilers(table, this.#context);
  }

  /** Compiles a script unless it is known, and returns its SHA-1. */
  load(source: Bytes): string {
    return this.#compiled(source).sha1;
  }

  /** Whether a script is known. */
  has(sha1: string): boolean {
    return this.#bySha1.has(sha1.toLowerCase());
  }

  /** Forgets all scripts. */
  flush(): void {
    for (const { slot } of this.#bySha1.values()) {
      lua.lua_pushnil(this.#L);
      lua.lua_rawseti(this.#L, lua.LUA_REGISTRYINDEX, slot);
    }
    this.#bySha1.clear();
    this.#bySource.clear();
  }

  /**
   * Compiles a script unless it is known, and runs it.
   *
   * @param session Who runs it.
   * @param source The script.
   * @param args Its arguments.
   * @returns Its answer.
   * @throws {RedisError} When it does not compile.
   */
  runSource(session: Session, source: Bytes, args: ScriptArguments): Reply {
    return this.#run(session, this.#compiled(source), args);
  }

  /**
   * Runs a known script.
   *
   * @param session Who runs it.
   * @param sha1 Its SHA-1.
   * @param args Its arguments.
   * @returns Its answer.
   * @throws {RedisError} When it is unknown.
   */
  runSha1(session: Session, sha1: string, args: ScriptArguments): Reply {
    const script = this.#bySha1.get(sha1) ?? this.#bySha1.get(sha1.toLowerCase());
    if (script === undefined) throw new RedisError("NOSCRIPT No matching script. Please use EVAL.");
    return this.#run(session, script, args);
  }

  #compiled(source: Bytes): Script {
    const known = this.#bySource.get(source);
    if (known !== undefined) return known;
    if (this.#bySource.size >= MOST_SCRIPTS) this.flush();
    const L = this.#L;
    const { body, isReadOnly } = splitShebang(source);
    const compiled = toUint8Array(translate(body));
    if (
      lauxlib.luaL_loadbuffer(L, compiled, compiled.length, luaString("@user_script")) !==
        lua.LUA_OK
    ) {
      const message = bytesOf(lua.lua_tostring(L, -1));
      lua.lua_pop(L, 1);
      throw compileError(message.replace(/near (<\w+>)$/, "near '$1'"));
    }
    lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, ENVIRONMENT_SLOT);
    lua.lua_setupvalue(L, -2, 1);
    const script = {
      sha1: sha1Hex(source),
      slot: FIRST_SCRIPT_SLOT + this.#slotCount++,
      compiled: this.#compilers.compile(body),
      isReadOnly,
    };
    lua.lua_rawseti(L, lua.LUA_REGISTRYINDEX, script.slot);
    this.#bySource.set(source, script);
    this.#bySha1.set(script.sha1, script);
    return script;
  }

  #run(session: Session, script: Script, args: ScriptArguments): Reply {
    const { database, protocol, mayBlock } = session;
    this.#context.session = session;
    this.#context.isReadOnly = args.isReadOnly || script.isReadOnly;
    session.protocol = 2;
    session.mayBlock = false;
    try {
      return script.compiled === undefined
        ? this.#interpret(script, args)
        : this.#runCompiled(script.compiled, script, args);
    } finally {
      this.#context.session = null;
      session.database = database;
      session.protocol = protocol;
      session.mayBlock = mayBlock;
    }
  }

  #runCompiled(run: CompiledScript, { sha1 }: Script, { keys, values }: ScriptArguments): Reply {
    try {
      return run({ keys, values, stepLimit: this.#instructionLimit });
    } catch (error) {
      if (!(error instanceof LuaError)) throw error;
      const { message, line, isReply } = error;
      const place = line === 0 ? "" : `, on @user_script:${line}.`;
      return new ErrorReply(`${isReply ? "" : "ERR "}${message} script: ${sha1}${place}`);
    }
  }

  #interpret(script: Script, { keys, values }: ScriptArguments): Reply {
    const L = this.#L;
    this.#instructionsLeft = this.#instructionLimit;
    reseed(L);
    lua.lua_sethook(L, this.#spend, lua.LUA_MASKCOUNT, HOOK_INSTRUCTIONS);
    try {
      this.#setList("KEYS", keys);
      this.#setList("ARGV", values);
      lua.lua_pushcfunction(L, locateError);
      lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, script.slot);
      const status = lua.lua_pcall(L, 0, 1, -2);
      return status === lua.LUA_OK ? popReply(L) : this.#popError(script);
    } finally {
      lua.lua_sethook(L, null, 0, 0);
      lua.lua_settop(L, 0);
    }
  }

  #setList(name: Bytes, items: readonly Bytes[]): void {
    const L = this.#L;
    lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, GLOBALS_SLOT);
    pushBytes(L, L, name);
    pushList(L, L, items);
    lua.lua_rawset(L, -3);
    lua.lua_pop(L, 1);
  }

  /** Called every {@linkcode HOOK_INSTRUCTIONS} instructions. */
  readonly #spend = (L: LuaState): void => {
    this.#instructionsLeft -= HOOK_INSTRUCTIONS;
    if (this.#instructionsLeft > 0) return;
    // From here on each instruction fails, so that a script cannot catch the error and go on.
    lua.lua_sethook(L, this.#spend, lua.LUA_MASKCOUNT, 1);
    raise(L, `Script stopped after ${this.#instructionLimit} instructions`);
  };

  /** Turns the error on top of the stack into an answer, worded as Redis words it. */
  #popError({ sha1 }: Script): ErrorReply {
    const L = this.#L;
    if (lua.lua_type(L, -1) !== lua.LUA_TTABLE) {
      return new ErrorReply(`ERR ${readText(L, -1) ?? "unknown error"} script: ${sha1}`);
    }
    const message = readField(L, -1, luaString("err")) ?? "ERR unknown error";
    const source = readField(L, -1, luaString("source"));
    const line = readField(L, -1, luaString("line"));
    const place = source === null || line === null ? "" : `, on ${source}:${line}.`;
    return new ErrorReply(`${message} script: ${sha1}${place}`);
  }
}

const compileError = (message: Bytes) =>
  new RedisError(`ERR Error compiling script (new function): ${message}`);

function translate(source: Bytes): Bytes {
  try {
    return toInterpreterDialect(source);
  } catch (error) {
    if (error instanceof DialectError) throw compileError(error.message);
    throw error;
  }
}

/** Takes off a first line such as `#!lua flags=no-writes`; the line itself stays, empty. */
function splitShebang(source: Bytes): { body: Bytes; isReadOnly: boolean } {
  if (!source.startsWith("#!")) return { body: source, isReadOnly: false };
  const end = source.indexOf("\n") < 0 ? source.length : source.indexOf("\n");
  const [engine, ...options] = source.slice(2, end).trim().split(/\s+/);
  if (engine !== "lua") throw new RedisError(`ERR Unexpected engine in script shebang: ${engine}`);
  const flags = options.find((option) => option.startsWith("flags="))?.slice(6).split(",") ?? [];
  return { body: source.slice(end), isReadOnly: flags.includes("no-writes") };
}

/** Message handler: makes any error a table with text and place. */
function locateError(L: LuaState): number {
  if (lua.lua_type(L, 1) !== lua.LUA_TTABLE) {
    const text = readText(L, 1) ?? "unknown error";
    pushField(L, L, "err", `ERR ${text}`);
    lua.lua_replace(L, 1);
  }
  const debug: LuaDebug = new lua.lua_Debug();
  for (let level = 1; lua.lua_getstack(L, level, debug) !== 0; level++) {
    lua.lua_getinfo(L, luaString("Sl"), debug);
    if (bytesOf(debug.what) === "C" || debug.currentline < 0) continue;
    lua.lua_pushstring(L, debug.source);
    lua.lua_setfield(L, 1, luaString("source"));
    lua.lua_pushstring(L, luaString(`${debug.currentline}`));
    lua.lua_setfield(L, 1, luaString("line"));
    break;
  }
  lua.lua_settop(L, 1);
  return 1;
}

/** What a script sees when the interpreter itself fails, by too deep a recursion say. */
function describeNativeError(L: LuaState): number {
  const error = lua.lua_touserdata(L, 1);
  lua.lua_pushstring(L, luaString(messageOf(error)));
  return 1;
}
