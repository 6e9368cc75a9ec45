/**
 * One TCP connection to a Chirp server: lines out, answers in, a time limit on every read and write.
 *
 * @module
 */

import type { Clock, Timer } from "../clock.ts";
import { messageOf } from "../error_message.ts";
import { ByteReader } from "./byte_reader.ts";
import { ConnectionFailure, Refusal } from "./failure.ts";
import { LONGEST_LINE } from "./wire.ts";

/**
 * Longest line of an answer. Servers keep requests under {@linkcode LONGEST_LINE}, but a line of an
 * access control list is a whole request's subject and more.
 */
const LONGEST_ANSWER_LINE = 4 * LONGEST_LINE;

const ENCODER = new TextEncoder();
const LATIN1 = new TextDecoder("latin1");
const LEADING_NUMBER = /^[ \t]*([+-]?\d+)/;

/** Options of {@linkcode dialChirp}. */
export interface DialOptions {
  /** Name or address of the server. */
  readonly host: string;
  /** Its TCP port. */
  readonly port: number;
  /** Longest time to make the connection, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Longest time that one read or write may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Measures the time limits. */
  readonly clock: Clock;
  /** Gives the attempt up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to a server; no byte is sent.
 *
 * @param options Where to, and for how long to try.
 * @returns The connection.
 * @throws {ConnectionFailure} The server cannot be reached in time.
 * @throws The signal's reason, when it is aborted.
 */
export async function dialChirp(options: DialOptions): Promise<ChirpConnection> {
  const { host, port, connectTimeoutMs, timeoutMs, clock, signal } = options;
  signal?.throwIfAborted();
  const attempt = new AbortController();
  const giveUp = () => attempt.abort();
  const timer = clock.after(connectTimeoutMs, giveUp);
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    const tcp = await Deno.connect({ hostname: host, port, signal: attempt.signal });
    tcp.setNoDelay(true);
    return new ChirpConnection(tcp, clock, timeoutMs);
  } catch (cause) {
    signal?.throwIfAborted();
    const reason = attempt.signal.aborted
      ? `no connection within ${connectTimeoutMs} ms`
      : `no connection (${messageOf(cause)})`;
    throw new ConnectionFailure("unreachable", reason, { cause });
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", giveUp);
  }
}

/** An open connection. Once broken or closed, it stays so. */
export class ChirpConnection implements Disposable {
  /** Listings asked for: chirp_server loses a descriptor with each. */
  listings = 0;
  /** Files that are open: they are lost with the connection. */
  openFiles = 0;

  readonly #tcp: Deno.TcpConn;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #reader: ByteReader;
  #watch: Timer | undefined;
  #deadlineMs = Infinity;
  #end: { readonly reason: unknown } | undefined;

  /**
   * Takes over a socket that is connected; the dialogue begins with the first request.
   *
   * @param tcp The socket, which this object closes from now on.
   * @param clock Measures the time limit.
   * @param timeoutMs Longest time that one read or write may take, in milliseconds.
   */
  constructor(tcp: Deno.TcpConn, clock: Clock, timeoutMs: number) {
    this.#tcp = tcp;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#reader = new ByteReader((target) => this.#receive(target));
  }

  /** Whether requests can be sent. */
  get usable(): boolean {
    return this.#end === undefined;
  }

  /**
   * Closes the socket; whatever is being read or written fails.
   *
   * @param reason What it fails with.
   */
  close(
    reason: unknown = new ConnectionFailure("disconnected", "the connection was closed"),
  ): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    this.#watch?.cancel();
    this.#tcp.close();
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Does something with the connection that an abort signal may break off; the connection is then closed.
   *
   * @param signal The signal.
   * @param action What to do.
   * @returns What the action returns.
   * @throws The signal's reason, or what the action throws.
   */
  async during<T>(signal: AbortSignal | undefined, action: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const abort = () => this.close(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await action();
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#watch?.cancel();
      this.#watch = undefined;
    }
  }

  /**
   * Sends a request line.
   *
   * @param line The line without its line feed; ASCII, or UTF-8 where the protocol takes it raw.
   * @throws {SyntaxError} The line holds a line break or is too long for a server.
   * @throws {ConnectionFailure} The connection is lost or stuck.
   */
  async sendLine(line: string): Promise<void> {
    await this.send(encodeLine(line));
  }

  /**
   * Sends bytes, all of them.
   *
   * @param bytes What to send; must not change until the promise resolves.
   * @throws {ConnectionFailure} The connection is lost or stuck.
   */
  async send(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#limited(() => this.#tcp.write(sent === 0 ? bytes : bytes.subarray(sent)));
    }
  }

  /**
   * Reads a line as it is.
   *
   * @returns The bytes without the line feed, valid until the next read.
   * @throws {ConnectionFailure} The connection is lost or stuck, or the line too long.
   */
  async readRawLine(): Promise<Uint8Array> {
    try {
      const line = await this.#reader.readLine(LONGEST_ANSWER_LINE);
      return line ?? this.#fail("disconnected", "the server closed the connection");
    } catch (error) {
      if (error instanceof RangeError) this.#fail("protocol", error.message);
      throw error;
    }
  }

  /**
   * Reads a line as text, one character a byte, without carriage returns.
   *
   * @returns The line.
   * @throws {ConnectionFailure} The connection is lost or stuck, or the line too long.
   */
  async readLine(): Promise<string> {
    return LATIN1.decode(await this.readRawLine()).replaceAll("\r", "");
  }

  /**
   * Reads the number that every answer begins with.
   *
   * @returns The number, 0 or more.
   * @throws {Refusal} The number is negative.
   * @throws {ConnectionFailure} There is none, or the connection is lost or stuck.
   */
  async readResult(): Promise<number> {
    const line = await this.readLine();
    const result = Number(LEADING_NUMBER.exec(line)?.[1]);
    if (!Number.isSafeInteger(result)) {
      this.#fail("protocol", `the answer ${JSON.stringify(line.slice(0, 80))} is no number`);
    }
    if (result < 0) throw new Refusal(result);
    return result;
  }

  /**
   * Reads some data of an answer.
   *
   * @param target Where to put it; filled at least by one byte.
   * @returns The number of bytes.
   * @throws {ConnectionFailure} The connection is lost or stuck.
   */
  async readSome(target: Uint8Array): Promise<number> {
    const bytes = await this.#reader.read(target);
    return bytes > 0 ? bytes : this.#fail("disconnected", "the server closed the connection early");
  }

  /**
   * Reads data of an answer.
   *
   * @param target Where to put it; filled to its end.
   * @throws {ConnectionFailure} The connection is lost or stuck.
   */
  async readFully(target: Uint8Array): Promise<void> {
    for (let at = 0; at < target.length;) at += await this.readSome(target.subarray(at));
  }

  /**
   * Closes the connection because the server does not speak the protocol.
   *
   * @param reason What is wrong.
   * @throws {ConnectionFailure} Always.
   */
  outOfStep(reason: string): never {
    this.#fail("protocol", reason);
  }

  async #receive(target: Uint8Array): Promise<number> {
    return await this.#limited(() => this.#tcp.read(target)) ?? 0;
  }

  /** Runs one read or write of the socket under the time limit. */
  async #limited<T>(step: () => Promise<T>): Promise<T> {
    this.#throwIfEnded();
    this.#deadlineMs = this.#clock.now() + this.#timeoutMs;
    this.#watch ??= this.#clock.after(this.#timeoutMs, () => this.#checkDeadline());
    try {
      return await step();
    } catch (cause) {
      this.#throwIfEnded();
      const message = messageOf(cause);
      return this.#fail("disconnected", `the connection broke (${message})`, { cause });
    } finally {
      this.#deadlineMs = Infinity;
    }
  }

  /** Says why the connection was closed, rather than what that did to the socket. */
  #throwIfEnded(): void {
    if (this.#end !== undefined) throw this.#end.reason;
  }

  /** One timer serves many reads and writes: it moves on while they are quick. */
  #checkDeadline(): void {
    this.#watch = undefined;
    const leftMs = Math.min(this.#deadlineMs - this.#clock.now(), this.#timeoutMs);
    if (leftMs > 0) this.#watch = this.#clock.after(leftMs, () => this.#checkDeadline());
    else this.close(new ConnectionFailure("timed-out", `stalled for ${this.#timeoutMs} ms`));
  }

  #fail(...failure: ConstructorParameters<typeof ConnectionFailure>): never {
    const error = new ConnectionFailure(...failure);
    this.close(error);
    throw error;
  }
}

/**
 * Makes the bytes of a request line.
 *
 * @param line The line without its line feed.
 * @returns The bytes with it.
 * @throws {SyntaxError} The line holds a line break or is too long for a server.
 */
export function encodeLine(line: string): Uint8Array {
  if (/[\r\n\0]/.test(line)) {
    throw new SyntaxError(`Cannot send the line break of ${JSON.stringify(line)}`);
  }
  const bytes = ENCODER.encode(`${line}\n`);
  if (bytes.length > LONGEST_LINE) {
    throw new SyntaxError(`Cannot send a request of ${bytes.length} bytes, the limit is 1024`);
  }
  return bytes;
}
