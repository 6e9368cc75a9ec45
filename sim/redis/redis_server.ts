/**
 * A Redis on a TCP port.
 *
 * @module
 */

import { type Clock, systemClock } from "../../lib/clock.ts";
import { AppendOnlyFile, type FsyncPolicy } from "./append_only_file.ts";
import { Connection } from "./connection.ts";
import { DEFAULT_LIMITS, type RespLimits } from "./resp_parser.ts";
import type { ServerControl } from "./server_control.ts";
import { RedisStore } from "./store.ts";

/** Options of {@linkcode startRedisServer}. */
export interface RedisServerOptions {
  /** TCP port. Default: 0, a free one. */
  readonly port?: number | undefined;
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly hostname?: string | undefined;
  /** The data. Default: an empty store of the server's own. */
  readonly store?: RedisStore | undefined;
  /** File that writes are appended to, and that is replayed at the start. Default: none. */
  readonly appendOnlyFile?: string | undefined;
  /** When the file is forced to the disk. Default: `everysec`. */
  readonly fsync?: FsyncPolicy | undefined;
  /** The file is rewritten when it has doubled and is larger than this, in bytes. Default: 64 MiB. */
  readonly rewriteMinBytes?: number | undefined;
  /** Password that clients must give. Default: none. */
  readonly requirePass?: string | undefined;
  /** Source of time, where the store is the server's own. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Most clients at a time. Default: 10,000. */
  readonly maxClients?: number | undefined;
  /** Limits on what a client may send. Default: those of Redis. */
  readonly limits?: Partial<RespLimits> | undefined;
  /** A client that lets more output wait is cut off, in bytes. Default: 256 MiB. */
  readonly outputLimitBytes?: number | undefined;
}

/** A running server. */
export interface RedisServer extends AsyncDisposable {
  /** Address it listens on. */
  readonly hostname: string;
  /** TCP port it listens on. */
  readonly port: number;
  /** The data. */
  readonly store: RedisStore;
  /** Resolves when the server has stopped, by whatever way. */
  readonly closed: Promise<void>;
  /** Stops in order: answers that are due are sent, the file is forced to the disk. */
  stop(): Promise<void>;
  /** Stops as `kill -9` would: connections break, nothing more is written anywhere. */
  kill(): Promise<void>;
}

/**
 * Starts a server.
 *
 * @param options See {@linkcode RedisServerOptions}.
 * @returns The server, listening.
 * @throws {Deno.errors.AddrInUse} When the port is taken.
 * @throws {Error} When the append-only file cannot be read.
 */
export function startRedisServer(options: RedisServerOptions = {}): RedisServer {
  return new TcpRedisServer(options);
}

/** A server that stops waits no longer for clients to take their answers, in milliseconds. */
const LAST_ANSWERS_MS = 1000;

class TcpRedisServer implements RedisServer, ServerControl {
  readonly hostname: string;
  readonly port: number;
  readonly store: RedisStore;
  readonly closed: Promise<void>;
  readonly #listener: Deno.TcpListener;
  readonly #options: RedisServerOptions;
  readonly #ownsStore: boolean;
  readonly #file: AppendOnlyFile | undefined;
  readonly #connections = new Set<Connection>();
  readonly #serving = new Set<Promise<void>>();
  readonly #outputs = new Set<Connection>();
  #isFlushScheduled = false;
  #isStopping = false;

  constructor(options: RedisServerOptions) {
    this.#options = options;
    this.#ownsStore = options.store === undefined;
    this.store = options.store ?? new RedisStore({ clock: options.clock ?? systemClock });
    if (options.appendOnlyFile !== undefined) {
      this.#file = new AppendOnlyFile(this.store, {
        path: options.appendOnlyFile,
        fsync: options.fsync,
        rewriteMinBytes: options.rewriteMinBytes,
      });
    }
    try {
      this.#listener = Deno.listen({
        hostname: options.hostname ?? "127.0.0.1",
        port: options.port ?? 0,
      });
    } catch (error) {
      this.#file?.close(false);
      if (this.#ownsStore) this.store[Symbol.dispose]();
      throw error;
    }
    this.hostname = this.#listener.addr.hostname;
    this.port = this.#listener.addr.port;
    this.store.server = this;
    this.closed = this.#accept();
  }

  get isAppendOnly(): boolean {
    return this.#file !== undefined;
  }

  rewriteLog(): void {
    this.#file?.rewrite();
  }

  shutdown(): void {
    // The command's own connection must not wait for itself.
    queueMicrotask(() => this.#stop(true));
  }

  stop(): Promise<void> {
    this.#stop(true);
    return this.closed;
  }

  kill(): Promise<void> {
    this.#stop(false);
    return this.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #accept(): Promise<void> {
    const { limits, maxClients = 10_000, outputLimitBytes = 256 * 1024 * 1024 } = this.#options;
    const options = {
      password: this.#options.requirePass,
      limits: { ...DEFAULT_LIMITS, ...limits },
      outputLimitBytes,
      onOutput: (connection: Connection) => this.#scheduleFlush(connection),
    };
    for await (const conn of this.#listener) {
      if (this.#connections.size >= maxClients) {
        this.#track(refuse(conn));
        continue;
      }
      const connection = new Connection(conn, this.store, options);
      this.#connections.add(connection);
      this.#track(connection.serve().finally(() => this.#connections.delete(connection)));
    }
    await Promise.all(this.#serving);
  }

  #track(work: Promise<void>): void {
    this.#serving.add(work);
    work.finally(() => this.#serving.delete(work));
  }

  /** One write to the file and one flush serve all commands that arrived in this turn. */
  #scheduleFlush(connection: Connection): void {
    this.#outputs.add(connection);
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushScheduled = false;
    // What was not logged must not be acknowledged. A server that stops has closed its file, executes
    // nothing more, and only sends what is due.
    if (!this.#isStopping) this.#file?.flush();
    for (const connection of this.#outputs) connection.flush();
    this.#outputs.clear();
  }

  #stop(isOrderly: boolean): void {
    if (this.#isStopping) return;
    if (isOrderly) this.#flush();
    this.#isStopping = true;
    this.#listener.close();
    this.#file?.close(isOrderly);
    this.store.server = undefined;
    if (this.#ownsStore) this.store[Symbol.dispose]();
    if (isOrderly) this.#endConnections();
    else for (const connection of this.#connections) connection.close();
  }

  /** Lets each client take the answers that are on their way to it, for a while. */
  #endConnections(): void {
    for (const connection of this.#connections) connection.end();
    if (this.#connections.size === 0) return;
    const timer = this.store.clock.after(LAST_ANSWERS_MS, () => {
      for (const connection of this.#connections) connection.close();
    });
    this.closed.finally(() => timer.cancel());
  }
}

async function refuse(conn: Deno.TcpConn): Promise<void> {
  try {
    await conn.write(new TextEncoder().encode("-ERR max number of clients reached\r\n"));
  } catch {
    // The client has gone already.
  } finally {
    conn.close();
  }
}
