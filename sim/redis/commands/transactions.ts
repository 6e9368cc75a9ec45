/**
 * Transactions.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import type { CommandSpec } from "../command.ts";
import { NO_REPLY, NULL_ARRAY, OK, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

function multi(session: Session): Reply {
  if (session.queue !== null) throw new RedisError("ERR MULTI calls can not be nested");
  session.queue = [];
  return OK;
}

function exec(session: Session): Reply {
  const { queue, isQueueBroken, store } = session;
  if (queue === null) throw new RedisError("ERR EXEC without MULTI");
  // A watched key whose time is over counts as changed.
  for (const { database, key } of session.watched) database.find(key);
  const { isWatchBroken } = session;
  session.discard();
  if (isQueueBroken) {
    throw new RedisError("EXECABORT Transaction discarded because of previous errors.");
  }
  if (isWatchBroken) return NULL_ARRAY;
  session.mayBlock = false;
  try {
    return queue.map((run) => {
      const outcome = run();
      return outcome === NO_REPLY ? null : outcome;
    });
  } finally {
    session.mayBlock = true;
    store.commandCount++;
  }
}

function discard(session: Session): Reply {
  if (session.queue === null) throw new RedisError("ERR DISCARD without MULTI");
  session.discard();
  return OK;
}

function watch(session: Session, [, ...keys]: readonly Bytes[]): Reply {
  if (session.queue !== null) throw new RedisError("ERR WATCH inside MULTI is not allowed");
  for (const key of keys) session.watch(key);
  return OK;
}

function unwatch(session: Session): Reply {
  session.unwatch();
  return OK;
}

/** The commands. */
export const transactionCommands: readonly CommandSpec[] = [
  { name: "MULTI", arity: 1, flags: ["noscript", "fast", "immediate"], run: multi },
  { name: "EXEC", arity: 1, flags: ["noscript", "immediate"], run: exec },
  { name: "DISCARD", arity: 1, flags: ["noscript", "fast", "immediate"], run: discard },
  {
    name: "WATCH",
    arity: -2,
    flags: ["noscript", "fast", "immediate"],
    keys: [1, -1, 1],
    run: watch,
  },
  { name: "UNWATCH", arity: 1, flags: ["noscript", "fast"], run: unwatch },
];
