/**
 * A Chirp file server.
 *
 * @module
 */

import { lookupService } from "node:dns/promises";
import { type AclEntry, parseAcl } from "../../lib/chirp/acl.ts";
import { type Clock, sleep, systemClock } from "../../lib/clock.ts";
import { type Random, systemRandom } from "../../lib/random.ts";
import { isClosed } from "../connection_errors.ts";
import { ACL_NAME, readAcl } from "./access.ts";
import type { IdentityMethod } from "./authentication.ts";
import { BufferPool } from "./buffer_pool.ts";
import type { ByteConnection } from "./byte_stream.ts";
import { BoundedStorage } from "./capacity.ts";
import { Connection } from "./connection.ts";
import { type ChirpFaults, FaultPlan } from "./faults.ts";
import { FolderStorage } from "./folder_storage.ts";
import { MemoryStorage } from "./memory_storage.ts";
import type { ServerContext } from "./session.ts";
import { writeSmallFile } from "./small_file.ts";
import type { Storage } from "./storage.ts";
import { nameOfUser } from "./unix_method.ts";

/** Options of {@linkcode startChirpServer}. */
export interface ChirpServerOptions {
  /** Path of the folder that is served (made where missing), or `"memory"`; default `"memory"`. */
  readonly root?: string | undefined;
  /** TCP port; default 0, a free one. */
  readonly port?: number | undefined;
  /** Address to listen on; default `127.0.0.1`. */
  readonly hostname?: string | undefined;
  /** Methods by which clients may prove who they are; default all four. */
  readonly identityMethods?: readonly IdentityMethod[] | undefined;
  /** List for the root where it has none yet; default the server's own user with all rights. */
  readonly rootAcl?: string | undefined;
  /** List that rules every directory without one of its own; default nobody may use such a directory. */
  readonly defaultAcl?: string | undefined;
  /** Identity that may list everywhere and change all lists, such as `unix:root`; default none. */
  readonly superuser?: string | undefined;
  /** Refuses all changes; default false. */
  readonly readOnly?: boolean | undefined;
  /** Most bytes that all files hold together; default no bound on a folder, 4 GiB in memory. */
  readonly capacityBytes?: number | undefined;
  /** Most connections at a time; more of them wait unanswered. Default: 1000. */
  readonly maxConnections?: number | undefined;
  /** Longest silence of a connection in milliseconds; default 60,000. */
  readonly idleTimeoutMs?: number | undefined;
  /** Folder for the files of the method `unix`; default `/tmp`. */
  readonly challengeFolder?: string | undefined;
  /** Finds the name of a client's address; default the system's resolver. */
  readonly nameOfAddress?: ((address: string) => Promise<string | undefined>) | undefined;
  /** Whether `thirdput` and `whoareyou` may make connections to other servers; default false. */
  readonly outgoing?: boolean | undefined;
  /** Faults put in on purpose; default none. */
  readonly faults?: ChirpFaults | undefined;
  /** Told of errors that are not the making of a client; the connection ends. Default: ignores them. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Time; default the system's. */
  readonly clock?: Clock | undefined;
  /** Chance; default the system's. */
  readonly random?: Random | undefined;
}

/** Methods that are accepted unless told otherwise. */
const IDENTITY_METHODS: readonly IdentityMethod[] = ["address", "hostname", "unix", "ticket"];

/** Most connections at a time unless told otherwise. */
const DEFAULT_MOST_CONNECTIONS = 1000;

/** Most bytes in memory unless told otherwise. */
const DEFAULT_MEMORY_BYTES = 4 * 2 ** 30;

/** Pause in milliseconds after the system failed to give a connection. */
const ACCEPT_PAUSE_MS = 100;

/** Longest silence of a connection in milliseconds unless told otherwise. */
const DEFAULT_IDLE_TIMEOUT_MS = 60_000;

/**
 * Starts a server.
 *
 * @example
 * ```ts
 * import { startChirpServer } from "./server.ts";
 * import { connectChirp } from "../../lib/chirp/mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await startChirpServer({ rootAcl: "address:127.0.0.1 rwlda\n" });
 * // From a shell: chirp_put -a address FILE 127.0.0.1:PORT /FILE
 * await using chirp = connectChirp({ host: "127.0.0.1", port: server.port, auth: ["address"] });
 * assertEquals(await chirp.whoami(), "address:127.0.0.1");
 * ```
 *
 * @param options See {@linkcode ChirpServerOptions}.
 * @returns The server, listening.
 * @throws {Deno.errors.AddrInUse} The port is taken.
 */
export function startChirpServer(options: ChirpServerOptions = {}): Promise<ChirpServer> {
  return Promise.resolve().then(() => new ChirpServer(options));
}

/** A running server. */
export class ChirpServer implements AsyncDisposable {
  /** Address that it listens on. */
  readonly hostname: string;
  /** Port that it listens on. */
  readonly port: number;
  /** The files, for a look past the protocol. */
  readonly storage: Storage;
  readonly #options: ChirpServerOptions;
  readonly #context: ServerContext;
  readonly #listener: Deno.TcpListener;
  readonly #connections = new Map<Connection, Promise<void>>();
  readonly #accepting: Promise<void>;
  #room = Promise.withResolvers<void>();

  /**
   * Starts to listen, as {@linkcode startChirpServer} does.
   *
   * @param options See {@linkcode ChirpServerOptions}.
   */
  constructor(options: ChirpServerOptions = {}) {
    const { clock = systemClock, random = systemRandom } = options;
    const faults = new FaultPlan(options.faults ?? {}, clock, random);
    this.#options = options;
    this.storage = openStorage(options, clock, () => faults.faults.diskFull ?? false);
    this.#context = {
      storage: this.storage,
      policy: {
        defaultAcl: aclOf(options.defaultAcl),
        superuser: options.superuser,
        readOnly: options.readOnly ?? false,
      },
      clock,
      random,
      faults,
      buffers: new BufferPool(),
      outgoing: options.outgoing ?? false,
    };
    if (options.defaultAcl === undefined && readAcl(this.storage, "/") === undefined) {
      writeSmallFile(this.storage, `/${ACL_NAME}`, options.rootAcl ?? ownAcl());
    }
    const { hostname = "127.0.0.1", port = 0 } = options;
    this.#listener = Deno.listen({ hostname, port });
    this.hostname = hostname;
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept();
  }

  /** Number of connections at present. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Faults in force; to be replaced as a whole. */
  get faults(): ChirpFaults {
    return this.#context.faults.faults;
  }

  set faults(faults: ChirpFaults) {
    this.#context.faults.faults = faults;
  }

  /** Drops all connections at once, as a crash would. The server goes on listening. */
  kill(): void {
    for (const connection of this.#connections.keys()) connection[Symbol.dispose]();
  }

  /**
   * Serves a connection that did not come through the listener.
   *
   * @param connection The bytes.
   * @param peerAddress The client's address as text.
   * @returns A promise that resolves when the connection has ended.
   */
  async serve(connection: ByteConnection, peerAddress: string): Promise<void> {
    const { identityMethods, idleTimeoutMs, challengeFolder, nameOfAddress } = this.#options;
    const served = new Connection(connection, {
      server: this.#context,
      methods: new Set(identityMethods ?? IDENTITY_METHODS),
      peerAddress,
      nameOfAddress: nameOfAddress ?? systemNameOf,
      challengeFolder: challengeFolder ?? "/tmp",
      idleTimeoutMs: idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
    });
    const run = served.run();
    this.#connections.set(served, run);
    try {
      await run;
    } catch (error) {
      this.#options.onError?.(error);
    } finally {
      this.#connections.delete(served);
      this.#room.resolve();
    }
  }

  /** Stops listening, drops all connections, and waits until their requests have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#room.resolve();
    await this.#accepting;
    // Only now can no further connection slip in.
    this.kill();
    await Promise.allSettled(this.#connections.values());
  }

  async #accept(): Promise<void> {
    const most = this.#options.maxConnections ?? DEFAULT_MOST_CONNECTIONS;
    try {
      for (;;) {
        while (this.#connections.size >= most) {
          this.#room = Promise.withResolvers();
          await this.#room.promise;
        }
        const connection = await this.#nextConnection();
        if (connection !== undefined) this.#admit(connection);
      }
    } catch (error) {
      if (!isClosed(error)) this.#options.onError?.(error);
    }
  }

  /** The next connection; `undefined` after a pause when the system has none to give, as without descriptors. */
  async #nextConnection(): Promise<Deno.TcpConn | undefined> {
    try {
      return await this.#listener.accept();
    } catch (error) {
      if (isClosed(error)) throw error;
      this.#options.onError?.(error);
      await sleep(this.#context.clock, ACCEPT_PAUSE_MS);
      return undefined;
    }
  }

  #admit(connection: Deno.TcpConn): void {
    if (this.#context.faults.refusesConnection()) return connection.close();
    connection.setNoDelay(true);
    this.serve(connection, connection.remoteAddr.hostname);
  }
}

function openStorage(
  { root = "memory", capacityBytes }: ChirpServerOptions,
  clock: Clock,
  full: () => boolean,
): Storage {
  if (root !== "memory") {
    return new BoundedStorage(new FolderStorage(root), { capacityBytes, full });
  }
  const bound = { capacityBytes: capacityBytes ?? DEFAULT_MEMORY_BYTES, full };
  return new BoundedStorage(new MemoryStorage({ clock }), bound);
}

function aclOf(text: string | undefined): AclEntry[] | undefined {
  return text === undefined ? undefined : parseAcl(text);
}

/** What chirp_server writes into a root without a list. */
function ownAcl(): string {
  const userId = Deno.uid() ?? 0;
  return `unix:${nameOfUser(userId) ?? userId} rwlda\n`;
}

async function systemNameOf(address: string): Promise<string | undefined> {
  try {
    const { hostname } = await lookupService(address, 0);
    return hostname === address ? undefined : hostname;
  } catch {
    return undefined;
  }
}
