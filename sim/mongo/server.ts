/**
 * A MongoDB on a TCP port.
 *
 * @module
 */

import { type Clock, sleep, systemClock } from "../../lib/clock.ts";
import { type Random, systemRandom } from "../../lib/random.ts";
import type { CommandContext } from "./commands/command.ts";
import { Connection } from "./connection.ts";
import { CursorStore } from "./cursors.ts";
import { DEFAULT_LIMITS, type MongoLimits } from "./limits.ts";
import { Catalogue } from "./store/catalogue.ts";

/** Options of {@linkcode startMongoServer}. */
export interface MongoServerOptions {
  /** TCP port. Default: 0, a free one. */
  readonly port?: number | undefined;
  /** Address to listen on; the server knows no users, so whoever reaches it may do all. Default: `127.0.0.1`. */
  readonly hostname?: string | undefined;
  /** Folder in which the data survive the process; made where it is missing. Default: in memory only. */
  readonly folder?: string | undefined;
  /** Limits on what clients may ask. Default: those of {@linkcode MongoLimits}. */
  readonly limits?: Partial<MongoLimits> | undefined;
  /** Source of time. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Source of chance. Default: the machine's. */
  readonly random?: Random | undefined;
}

/** A running server. */
export interface MongoServer extends AsyncDisposable {
  /** Address it listens on. */
  readonly hostname: string;
  /** TCP port it listens on. */
  readonly port: number;
  /** Address for drivers, such as `mongodb://127.0.0.1:27017/?directConnection=true`. */
  readonly url: string;
  /** Number of clients at present. */
  readonly connections: number;
  /** Number of open cursors. */
  readonly cursors: number;
  /**
   * Resolves when the server has stopped; rejects when it had to because changes could not be kept, on a
   * full disk for instance. What was acknowledged until then has been kept.
   */
  readonly closed: Promise<void>;
}

/** Pause in milliseconds after the system failed to give a connection. */
const ACCEPT_PAUSE_MS = 100;

/**
 * Starts a server.
 *
 * @example
 * ```ts
 * import { startMongoServer } from "./server.ts";
 * import { MongoClient } from "mongodb";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await startMongoServer();
 * const client = await MongoClient.connect(server.url);
 * const connections = client.db("copilot").collection("connections");
 * await connections.insertOne({ user: "agent", succeeded_jobs: 0 });
 * await connections.updateOne({ user: "agent" }, { $inc: { succeeded_jobs: 1 } });
 * assertEquals((await connections.findOne({ user: "agent" }))?.["succeeded_jobs"], 1);
 * await client.close();
 * ```
 *
 * @param options See {@linkcode MongoServerOptions}.
 * @returns The server, listening.
 * @throws {Deno.errors.AddrInUse} When the port is taken.
 * @throws {Error} When the folder is in use, or what lies in it cannot be read.
 */
export function startMongoServer(options: MongoServerOptions = {}): Promise<MongoServer> {
  return Promise.resolve().then(() => new TcpMongoServer(options));
}

class TcpMongoServer implements MongoServer {
  readonly hostname: string;
  readonly port: number;
  readonly closed: Promise<void>;
  readonly #context: CommandContext;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Map<Connection, Promise<void>>();
  #connectionCount = 0;
  #isStopping = false;
  #defect: { readonly error: unknown } | undefined;

  constructor(options: MongoServerOptions) {
    const { hostname = "127.0.0.1", port = 0, folder } = options;
    const { clock = systemClock, random = systemRandom } = options;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const catalogue = new Catalogue(limits, folder);
    const cursors = new CursorStore(limits, clock, random);
    this.#context = { catalogue, cursors, limits, clock, random };
    try {
      this.#listener = Deno.listen({ hostname, port });
    } catch (error) {
      catalogue.close();
      throw error;
    }
    this.hostname = hostname;
    this.port = this.#listener.addr.port;
    this.closed = this.#run();
    // Whoever waits for `closed` sees the defect; for all others the stop is the sign.
    this.closed.catch(() => {});
  }

  get url(): string {
    return `mongodb://${this.hostname}:${this.port}/?directConnection=true`;
  }

  get connections(): number {
    return this.#connections.size;
  }

  get cursors(): number {
    return this.#context.cursors.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    await Promise.allSettled([this.closed]);
  }

  #stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#listener.close();
    for (const connection of this.#connections.keys()) connection[Symbol.dispose]();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        this.#admit(await this.#listener.accept());
      } catch {
        // Without descriptors, for instance, there is none to give just now.
        if (!this.#isStopping) await sleep(this.#context.clock, ACCEPT_PAUSE_MS);
      }
    }
    await Promise.all(this.#connections.values());
    this.#context.cursors[Symbol.dispose]();
    this.#context.catalogue.close();
    if (this.#defect !== undefined) throw this.#defect.error;
  }

  #admit(conn: Deno.TcpConn): void {
    if (this.#isStopping || this.#connections.size >= this.#context.limits.connections) {
      return conn.close();
    }
    const connection = new Connection(conn, this.#context, ++this.#connectionCount);
    const served = connection.serve().catch((error) => {
      // The data in memory may be ahead of the file: nothing that follows could be kept.
      this.#defect ??= { error };
      this.#stop();
    }).finally(() => this.#connections.delete(connection));
    this.#connections.set(connection, served);
  }
}
