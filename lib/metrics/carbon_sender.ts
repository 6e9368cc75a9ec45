/**
 * Samples to Carbon by its plaintext protocol (`PATH VALUE SECONDS`, a line each) over TCP.
 *
 * Carbon acknowledges nothing; but who ends his half of a connection and then sees Carbon end its own
 * knows that it has read everything. So the sender takes a connection for some seconds, asks for this
 * receipt and takes the next one. Where none comes, or Carbon ends first, what was written since the last
 * receipt is written again, and what Carbon may have lost with its memory, too. A cache that gets a sample
 * twice keeps one; an aggregator that gets it twice, and was not restarted in between, adds it twice.
 *
 * @module
 */
import { type Clock, systemClock, type Timer } from "../clock.ts";
import { messageOf } from "../error_message.ts";
import { type Logger, silentLogger } from "../log.ts";
import type { MetricsSink, Sample } from "./sample.ts";
import { WrittenLines } from "./written_lines.ts";

/** Options of {@linkcode carbonSender}. */
export interface CarbonSenderOptions {
  /** Host name or address (`CARBON_SERVER`). */
  readonly hostname: string;
  /** TCP port (`CARBON_PORT`). */
  readonly port: number;
  /** Samples kept at most while Carbon is away; then the oldest are lost. Default: 500,000. */
  readonly bufferLimit?: number | undefined;
  /** Time in which Carbon stores what it has read: samples of so long before it went. Default: 10,000 ms. */
  readonly storedMs?: number | undefined;
  /** Time between two receipts while there is something to send. Default: 10,000 ms. */
  readonly receiptMs?: number | undefined;
  /** Longest wait for a write or a receipt; then the connection counts as broken. Default: 30,000 ms. */
  readonly patienceMs?: number | undefined;
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
  readonly #written: WrittenLines;
  /** Lines that wait, oldest first. */
  #queue: string[] = [];
  #connection: Deno.TcpConn | undefined;
  #wake: () => void = () => {};
  #lost = 0;

  constructor(options: CarbonSenderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLogger;
    this.#limit = options.bufferLimit ?? 500_000;
    this.#written = new WrittenLines(options.storedMs ?? 10_000);
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
    let wasThere = false;
    for (;;) {
      try {
        this.#connection = await Deno.connect({ hostname, port, signal: this.#outOfTime.signal });
        if (!wasThere) this.#log.info(`Connected to Carbon at ${hostname}:${port}`);
        wasThere = true;
        waitMs = retryMs;
        await this.#serve(this.#connection);
        if (this.#closing.signal.aborted && this.#queue.length === 0) return;
        continue;
      } catch (error) {
        wasThere = false;
        const reason = messageOf(error);
        this.#log.warning(`Cannot send to Carbon at ${hostname}:${port}: ${reason}`);
      } finally {
        this.#hangUp();
      }
      this.#queue = this.#written.takeBack(this.#clock.now()).concat(this.#queue);
      this.#bound();
      if (this.#closing.signal.aborted) {
        this.#log.warning(`Samples that Carbon did not get: ${this.#queue.length}`);
        return;
      }
      await this.#pause(waitMs);
      waitMs = Math.min(waitMs * 2, retryMs * LONGEST_RETRY);
    }
  }

  /**
   * Writes what waits until a receipt is due, and gets it.
   *
   * @throws {Error} When the connection breaks or no receipt comes.
   */
  async #serve(connection: Deno.TcpConn): Promise<void> {
    let isOver = false;
    // Carbon says nothing: what can be read is only that it went away.
    const over = connection.read(new Uint8Array(1)).then(() => true, () => false)
      .then((inOrder) => {
        isOver = true;
        this.#wake();
        return inOrder;
      });
    const encoder = new TextEncoder();
    while (!isOver && !this.#isReceiptDue()) {
      const lines = this.#queue.splice(0, BATCH);
      if (lines.length === 0) {
        await this.#somethingToDo();
        continue;
      }
      this.#written.add(lines, this.#clock.now());
      await this.#withPatience(async () => {
        const bytes = encoder.encode(lines.join(""));
        for (let sent = 0; sent < bytes.length;) {
          sent += await connection.write(bytes.subarray(sent));
        }
      });
    }
    if (isOver) throw new Error("It closed the connection");
    await connection.closeWrite();
    const hasRead = await this.#withPatience(() => over);
    if (!hasRead) throw new Error("It broke the connection, or reads nothing");
    this.#written.confirm(this.#clock.now());
  }

  #isReceiptDue(): boolean {
    const { receiptMs = 10_000 } = this.#options;
    if (this.#closing.signal.aborted && this.#queue.length === 0) return true;
    const { open, openSinceMs } = this.#written;
    if (openSinceMs === undefined) return false;
    return open >= this.#limit / 2 || this.#clock.now() >= openSinceMs + receiptMs;
  }

  /** Hangs up where something takes too long, which ends it. */
  async #withPatience<Result>(run: () => Promise<Result>): Promise<Result> {
    const timer = this.#clock.after(this.#options.patienceMs ?? 30_000, () => this.#hangUp());
    try {
      return await run();
    } finally {
      timer.cancel();
    }
  }

  #hangUp(): void {
    try {
      this.#connection?.close();
    } catch {
      // The system has closed it.
    }
    this.#connection = undefined;
  }

  /** Waits for samples, for the time of a receipt, or for the end. */
  async #somethingToDo(): Promise<void> {
    const { receiptMs = 10_000 } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const { openSinceMs } = this.#written;
    const timer = openSinceMs === undefined
      ? undefined
      : this.#clock.after(openSinceMs + receiptMs - this.#clock.now(), resolve);
    await promise;
    timer?.cancel();
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
