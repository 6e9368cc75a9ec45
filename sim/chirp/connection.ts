/**
 * The life of one connection: prove who you are, then one request after another, in order, until either
 * side ends it. Answers gather while more requests are already there, and leave together.
 *
 * @module
 */

import type { Timer } from "../../lib/clock.ts";
import { authenticate } from "./authentication.ts";
import type { AuthenticationContext } from "./identity_dialogue.ts";
import { type ByteConnection, ByteReader, ByteWriter, ConnectionLost } from "./byte_stream.ts";
import { dispatch } from "./dispatch.ts";
import { type ServerContext, Session } from "./session.ts";

/** What a connection needs to know of its server. */
export interface ConnectionOptions extends
  Pick<
    AuthenticationContext,
    "methods" | "peerAddress" | "nameOfAddress" | "challengeFolder"
  > {
  /** What all connections share. */
  readonly server: ServerContext;
  /** Longest time without a byte in either direction, in milliseconds. */
  readonly idleTimeoutMs: number;
}

/** First byte of a line by which a client says goodbye. */
const END_OF_TRANSMISSION = "\x04";

/** One client's connection. */
export class Connection implements Disposable {
  readonly #connection: ByteConnection;
  readonly #options: ConnectionOptions;
  readonly #reader: ByteReader;
  readonly #writer: ByteWriter;
  #lastProgressMs: number;
  readonly #closing = new AbortController();
  #watch: Timer | undefined;

  /**
   * @param connection The bytes.
   * @param options See {@linkcode ConnectionOptions}.
   */
  constructor(connection: ByteConnection, options: ConnectionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#lastProgressMs = options.server.clock.now();
    this.#reader = new ByteReader(connection, this.#noteProgress);
    this.#writer = new ByteWriter(connection, this.#noteProgress);
  }

  /** Serves the connection to its end and closes it; no error of the peer's making comes out. */
  async run(): Promise<void> {
    this.#watchSilence();
    try {
      await this.#serve();
    } catch (error) {
      if (!this.#closing.signal.aborted && !isLoss(error)) throw error;
    } finally {
      this[Symbol.dispose]();
    }
  }

  /** Drops the connection at once; what was on its way may be lost. */
  [Symbol.dispose](): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new ConnectionLost("Closed the connection"));
    this.#watch?.cancel();
    this.#connection.close();
  }

  readonly #noteProgress = () => {
    this.#lastProgressMs = this.#options.server.clock.now();
  };

  async #serve(): Promise<void> {
    const { server, ...identification } = this.#options;
    const [reader, writer, { signal }] = [this.#reader, this.#writer, this.#closing];
    const caller = await authenticate({ ...server, ...identification, signal, reader, writer });
    if (caller === undefined) return;
    using session = new Session(server, caller, reader, writer, signal, this.#noteProgress);
    while (!session.ending) {
      const line = await this.#nextLine();
      if (line === undefined || line.startsWith(END_OF_TRANSMISSION)) break;
      if (line === "") continue;
      await server.faults.delay(signal);
      await dispatch(session, line);
      if (writer.full) await writer.flush();
    }
    await writer.flush();
  }

  /** The next line; answers leave before the server waits for it. */
  async #nextLine(): Promise<string | undefined> {
    const line = this.#reader.takeLine();
    if (line !== undefined) return line;
    await this.#writer.flush();
    return await this.#reader.line();
  }

  /** One timer for the whole connection, set anew only when it fires: bytes just note the time. */
  #watchSilence(): void {
    const { server: { clock }, idleTimeoutMs } = this.#options;
    const leftMs = this.#lastProgressMs + idleTimeoutMs - clock.now();
    if (leftMs <= 0) return this[Symbol.dispose]();
    this.#watch = clock.after(leftMs, () => this.#watchSilence());
  }
}

/** Tells whether an error means that the connection is gone. */
function isLoss(error: unknown): boolean {
  return error instanceof ConnectionLost || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.TimedOut || error instanceof Deno.errors.NotConnected;
}
