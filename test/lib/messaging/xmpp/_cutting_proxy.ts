/**
 * A TCP proxy that breaks connections: now, or at a byte of either direction.
 *
 * @module
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Where a connection breaks. */
export interface Cut {
  /** Which way the bytes go that are counted. */
  readonly direction: "to-server" | "to-client";
  /** Bytes that still pass; what follows them is lost, both ways. */
  readonly afterBytes: number;
}

/** A connection through the proxy. */
class Pair {
  #cut: Cut | undefined;
  #passed = 0;
  readonly #sockets: readonly [Socket, Socket];
  readonly #onGone: () => void;
  #open = true;

  constructor(client: Socket, server: Socket, onGone: () => void) {
    this.#sockets = [client, server];
    this.#onGone = onGone;
    this.#pipe(client, server, "to-server");
    this.#pipe(server, client, "to-client");
  }

  /** Counts from now on; without a cut, everything passes. */
  plan(cut: Cut | undefined): void {
    this.#cut = cut;
    this.#passed = 0;
  }

  /** Breaks the connection once what was passed on has left. */
  break(): void {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroySoon();
    this.#onGone();
  }

  /** Breaks it for the client only: the server goes on believing in it. */
  abandon(): void {
    this.#open = false;
    this.#sockets[0].destroy();
  }

  #pipe(from: Socket, to: Socket, direction: Cut["direction"]): void {
    from.on("data", (chunk: Uint8Array) => {
      if (!this.#open) return;
      const cut = this.#cut?.direction === direction ? this.#cut : undefined;
      const room = cut === undefined ? Infinity : cut.afterBytes - this.#passed;
      this.#passed += cut === undefined ? 0 : chunk.length;
      to.write(chunk.subarray(0, Math.min(room, chunk.length)));
      if (chunk.length >= room) this.break();
    });
    from.on("error", () => this.#open && this.break());
    from.on("close", () => this.#open && this.break());
  }
}

/** A running proxy. */
export interface CuttingProxy extends AsyncDisposable {
  /** Port that it listens on, at 127.0.0.1. */
  readonly port: number;
  /** Connections that were begun. */
  readonly connections: number;
  /** Breaks all connections now; where the server is not told, it goes on believing in them. */
  cut(how?: "told" | "untold"): void;
  /** Breaks the connection at hand by the first plan, the next by the second, and so on. */
  plan(cuts: readonly Cut[]): void;
}

/**
 * Starts a proxy.
 *
 * @param target Port that it passes on to, at 127.0.0.1.
 * @returns The proxy; disposing of it breaks all connections.
 */
export async function cuttingProxy(target: number): Promise<CuttingProxy> {
  const pairs = new Set<Pair>();
  let plans: readonly Cut[] = [];
  let connections = 0;
  const server = createServer({ noDelay: true }, (client) => {
    connections++;
    const upstream = connect({ host: "127.0.0.1", port: target, noDelay: true });
    const pair = new Pair(client, upstream, () => pairs.delete(pair));
    pair.plan(plans[0]);
    plans = plans.slice(1);
    pairs.add(pair);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    cut(how = "told") {
      for (const pair of pairs) {
        if (how === "told") pair.break();
        else pair.abandon();
      }
    },
    plan(cuts) {
      for (const pair of pairs) pair.plan(cuts[0]);
      plans = cuts.slice(1);
    },
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const pair of pairs) pair.break();
      await closed.promise;
    },
  };
}
