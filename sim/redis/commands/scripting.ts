/**
 * Lua scripts.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import type { CommandSpec, CommandTable } from "../command.ts";
import { syntaxError, unknownSubcommand } from "../errors.ts";
import { integerArgument } from "../numbers.ts";
import { OK, type Reply } from "../reply.ts";
import { type ScriptArguments, scriptEngine } from "../script_engine.ts";
import type { Session } from "../session.ts";

function scriptArguments(args: readonly Bytes[], isReadOnly: boolean): ScriptArguments {
  const count = integerArgument(args[2] ?? "");
  if (count > args.length - 3) {
    throw new RedisError("ERR Number of keys can't be greater than number of args");
  }
  if (count < 0) throw new RedisError("ERR Number of keys can't be negative");
  return { keys: args.slice(3, 3 + count), values: args.slice(3 + count), isReadOnly };
}

/**
 * Makes the commands.
 *
 * @param table The commands that scripts may issue.
 * @returns The commands.
 */
export function scriptingCommands(table: CommandTable): readonly CommandSpec[] {
  const evaluate = (isReadOnly: boolean) => (session: Session, args: readonly Bytes[]): Reply =>
    scriptEngine(session.store, table)
      .runSource(session, args[1] ?? "", scriptArguments(args, isReadOnly));
  const evaluateSha = (isReadOnly: boolean) => (session: Session, args: readonly Bytes[]): Reply =>
    scriptEngine(session.store, table)
      .runSha1(session, args[1] ?? "", scriptArguments(args, isReadOnly));
  const script = (session: Session, args: readonly Bytes[]): Reply => {
    const engine = scriptEngine(session.store, table);
    const [, subcommand = "", ...rest] = args;
    switch (subcommand.toUpperCase()) {
      case "LOAD":
        if (rest.length !== 1) break;
        return engine.load(rest[0] ?? "");
      case "EXISTS":
        return rest.map((sha1) => Number(engine.has(sha1)));
      case "FLUSH":
        if (rest.length > 1 || !/^(?:a?sync)?$/i.test(rest[0] ?? "")) throw syntaxError();
        engine.flush();
        return OK;
      case "KILL":
        throw new RedisError("NOTBUSY No scripts in execution right now.");
    }
    throw unknownSubcommand("SCRIPT", subcommand);
  };
  return [
    { name: "EVAL", arity: -3, flags: ["noscript"], run: evaluate(false) },
    { name: "EVALSHA", arity: -3, flags: ["noscript"], run: evaluateSha(false) },
    { name: "EVAL_RO", arity: -3, flags: ["noscript", "readonly"], run: evaluate(true) },
    { name: "EVALSHA_RO", arity: -3, flags: ["noscript", "readonly"], run: evaluateSha(true) },
    { name: "SCRIPT", arity: -2, flags: ["noscript"], run: script },
  ];
}
