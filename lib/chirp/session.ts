/**
 * A client's standing with a server: one connection at a time, made when it is needed, used by one
 * request after another, replaced when it breaks.
 *
 * @module
 */

import { type Clock, sleep } from "../clock.ts";
import { type Random, randomFraction } from "../random.ts";
import { authenticate, type ChirpAuthMethod } from "./auth.ts";
import { type ChirpConnection, dialChirp } from "./connection.ts";
import { ConnectionFailure, fileTransferErrorOf, Refusal } from "./failure.ts";
import type { FileTransferError } from "./file_transfer.ts";
import { Turns } from "./turns.ts";

/** What a {@linkcode ChirpSession} needs to know; every field of `ChirpOptions` with its default. */
export interface SessionOptions {
  /** Name or address of the server. */
  readonly host: string;
  /** Its TCP port. */
  readonly port: number;
  /** Ways to authenticate, tried in order. */
  readonly auth: readonly ChirpAuthMethod[];
  /** The one directory where the method `unix` may create a file. */
  readonly challengeDir: string;
  /** Longest time that one read or write may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Longest time to make a connection, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How often a request is tried again. */
  readonly retries: number;
  /** Wait before the first retry, in milliseconds; it doubles with each, half of it by chance. */
  readonly retryDelayMs: number;
  /** An unused connection older than this is not trusted any more, in milliseconds. */
  readonly idleMs: number;
  /** Ends the session. */
  readonly signal: AbortSignal | undefined;
  /** Measures all times. */
  readonly clock: Clock;
  /** Spreads the retries, names temporary files. */
  readonly random: Random;
}

/** A request of a {@linkcode ChirpSession}. */
export interface SessionRequest<T> {
  /** What is tried, for messages: `get /f`. */
  readonly action: string;
  /** Whether doing it twice does no harm, so that it may be repeated when its answer was lost. */
  readonly repeatable: boolean;
  /** Breaks the request off. */
  readonly signal?: AbortSignal | undefined;
  /** Which lasting failures are worth a retry here all the same. */
  readonly passing?: ((failure: FileTransferError) => boolean) | undefined;
  /** Does it; called again for each retry, told how often it was called before. */
  readonly run: (connection: ChirpConnection, attempt: number) => Promise<T>;
}

/** Requests that may wait for their turn. */
const LONGEST_QUEUE = 10_000;
const LONGEST_RETRY_DELAY_MS = 30_000;

/** chirp_server loses a descriptor with each listing; a fresh connection has a fresh process. */
const LISTINGS_PER_CONNECTION = 200;

/** Sends requests one at a time and repeats them where that is safe. */
export class ChirpSession implements Disposable {
  readonly #options: SessionOptions;
  readonly #turns = new Turns(LONGEST_QUEUE);
  readonly #life = new AbortController();
  readonly #leave: () => void;
  #connection: ChirpConnection | undefined;
  #usedAtMs = 0;

  /**
   * Connects at the first request, and anew whenever one finds the connection gone.
   *
   * @param options Where the server is and how patient to be.
   */
  constructor(options: SessionOptions) {
    this.#options = options;
    this.#leave = () => this.#end(options.signal?.reason);
    if (options.signal?.aborted) this.#leave();
    options.signal?.addEventListener("abort", this.#leave, { once: true });
  }

  /** The server as messages name it. */
  get server(): string {
    return `chirp://${this.#options.host}:${this.#options.port}`;
  }

  /** Ends the session: closes the connection, what is under way fails. */
  [Symbol.dispose](): void {
    this.#options.signal?.removeEventListener("abort", this.#leave);
    this.#end(new ConnectionFailure("disconnected", "the client is closed"));
  }

  /**
   * Waits for the turn of a request, then runs it until it succeeds or may not be tried again.
   *
   * @param request What to do.
   * @returns What its `run` returns.
   * @throws {FileTransferError} It failed.
   * @throws The signal's reason, when it is aborted.
   */
  async request<T>(request: SessionRequest<T>): Promise<T> {
    const life = this.#life.signal;
    const signal = request.signal ? AbortSignal.any([request.signal, life]) : life;
    const action = this.describe(request.action);
    try {
      using _turn = await this.#turns.take(signal);
      return await this.#repeat(request, action, signal);
    } catch (error) {
      // The end of the session and a full queue do not know what they prevent.
      throw error instanceof ConnectionFailure ? fileTransferErrorOf(error, action) : error;
    }
  }

  /**
   * Begins the message of a failure.
   *
   * @param action What was tried: `get /f`.
   * @returns The action with the server's name.
   */
  describe(action: string): string {
    return `Cannot ${action} on ${this.server}`;
  }

  /**
   * Does something on the local disk.
   *
   * @param action What is tried, for messages: `get the tree /d`.
   * @param work Does it.
   * @returns What the work returns.
   * @throws {FileTransferError} It failed.
   */
  async guard<T>(action: string, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw fileTransferErrorOf(error, this.describe(action));
    }
  }

  async #repeat<T>(request: SessionRequest<T>, action: string, signal: AbortSignal): Promise<T> {
    for (let attempt = 0;; attempt++) {
      let sent = false;
      try {
        const connection = await this.#connected(signal);
        sent = true;
        return await connection.during(signal, () => request.run(connection, attempt));
      } catch (error) {
        const refused = error instanceof Refusal;
        const failure = fileTransferErrorOf(error, action);
        const harmless = refused || !sent || request.repeatable;
        const passing = failure.transient || request.passing?.(failure) === true;
        const again = harmless && passing && attempt < this.#options.retries;
        // After anything but a plain refusal, unknown bytes may be on their way.
        if (!refused || again) this.#connection?.close();
        signal.throwIfAborted();
        if (!again) throw failure;
      } finally {
        this.#usedAtMs = this.#options.clock.now();
      }
      await sleep(this.#options.clock, this.#retryDelayMs(attempt), { signal });
    }
  }

  /** The connection, if it can be trusted still, or a fresh one. */
  async #connected(signal: AbortSignal): Promise<ChirpConnection> {
    const { clock, idleMs, auth, challengeDir } = this.#options;
    const current = this.#connection;
    const fresh = clock.now() - this.#usedAtMs <= idleMs;
    const worn = !fresh || (current?.listings ?? 0) >= LISTINGS_PER_CONNECTION;
    if (current?.usable && (!worn || current.openFiles > 0)) return current;
    current?.close();
    const connection = await dialChirp({ ...this.#options, signal });
    this.#connection = connection;
    await connection.during(
      signal,
      () => authenticate(connection, { methods: auth, challengeDir }),
    );
    return connection;
  }

  /** Doubles with each attempt; the random half keeps many clients from coming back in step. */
  #retryDelayMs(attempt: number): number {
    const { retryDelayMs, random } = this.#options;
    const fullMs = Math.min(retryDelayMs * 2 ** attempt, LONGEST_RETRY_DELAY_MS);
    return fullMs * (1 + randomFraction(random)) / 2;
  }

  #end(reason: unknown): void {
    this.#life.abort(reason);
    this.#connection?.close(reason);
  }
}
