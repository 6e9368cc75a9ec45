/**
 * Commands on lists and sorted sets that wait for an item.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import type { CommandSpec } from "../command.ts";
import { doubleArgument } from "../numbers.ts";
import { NO_REPLY, NULL_ARRAY, type Outcome, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { endArgument, type ListEnd, moveItem, popOne } from "./lists.ts";
import { popScored } from "./sorted_set_writes.ts";

/** The longest wait in seconds that does not overflow Redis' milliseconds. */
const LONGEST_WAIT_SECONDS = 2 ** 63 / 1000;

function timeoutArgument(text: Bytes | undefined): number {
  const seconds = doubleArgument(text ?? "", "ERR timeout is not a float or out of range");
  if (seconds < 0) throw new RedisError("ERR timeout is negative");
  if (seconds >= LONGEST_WAIT_SECONDS) throw new RedisError("ERR timeout is out of range");
  return Math.ceil(seconds * 1000);
}

/**
 * Tries each key now and waits when none has anything.
 *
 * @param session Who asks.
 * @param keys The keys, the preferred first.
 * @param timeoutMs Longest wait in milliseconds; 0 waits for ever.
 * @param timeoutReply The answer after a wait in vain.
 * @param attempt Takes an item; tells the words to log for it.
 */
function waitFor(
  session: Session,
  keys: readonly Bytes[],
  timeoutMs: number,
  timeoutReply: Reply,
  attempt: (key: Bytes) => { reply: Reply; logged: readonly Bytes[] } | undefined,
): Outcome {
  for (const key of keys) {
    const taken = attempt(key);
    if (taken === undefined) continue;
    session.logAs(taken.logged);
    return taken.reply;
  }
  if (!session.mayBlock) return timeoutReply;
  const { database, store } = session;
  const late = (key: Bytes) => {
    // Waiting sessions see only values of the type they wait for.
    try {
      const taken = attempt(key);
      if (taken !== undefined) store.log(database, taken.logged);
      return taken?.reply;
    } catch (error) {
      if (error instanceof RedisError) return undefined;
      throw error;
    }
  };
  store.blocked.add(session, store.clock, { keys, timeoutMs, timeoutReply, attempt: late });
  return NO_REPLY;
}

function blockingPop(end: ListEnd) {
  return (session: Session, args: readonly Bytes[]): Outcome => {
    const timeoutMs = timeoutArgument(args.at(-1));
    return waitFor(session, args.slice(1, -1), timeoutMs, NULL_ARRAY, (key) => {
      const item = popOne(session, key, end);
      if (item === undefined) return undefined;
      return { reply: [key, item], logged: [end === "LEFT" ? "LPOP" : "RPOP", key] };
    });
  };
}

function blockingMoveBetween(
  session: Session,
  source: Bytes,
  target: Bytes,
  from: ListEnd,
  to: ListEnd,
  timeoutMs: number,
): Outcome {
  return waitFor(session, [source], timeoutMs, null, () => {
    const item = moveItem(session, source, target, from, to);
    if (item === undefined) return undefined;
    return { reply: item, logged: ["LMOVE", source, target, from, to] };
  });
}

function blockingMove(session: Session, args: readonly Bytes[]): Outcome {
  const [, source = "", target = "", from, to, timeout] = args;
  const ends = [endArgument(from), endArgument(to)] as const;
  return blockingMoveBetween(session, source, target, ...ends, timeoutArgument(timeout));
}

function blockingPopPush(session: Session, args: readonly Bytes[]): Outcome {
  const [, source = "", target = "", timeout] = args;
  return blockingMoveBetween(session, source, target, "RIGHT", "LEFT", timeoutArgument(timeout));
}

function blockingPopScored(end: "MIN" | "MAX") {
  return (session: Session, args: readonly Bytes[]): Outcome => {
    const timeoutMs = timeoutArgument(args.at(-1));
    return waitFor(session, args.slice(1, -1), timeoutMs, NULL_ARRAY, (key) => {
      const popped = popScored(session, key, end, 1);
      if (popped.length === 0) return undefined;
      return { reply: [key, ...popped], logged: [`ZPOP${end}`, key] };
    });
  };
}

/** The commands. */
export const blockingCommands: readonly CommandSpec[] = [
  {
    name: "BLPOP",
    arity: -3,
    flags: ["write", "blocking"],
    keys: [1, -2, 1],
    run: blockingPop("LEFT"),
  },
  {
    name: "BRPOP",
    arity: -3,
    flags: ["write", "blocking"],
    keys: [1, -2, 1],
    run: blockingPop("RIGHT"),
  },
  { name: "BLMOVE", arity: 6, flags: ["write", "blocking"], keys: [1, 2, 1], run: blockingMove },
  {
    name: "BRPOPLPUSH",
    arity: 4,
    flags: ["write", "blocking"],
    keys: [1, 2, 1],
    run: blockingPopPush,
  },
  {
    name: "BZPOPMIN",
    arity: -3,
    flags: ["write", "blocking", "fast"],
    keys: [1, -2, 1],
    run: blockingPopScored("MIN"),
  },
  {
    name: "BZPOPMAX",
    arity: -3,
    flags: ["write", "blocking", "fast"],
    keys: [1, -2, 1],
    run: blockingPopScored("MAX"),
  },
];
