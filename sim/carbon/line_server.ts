/**
 * A port that takes lines.
 *
 * @module
 */

import { type Clock, sleep } from "../../lib/clock.ts";
import { isClosed, isDisconnect } from "../connection_errors.ts";
import { LineError, LineReader } from "./line_reader.ts";

/** Options of {@linkcode LineServer}. */
export interface LineServerOptions {
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** Address to listen on. */
  readonly hostname: string;
  /** Most connections at a time; more of them wait. */
  readonly maxConnections: number;
  /** Source of time. */
  readonly clock: Clock;
  /** Takes each line. */
  readonly onLine: (line: string) => void;
}

/** Bytes that one read may take. */
const READ_BYTES = 32 * 1024;
/** Pause after the system failed to give a connection, in milliseconds. */
const ACCEPT_PAUSE_MS = 100;

/** The port. A line that is too long or not UTF-8 ends its connection, as in carbon; nothing is answered. */
export class LineServer implements AsyncDisposable {
  /** Port that it listens on. */
  readonly port: number;
  readonly #options: LineServerOptions;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Map<Deno.TcpConn, Promise<void>>();
  readonly #accepting: Promise<void>;
  #room = Promise.withResolvers<void>();
  #isStopping = false;

  /**
   * @param options See {@linkcode LineServerOptions}.
   * @throws {Deno.errors.AddrInUse} When the port is taken.
   */
  constructor(options: LineServerOptions) {
    this.#options = options;
    this.#listener = Deno.listen({ hostname: options.hostname, port: options.port });
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept();
  }

  /** Drops all connections, as a crash would; the port goes on listening. */
  kill(): void {
    for (const connection of this.#connections.keys()) close(connection);
  }

  /** Stops listening and drops all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#listener.close();
    this.#room.resolve();
    await this.#accepting;
    this.kill();
    await Promise.all(this.#connections.values());
  }

  async #accept(): Promise<void> {
    for (;;) {
      while (!this.#isStopping && this.#connections.size >= this.#options.maxConnections) {
        this.#room = Promise.withResolvers();
        await this.#room.promise;
      }
      try {
        const connection = await this.#listener.accept();
        this.#connections.set(connection, this.#serve(connection));
      } catch (error) {
        if (isClosed(error)) return;
        // The system has none to give, as without descriptors.
        await sleep(this.#options.clock, ACCEPT_PAUSE_MS);
      }
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    const reader = new LineReader();
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (;;) {
        const length = await connection.read(buffer);
        if (length === null) break;
        reader.push(buffer.subarray(0, length), this.#options.onLine);
      }
    } catch (error) {
      if (!(error instanceof LineError) && !isDisconnect(error)) throw error;
    } finally {
      close(connection);
      this.#connections.delete(connection);
      this.#room.resolve();
    }
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
