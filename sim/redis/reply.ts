/**
 * What commands answer, before it is written as RESP2 or RESP3, handed to a script or to a caller in
 * the same process.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";

/** A simple string, such as `+OK`. */
export class Status {
  /** @param text The word, without the plus sign. */
  constructor(readonly text: string) {}
}

/** An error, such as `-ERR syntax error`. */
export class ErrorReply {
  /** @param message Code and text, without the minus sign. */
  constructor(readonly message: Bytes) {}
}

/** Keys and values in turn: a map in RESP3, a flat array in RESP2. */
export class Pairs {
  /** @param items Key, value, key, value … */
  constructor(readonly items: readonly Reply[]) {}
}

/** A set in RESP3, an array in RESP2. */
export class Members {
  /** @param items The members. */
  constructor(readonly items: readonly Reply[]) {}
}

/** A double in RESP3, a bulk string in RESP2. */
export class Double {
  /** @param value The number; infinities are allowed. */
  constructor(readonly value: number) {}
}

/** Members with their scores: an array of pairs in RESP3, a flat array in RESP2. */
export class Scored {
  /** @param items Member, score, member, score … */
  constructor(readonly items: readonly Reply[]) {}
}

/** An out-of-band message in RESP3, an array in RESP2. */
export class Push {
  /** @param items Kind of message first. */
  constructor(readonly items: readonly Reply[]) {}
}

/** The null array, `*-1` in RESP2; other nulls are `$-1`. */
export class NullArray {}

/** Any answer: a bulk string, an integer, null, an array, or one of the classes above. */
export type Reply =
  | Bytes
  | number
  | bigint
  | null
  | readonly Reply[]
  | Status
  | ErrorReply
  | Pairs
  | Members
  | Double
  | Scored
  | Push
  | NullArray;

/** What a command returns that answers later (a blocking one) or never (`CLIENT REPLY OFF`). */
export const NO_REPLY: unique symbol = Symbol("no reply");

/** What a command returns. */
export type Outcome = Reply | typeof NO_REPLY;

/** `+OK`. */
export const OK: Status = new Status("OK");
/** `+PONG`. */
export const PONG: Status = new Status("PONG");
/** `+QUEUED`. */
export const QUEUED: Status = new Status("QUEUED");
/** `*-1`. */
export const NULL_ARRAY: NullArray = new NullArray();
