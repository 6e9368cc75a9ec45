/**
 * Samples to Carbon by its plaintext protocol (`PATH VALUE SECONDS`, a line each) over TCP.
 *
 * Carbon acknowledges nothing. What was written shortly before a connection broke may not have arrived, so
 * it is written again to the next one: a cache that gets a sample twice keeps one.
 *
 * @module
 */
import { type Clock, systemClock, type Timer } from "../clock.ts";
import { type Logger, silentLogger } from "../log.ts";
import type { MetricsSink, Sample } from "./sample.ts";

/** Options of {@linkcode carbonSender}. */
export interface CarbonSenderOptions {
  /** Host name or address (`CARBON_SERVER`). */
  readonly hostname: string;
  /** TCP port (`CARBON_PORT`). */
  readonly port: number;
  /** Samples kept at most while Carbon is away; then the oldest are lost. Default: 500,000. */
  readonly bufferLimit?: number | undefined;
  /** Samples written so long before a connection broke are written again. Default: 1000 ms. */
  readonly unsureMs?: number | undefined;
  /** Wait before the second attempt to connect, doubled up to 30 times that. Default: 1000 ms. */
  readonly retryMs?: number | undefined;
  /** Longest wait for what is left when it is closed. Default: 5000 ms. */
  readonly closeMs?: number | undefined;
  /** Clock of all waits. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Told when Carbon goes away and comes back. Default: nobody is. */
  readonly log?: Logger | undefined;
}

/** A sender and what can be said of it. */
export interface CarbonSender extends MetricsSink {
  /** True while there is a connection. */
  readonly connected: boolean;
  /** Samples that wait. */
  readonly waiting: number;
  /** Samples lost because too many waited. */
  readonly lost: number;
}

/** Longest wait between attempts, in first waits. */
const LONGEST_RETRY = 30;
/** Samples in one write at most. */
const BATCH = 5000;

/**
 * Makes a sender; it connects at once and stays connected until it is closed.
 *
 * @param options See {@linkcode CarbonSenderOptions}.
 * @returns The sender. Disposing of it waits a little for what is left to go out.
 */
export function carbonSender(options: CarbonSenderOptions): CarbonSender {
  return new Sender(options);
}

class Sender implements CarbonSender {
  readonly #options: CarbonSenderOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #limit: number;
  /** Aborted when no more samples come. */
  readonly #closing = new AbortController();
  /** Aborted when what is left need not be waited for any longer. */
  readonly #outOfTime = new AbortController();
  readonly #running: Promise<void>;
  /** Lines that wait, oldest first. */
  #queue: string[] = [];
  /** What was written lately, with the time, oldest first. */
  #unsure: { readonly atMs: number; readonly lines: readonly string[] }[] = [];
  #connection: Deno.TcpConn | undefined;
  #wake: () => void = () => {};
  #lost = 0;

  constructor(options: CarbonSenderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLogger;
    this.#limit = options.bufferLimit ?? 500_000;
    this.#running = this.#run();
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  get lost(): number {
    return this.#lost;
  }

  write(samples: readonly Sample[]): void {
    for (const { path, value, timeSeconds } of samples) {
      this.#queue.push(`${path} ${value} ${timeSeconds}\n`);
    }
    this.#bound();
    this.#wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    const timer = this.#clock.after(this.#options.closeMs ?? 5000, () => {
      this.#outOfTime.abort();
      this.#hangUp();
    });
    this.#wake();
    await this.#running;
    timer.cancel();
  }

  #bound(): void {
    const excess = this.#queue.length - this.#limit;
    if (excess <= 0) return;
    this.#queue.splice(0, excess);
    this.#lost += excess;
  }

  async #run(): Promise<void> {
    const { hostname, port, retryMs = 1000 } = this.#options;
    let waitMs = retryMs;
    for (;;) {
      try {
        this.#connection = await Deno.connect({ hostname, port, signal: this.#outOfTime.signal });
        this.#log.info(`Connected to Carbon at ${hostname}:${port}`);
        waitMs = retryMs;
        await this.#serve(this.#connection);
      } catch (error) {
        const reason = error instanceof Error ? error.message : error;
        this.#log.warning(`Cannot send to Carbon at ${hostname}:${port}: ${reason}`);
      }
      this.#hangUp();
      this.#takeBack();
      if (this.#closing.signal.aborted) return;
      await this.#pause(waitMs);
      if (this.#closing.signal.aborted && this.#queue.length === 0) return;
      waitMs = Math.min(waitMs * 2, retryMs * LONGEST_RETRY);
    }
  }

  /** Writes what waits until the connection breaks, or until it is closed and nothing waits. */
  async #serve(connection: Deno.TcpConn): Promise<void> {
    const broken = new AbortController();
    // Carbon says nothing: what can be read is only that it went away.
    const watching = connection.read(new Uint8Array(1)).catch(() => null)
      .then(() => {
        broken.abort();
        this.#wake();
      });
    const encoder = new TextEncoder();
    while (!broken.signal.aborted) {
      const lines = this.#queue.splice(0, BATCH);
      if (lines.length === 0) {
        if (this.#closing.signal.aborted) break;
        await this.#somethingToDo();
        continue;
      }
      this.#remember(lines);
      const bytes = encoder.encode(lines.join(""));
      for (let sent = 0; sent < bytes.length;) {
        sent += await connection.write(bytes.subarray(sent));
      }
    }
    if (broken.signal.aborted) throw new Error("It closed the connection");
    this.#unsure = [];
    this.#hangUp();
    await watching;
  }

  #remember(lines: readonly string[]): void {
    const { unsureMs = 1000 } = this.#options;
    const atMs = this.#clock.now();
    this.#unsure.push({ atMs, lines });
    while ((this.#unsure[0]?.atMs ?? atMs) < atMs - unsureMs) this.#unsure.shift();
  }

  /** Puts back into the queue what may not have arrived. */
  #takeBack(): void {
    const sinceMs = this.#clock.now() - (this.#options.unsureMs ?? 1000);
    const again = this.#unsure.filter(({ atMs }) => atMs >= sinceMs).flatMap(({ lines }) => lines);
    this.#unsure = [];
    this.#queue = again.concat(this.#queue);
    this.#bound();
  }

  #hangUp(): void {
    try {
      this.#connection?.close();
    } catch {
      // The system has closed it.
    }
    this.#connection = undefined;
  }

  #somethingToDo(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    return promise;
  }

  /** Waits before the next attempt; closing ends it. */
  async #pause(waitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer: Timer = this.#clock.after(waitMs, resolve);
    this.#closing.signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    timer.cancel();
  }
}
