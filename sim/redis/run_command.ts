/**
 * Runs one command and logs what it did.
 *
 * @module
 */

import { RedisError } from "../../lib/jobs/redis_calls.ts";
import type { Bytes } from "./bytes.ts";
import type { Command } from "./command.ts";
import { ErrorReply, type Outcome } from "./reply.ts";
import type { Session } from "./session.ts";

/**
 * Runs one command whose number of words has been checked.
 *
 * @param session Who runs it.
 * @param command What to run.
 * @param args Its words, the name first.
 * @returns Its answer; errors that the command throws are answers too.
 */
export function runCommand(session: Session, command: Command, args: readonly Bytes[]): Outcome {
  const { store, database } = session;
  const before = store.changeCount;
  session.loggedAs = null;
  store.commandCount++;
  let outcome: Outcome;
  try {
    outcome = command.run(session, args);
  } catch (error) {
    if (!(error instanceof RedisError)) throw error;
    outcome = new ErrorReply(error.message);
  }
  if (command.isWrite && store.isLogging && store.changeCount !== before) {
    for (const logged of session.loggedAs ?? [args]) store.log(database, logged);
  }
  return outcome;
}
