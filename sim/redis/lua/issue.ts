/**
 * How a script issues commands, whatever runs it.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type Bytes, toUint8Array } from "../bytes.ts";
import { type CommandTable, suitsArity } from "../command.ts";
import { ErrorReply, NO_REPLY, type Reply } from "../reply.ts";
import { runCommand } from "../run_command.ts";
import type { Session } from "../session.ts";

/** Who runs the current script, and what it may do. */
export interface ScriptContext {
  /** The session; `null` while no script runs. */
  session: Session | null;
  /** Whether commands that write are refused. */
  isReadOnly: boolean;
}

/** The answer to a word that is neither a text nor a number. */
export function badArgument(): ErrorReply {
  return new ErrorReply("ERR Lua redis lib command arguments must be strings or integers");
}

/**
 * Issues a command for a script.
 *
 * @param words Its words, the name first.
 * @param table The commands that there are.
 * @param context Who runs the script.
 * @returns The answer.
 */
export function issueCommand(
  words: readonly Bytes[],
  table: CommandTable,
  { session, isReadOnly }: ScriptContext,
): Reply {
  const [name] = words;
  if (name === undefined) {
    return new ErrorReply("ERR Please specify at least one argument for this redis lib call");
  }
  const command = table.find(name);
  if (command === undefined) return new ErrorReply("ERR Unknown Redis command called from script");
  if (!suitsArity(command, words.length)) {
    return new ErrorReply("ERR Wrong number of args calling Redis command from script");
  }
  if (session === null || command.isForbiddenInScripts) {
    return new ErrorReply("ERR This Redis command is not allowed from script");
  }
  if (isReadOnly && command.isWrite) {
    return new ErrorReply("ERR Write commands are not allowed from read-only scripts.");
  }
  const outcome = runCommand(session, command, words);
  return outcome === NO_REPLY ? null : outcome;
}

/** SHA-1 of a byte string, in hexadecimal. */
export function sha1Hex(bytes: Bytes): string {
  return createHash("sha1").update(toUint8Array(bytes)).digest("hex");
}

/** An error text with its code: the first of several words; a single word stands under `ERR`. */
export function withCode(text: Bytes): Bytes {
  const bare = text.startsWith("-") ? text.slice(1) : text;
  return bare.includes(" ") ? bare : `ERR ${bare}`;
}
