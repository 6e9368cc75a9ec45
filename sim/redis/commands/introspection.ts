/**
 * `COMMAND`: what the table of commands tells about itself.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import {
  type Command,
  type CommandSpec,
  type CommandTable,
  keysOf,
  suitsArity,
} from "../command.ts";
import { unknownSubcommand } from "../errors.ts";
import { Members, Pairs, type Reply, Status } from "../reply.ts";
import type { Session } from "../session.ts";

function describe({ name, arity, flags, keys }: Command): Reply {
  const shown = flags.filter((flag) => flag !== "immediate" && flag !== "open");
  return [
    name.toLowerCase(),
    arity,
    new Members(shown.map((flag) => new Status(flag))),
    ...(keys ?? [0, 0, 0]),
    new Members([]),
    [],
    [],
    [],
  ];
}

function keysIn(table: CommandTable, words: readonly Bytes[]): Reply {
  const command = table.find(words[0] ?? "");
  if (command === undefined) throw new RedisError("ERR Invalid command specified");
  if (!suitsArity(command, words.length)) {
    throw new RedisError("ERR Invalid number of arguments specified for command");
  }
  const keys = keysOf(command, words);
  if (keys.length === 0) throw new RedisError("ERR The command has no key arguments");
  return keys;
}

function documentation(table: CommandTable, names: readonly Bytes[]): Reply {
  const wanted = names.length === 0 ? [...table] : names.map((name) => table.find(name));
  return new Pairs(
    wanted.filter((command) => command !== undefined)
      .flatMap(({ name, arity }) => [name.toLowerCase(), new Pairs(["arity", arity])]),
  );
}

/**
 * Makes the command.
 *
 * @param table The table that it tells about.
 * @returns The command, for that table.
 */
export function introspectionCommands(table: CommandTable): readonly CommandSpec[] {
  const run = (_session: Session, args: readonly Bytes[]): Reply => {
    const [, subcommand, ...rest] = args;
    switch (subcommand?.toUpperCase()) {
      case undefined:
        return [...table].map(describe);
      case "COUNT":
        return table.size;
      case "LIST":
        return [...table].map(({ name }) => name.toLowerCase());
      case "INFO":
        return (rest.length === 0 ? [...table] : rest.map((name) => table.find(name)))
          .map((command) => command === undefined ? null : describe(command));
      case "DOCS":
        return documentation(table, rest);
      case "GETKEYS":
        return keysIn(table, rest);
      default:
        throw unknownSubcommand("COMMAND", subcommand ?? "");
    }
  };
  return [{ name: "COMMAND", arity: -1, flags: [], run }];
}
