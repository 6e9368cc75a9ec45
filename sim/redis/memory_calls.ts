/**
 * The seam `RedisCalls` without a socket: commands go straight to the command table.
 *
 * @module
 */

import { type RedisCalls, RedisError, type RedisReply } from "../../lib/jobs/redis_calls.ts";
import { decodeText, encodeText } from "./bytes.ts";
import { execute } from "./dispatch.ts";
import { formatDouble } from "./numbers.ts";
import {
  Double,
  ErrorReply,
  Members,
  NO_REPLY,
  NullArray,
  type Outcome,
  Pairs,
  Push,
  type Reply,
  Scored,
  Status,
} from "./reply.ts";
import { Session, type SessionSink } from "./session.ts";
import type { RedisStore } from "./store.ts";

/**
 * Opens a connection to a store in this process. Commands take effect when they are called and are
 * answered by a microtask; a blocking one holds back those behind it.
 *
 * @param store The data; any number of connections may share it.
 * @returns The connection.
 */
export function memoryRedisCalls(store: RedisStore): RedisCalls {
  return new MemoryCalls(store);
}

interface PendingCall {
  readonly words: string[];
  readonly resolve: (reply: RedisReply | Promise<RedisReply>) => void;
  readonly reject: (error: RedisError) => void;
}

class MemoryCalls implements RedisCalls, SessionSink {
  readonly #session: Session;
  /** The blocked call, if there is one, and those behind it. */
  #waiting: PendingCall[] = [];
  #isClosed = false;

  constructor(store: RedisStore) {
    this.#session = new Session(store, this);
    this.#session.onKill = () => this.#close();
  }

  get connected(): boolean {
    return !this.#isClosed;
  }

  call(command: readonly (string | number)[]): Promise<RedisReply> {
    if (this.#isClosed) {
      return Promise.reject(
        new RedisError(`Cannot call ${command[0]}: the connection to the store is closed`),
      );
    }
    const words = command.map(toWord);
    if (this.#waiting.length > 0) return this.#queue(words);
    const outcome = execute(this.#session, words);
    const isBlocked = outcome === NO_REPLY && this.#session.isBlocked;
    const answer = isBlocked ? this.#queue(words) : answerOf(outcome);
    if (this.#session.isClosing) this.#close();
    return answer;
  }

  /** @inheritdoc */
  send(): void {
    // A caller of the seam cannot subscribe: there is nobody to take the message.
  }

  /** @inheritdoc */
  resume(reply: Reply): void {
    const call = this.#waiting.shift();
    call?.resolve(answerOf(reply));
    // The calls behind follow once the command that woke this one is complete.
    queueMicrotask(() => this.#runWaiting());
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    return Promise.resolve();
  }

  /** Keeps a call that is blocked, or stands behind one that is. */
  #queue(words: string[]): Promise<RedisReply> {
    const { promise, resolve, reject } = Promise.withResolvers<RedisReply>();
    this.#waiting.push({ words, resolve, reject });
    return promise;
  }

  #run(call: PendingCall): void {
    const outcome = execute(this.#session, call.words);
    if (outcome === NO_REPLY && this.#session.isBlocked) this.#waiting.unshift(call);
    else call.resolve(answerOf(outcome));
    if (this.#session.isClosing) this.#close();
  }

  #runWaiting(): void {
    while (!this.#session.isBlocked) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      this.#run(call);
    }
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#session.close();
    for (const { words, reject } of this.#waiting) {
      reject(
        new RedisError(`Lost the answer to ${words[0]}: the connection to the store was closed`),
      );
    }
    this.#waiting = [];
  }
}

function toWord(word: string | number): string {
  return typeof word === "string" ? encodeText(word) : `${word}`;
}

/** What the caller gets for an outcome of a command that is over. */
function answerOf(outcome: Outcome): Promise<RedisReply> {
  if (outcome instanceof ErrorReply) {
    return Promise.reject(new RedisError(decodeText(outcome.message)));
  }
  return Promise.resolve(outcome === NO_REPLY ? null : toRedisReply(outcome));
}

/** Gives an answer the form of RESP2, text decoded. */
function toRedisReply(reply: Reply): RedisReply {
  if (typeof reply === "string") return decodeText(reply);
  if (typeof reply === "number" || reply === null) return reply;
  if (typeof reply === "bigint") return Number(reply);
  if (reply instanceof Status) return reply.text;
  if (reply instanceof Double) return formatDouble(reply.value);
  if (reply instanceof NullArray) return null;
  if (reply instanceof ErrorReply) return decodeText(reply.message);
  if (
    reply instanceof Pairs || reply instanceof Members || reply instanceof Scored ||
    reply instanceof Push
  ) return reply.items.map(toRedisReply);
  return reply.map(toRedisReply);
}
