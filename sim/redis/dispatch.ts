/**
 * The way of a command from its words to its answer.
 *
 * @module
 */

import { RedisError } from "../../lib/jobs/redis_calls.ts";
import type { Bytes } from "./bytes.ts";
import { type Command, suitsArity } from "./command.ts";
import { commands } from "./commands/mod.ts";
import { wrongArity } from "./errors.ts";
import { ErrorReply, NO_REPLY, type Outcome, QUEUED } from "./reply.ts";
import { runCommand } from "./run_command.ts";
import type { Session } from "./session.ts";

/**
 * Executes one command of a client.
 *
 * @param session The client.
 * @param args The words of the command, the name first; at least one.
 * @returns The answer, or {@linkcode NO_REPLY} when it comes later or never.
 */
export function execute(session: Session, args: readonly Bytes[]): Outcome {
  const { store } = session;
  const command = commands.find(args[0] ?? "");
  const refusal = refuse(session, command, args);
  let outcome: Outcome;
  if (refusal !== undefined || command === undefined) {
    if (session.queue !== null) session.isQueueBroken = true;
    outcome = new ErrorReply(refusal?.message ?? "ERR unknown command");
  } else if (session.queue !== null && !command.isImmediate) {
    session.queue.push(() => runCommand(session, command, args));
    outcome = QUEUED;
  } else {
    store.begin();
    outcome = runCommand(session, command, args);
    store.commit();
  }
  return session.replyMode === "on" ? outcome : silence(session, command);
}

/** The reason why a command must not run now, if there is one. */
function refuse(
  session: Session,
  command: Command | undefined,
  args: readonly Bytes[],
): RedisError | undefined {
  if (command === undefined) return unknownCommand(args);
  if (!suitsArity(command, args.length)) return wrongArity(command.name);
  if (!session.isAuthenticated && !command.isOpen) {
    return new RedisError("NOAUTH Authentication required.");
  }
  if (session.protocol === 2 && session.subscriptionCount > 0 && !command.isPubsub) {
    return new RedisError(
      `ERR Can't execute '${command.name.toLowerCase()}': only (P|S)SUBSCRIBE / ` +
        "(P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
    );
  }
  return undefined;
}

function unknownCommand(args: readonly Bytes[]): RedisError {
  const shown = args.slice(1, 21).map((arg) => `'${arg.slice(0, 128)}'`).join(" ");
  return new RedisError(
    `ERR unknown command '${(args[0] ?? "").slice(0, 128)}', with args beginning with: ${
      shown === "" ? "" : `${shown} `
    }`,
  );
}

/** Keeps back an answer that the client does not want. */
function silence(session: Session, command: Command | undefined): typeof NO_REPLY {
  // The SKIP of `CLIENT REPLY SKIP` itself is silent and holds for the one command after it.
  if (session.replyMode === "skip" && command?.name !== "CLIENT") session.replyMode = "on";
  return NO_REPLY;
}
