/**
 * The form of a command, and the table of all of them.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";
import type { Outcome } from "./reply.ts";
import type { Session } from "./session.ts";

/**
 * What a command is like.
 *
 * - `write`: changes data, goes to the log; `readonly`: does neither, `EVAL_RO` allows it
 * - `fast`: constant or logarithmic time
 * - `blocking`: may answer late
 * - `noscript`: refused in scripts
 * - `immediate`: runs inside `MULTI` instead of being queued
 * - `open`: allowed without a password
 * - `pubsub`: allowed in a RESP2 session that has subscribed
 */
export type CommandFlag =
  | "write"
  | "readonly"
  | "fast"
  | "blocking"
  | "noscript"
  | "immediate"
  | "open"
  | "pubsub";

/** A command. */
export interface CommandSpec {
  /** Name in capitals. */
  readonly name: string;
  /** Number of words, the name included; negative: at least that many. */
  readonly arity: number;
  /** What it is like. */
  readonly flags: readonly CommandFlag[];
  /** First key, last key (negative: from the end) and step, as `COMMAND` tells; absent: no keys. */
  readonly keys?: readonly [first: number, last: number, step: number];
  /** Does the work. `args[0]` is the name as it was given. */
  readonly run: (session: Session, args: readonly Bytes[]) => Outcome;
}

/** A command in the table, its flags as fields for speed. */
export interface Command extends CommandSpec {
  /** Whether it changes data. */
  readonly isWrite: boolean;
  /** Whether it runs inside `MULTI`. */
  readonly isImmediate: boolean;
  /** Whether it needs no password. */
  readonly isOpen: boolean;
  /** Whether a subscribed RESP2 session may issue it. */
  readonly isPubsub: boolean;
  /** Whether scripts may not call it. */
  readonly isForbiddenInScripts: boolean;
}

/** Commands by name. */
export class CommandTable {
  readonly #commands = new Map<string, Command>();
  /** The same by the spellings that clients have used, so that the common ones need no conversion. */
  readonly #spellings = new Map<string, Command>();

  /** Adds commands to the table. */
  add(family: readonly CommandSpec[]): void {
    for (const spec of family) {
      const has = (flag: CommandFlag) => spec.flags.includes(flag);
      const command: Command = {
        ...spec,
        isWrite: has("write"),
        isImmediate: has("immediate"),
        isOpen: has("open"),
        isPubsub: has("pubsub"),
        isForbiddenInScripts: has("noscript"),
      };
      this.#commands.set(spec.name, command);
      this.#spellings.set(spec.name, command);
      this.#spellings.set(spec.name.toLowerCase(), command);
    }
  }

  /** Finds a command, whatever the case of its name. */
  find(name: Bytes): Command | undefined {
    return this.#spellings.get(name) ?? this.#commands.get(name.toUpperCase());
  }

  /** All commands. */
  [Symbol.iterator](): IterableIterator<Command> {
    return this.#commands.values();
  }

  /** Number of commands. */
  get size(): number {
    return this.#commands.size;
  }
}

/** Whether a number of words suits a command. */
export function suitsArity(command: CommandSpec, words: number): boolean {
  return command.arity >= 0 ? words === command.arity : words >= -command.arity;
}

/** Finds the keys among a command's words. */
export function keysOf(command: CommandSpec, args: readonly Bytes[]): Bytes[] {
  if (command.keys === undefined) return [];
  const [first, last, step] = command.keys;
  const end = last < 0 ? args.length + last : last;
  const keys: Bytes[] = [];
  for (let index = first; index <= end; index += step) {
    const key = args[index];
    if (key !== undefined) keys.push(key);
  }
  return keys;
}
