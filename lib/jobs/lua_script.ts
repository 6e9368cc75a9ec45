/**
 * A Lua script that Redis runs as one atomic step.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type RedisCalls, RedisError, type RedisReply } from "./redis_calls.ts";

/** What a script is made of. */
export interface LuaScriptParts<Name extends string> {
  /** Name of the script, for error messages. */
  readonly name: string;
  /** Names of its arguments, in order; each is a local variable of the script, a string. */
  readonly args: readonly Name[];
  /** Shared pieces of Lua that go before the body. */
  readonly parts?: readonly string[];
  /** The script itself. */
  readonly body: string;
}

/**
 * A Lua script with named arguments, sent once and from then on called by its SHA-1 (`EVALSHA`).
 *
 * @example
 * ```ts
 * import { LuaScript } from "./lua_script.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const greet = new LuaScript({ name: "greet", args: ["who"], body: "return 'hello ' .. who" });
 * const calls = {
 *   connected: true,
 *   call: (command: readonly (string | number)[]) => Promise.resolve(`${command[0]} ${command[3]}`),
 *   [Symbol.asyncDispose]: () => Promise.resolve(),
 * };
 * assertEquals(await greet.run(calls, { who: "world" }), "EVALSHA world");
 * ```
 */
export class LuaScript<Name extends string = string> {
  /** Name of the script, for error messages. */
  readonly name: string;
  /** The whole text, as Redis gets it. */
  readonly source: string;
  readonly #args: readonly Name[];
  readonly #sha1: string;

  /**
   * Puts the parts together; Redis sees them at the first {@linkcode run}.
   *
   * @param script Name, arguments and text.
   */
  constructor(script: LuaScriptParts<Name>) {
    this.name = script.name;
    this.#args = script.args;
    const values = script.args.map((_, index) => `ARGV[${index + 1}]`);
    const locals = values.length === 0
      ? []
      : [`local ${script.args.join(", ")} = ${values.join(", ")}`];
    this.source = [...locals, ...(script.parts ?? []), script.body].map((text) => text.trim())
      .join("\n");
    this.#sha1 = createHash("sha1").update(this.source).digest("hex");
  }

  /**
   * Runs the script.
   *
   * @param calls The connection.
   * @param args A value for each named argument.
   * @param rest Further arguments, which the script finds in `ARGV` behind the named ones.
   * @returns What the script returns.
   * @throws {RedisError} When the script fails or the connection breaks.
   */
  run(
    calls: RedisCalls,
    args: Readonly<Record<Name, string | number>>,
    rest: readonly string[] = [],
  ): Promise<RedisReply> {
    const values = this.#args.map((name) => args[name]);
    const words = ["EVALSHA", this.#sha1, 0, ...values, ...rest];
    return calls.call(words).catch((error) => {
      if (!(error instanceof RedisError && error.message.includes("NOSCRIPT"))) throw error;
      return calls.call(["EVAL", this.source, ...words.slice(2)]);
    });
  }
}
