import { assert, assertEquals } from "@std/assert";
import { carbonSender } from "../../../lib/metrics/carbon_sender.ts";
import { createLogger, type LogSink } from "../../../lib/log.ts";
import { systemClock } from "../../../lib/clock.ts";
import { eventually } from "../../_eventually.ts";

/** A server that keeps every line it is sent, and can go away and come back. */
class Lines implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly port: number;
  #listener: Deno.TcpListener;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #reading: Promise<void>[] = [];
  #ended = 0;
  readonly #neverEnds: boolean;

  /** @param options `neverEnds`: it keeps its half of a connection that has ended, as if it were stuck. */
  constructor(options: { readonly neverEnds?: boolean } = {}) {
    this.#neverEnds = options.neverEnds ?? false;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.#serve();
  }

  /** Waits until so many lines are there. */
  async until(count: number): Promise<void> {
    await eventually(`${count} lines`, () => this.lines.length >= count);
  }

  /** Waits until so many connections have ended in order. */
  async untilEnded(count: number): Promise<void> {
    await eventually(`the end of ${count} connections`, () => this.#ended >= count);
  }

  async stop(): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) {
      try {
        connection.close();
      } catch {
        // It has ended.
      }
    }
    await Promise.all(this.#reading);
  }

  restart(): void {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    this.#serve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #serve(): void {
    const listener = this.#listener;
    this.#reading.push((async () => {
      for await (const connection of listener) {
        this.#connections.add(connection);
        this.#reading.push(this.#read(connection));
      }
    })());
  }

  async #read(connection: Deno.TcpConn): Promise<void> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(65_536);
    let rest = "";
    try {
      for (;;) {
        const length = await connection.read(buffer);
        if (length === null) break;
        const text = decoder.decode(buffer.subarray(0, length), { stream: true });
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        this.lines.push(...lines);
      }
      if (this.#neverEnds) return;
      this.#ended++;
      connection.close();
    } catch {
      // The test closed it.
    }
    this.#connections.delete(connection);
  }
}

function sample(path: string, value = 1) {
  return { path, value, timeSeconds: 1795343184 };
}

Deno.test("carbonSender() writes a line for each sample, all of them before it is closed", async () => {
  await using server = new Lines();
  {
    await using sender = carbonSender({ hostname: "127.0.0.1", port: server.port });
    sender.write([sample("copilot.monitor.updates", 3), sample("copilot.a.b", 0.5)]);
  }
  await server.until(2);
  assertEquals(server.lines, [
    "copilot.monitor.updates 3 1795343184",
    "copilot.a.b 0.5 1795343184",
  ]);
});

Deno.test("carbonSender() loses nothing while Carbon is away", async () => {
  await using server = new Lines();
  const noticed = Promise.withResolvers<void>();
  const sink: LogSink = {
    minLevel: "warning",
    write: () => noticed.resolve(),
    [Symbol.dispose]() {},
  };
  const log = createLogger({ sinks: [sink], clock: systemClock });
  await using sender = carbonSender({
    hostname: "127.0.0.1",
    port: server.port,
    retryMs: 1,
    log,
  });
  sender.write([sample("copilot.before")]);
  await server.until(1);
  await server.stop();
  await noticed.promise;
  sender.write(Array.from({ length: 1000 }, (_, index) => sample(`copilot.meanwhile.${index}`)));
  server.restart();
  await server.until(1001);
  const names = new Set(server.lines.map((line) => line.split(" ")[0]));
  assertEquals(names.size, 1001);
});

Deno.test("carbonSender() writes again what it has no receipt for", async () => {
  await using server = new Lines({ neverEnds: true });
  const options = { hostname: "127.0.0.1", port: server.port, retryMs: 1 };
  const sender = carbonSender({ ...options, receiptMs: 1, patienceMs: 20, closeMs: 20 });
  sender.write([sample("copilot.a")]);
  await server.until(3);
  assertEquals(new Set(server.lines).size, 1);
  await sender[Symbol.asyncDispose]();
});

Deno.test("carbonSender() writes nothing again that Carbon has read and had time to store", async () => {
  await using server = new Lines();
  const options = { hostname: "127.0.0.1", port: server.port, retryMs: 1 };
  await using sender = carbonSender({ ...options, receiptMs: 1, storedMs: 0 });
  for (let round = 1; round <= 5; round++) {
    sender.write([sample(`copilot.${round}`)]);
    await server.until(round);
    // The end of the connection is the receipt.
    await server.untilEnded(round);
  }
  assertEquals(server.lines.length, 5);
});

Deno.test("carbonSender() keeps the newest samples where too many wait, and counts the rest", async () => {
  await using server = new Lines();
  await server.stop();
  const sender = carbonSender({
    hostname: "127.0.0.1",
    port: server.port,
    bufferLimit: 10,
    retryMs: 1,
  });
  sender.write(Array.from({ length: 25 }, (_, index) => sample(`copilot.${index}`)));
  assertEquals([sender.waiting, sender.lost, sender.connected], [10, 15, false]);
  server.restart();
  await server.until(10);
  assertEquals(server.lines[0]?.split(" ")[0], "copilot.15");
  await sender[Symbol.asyncDispose]();
  assert(!sender.connected);
});
