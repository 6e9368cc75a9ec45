import { assertEquals, assertRejects } from "@std/assert";
import type { Clock, Timer } from "../../../lib/clock.ts";
import { connectRedis } from "../../../lib/jobs/ioredis_calls.ts";
import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import { systemClock } from "../../../lib/clock.ts";
import { eventually } from "../../_eventually.ts";

const HOST = "127.0.0.1";

/** A server that answers each chunk it receives by what `answer` makes of it. */
class ScriptedServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: HOST, port: 0 });
  readonly #conns = new Set<Deno.TcpConn>();
  readonly #accepting: Promise<void>;

  constructor(private readonly answer: (received: string) => string | null) {
    this.#accepting = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Breaks all connections. */
  drop(): void {
    for (const conn of this.#conns) conn.close();
    this.#conns.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.drop();
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const conn of this.#listener) serving.push(this.#serve(conn));
    await Promise.all(serving);
  }

  async #serve(conn: Deno.TcpConn): Promise<void> {
    this.#conns.add(conn);
    const buffer = new Uint8Array(4096);
    for (;;) {
      const count = await conn.read(buffer).catch(() => null);
      if (count === null) return;
      const reply = this.answer(new TextDecoder().decode(buffer.subarray(0, count)));
      if (reply === null) {
        this.#conns.delete(conn);
        conn.close();
      } else await conn.write(new TextEncoder().encode(reply)).catch(() => {});
    }
  }
}

const READY = "$11\r\nloading:0\r\n\r\n";
const isReadyCheck = (received: string) => received.includes("info");

/** A clock whose timers fire when the test says so. */
class HandClock implements Clock {
  readonly delays: number[] = [];
  readonly #waiting = Promise.withResolvers<() => void>();

  now(): number {
    return systemClock.now();
  }

  after(delayMs: number, callback: () => void): Timer {
    this.delays.push(delayMs);
    this.#waiting.resolve(callback);
    return { cancel: () => {} };
  }

  /** Resolves to the first call that waits. */
  get first(): Promise<() => void> {
    return this.#waiting.promise;
  }
}

Deno.test("connectRedis() rejects with the address when nobody listens", async () => {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assertRejects(
    () => connectRedis({ host: HOST, port }),
    RedisError,
    `Cannot reach Redis at ${HOST}:${port}`,
  );
});

Deno.test("connectRedis() rejects when the password is refused", async () => {
  await using server = new ScriptedServer(() => "-WRONGPASS invalid password\r\n");
  await assertRejects(
    () => connectRedis({ host: HOST, port: server.port, password: "wrong" }),
    RedisError,
    "Cannot reach Redis",
  );
});

Deno.test("connectRedis() gives up a server that says nothing", async () => {
  await using server = new ScriptedServer(() => "");
  await assertRejects(
    () => connectRedis({ host: HOST, port: server.port, answerTimeoutMs: 20 }),
    RedisError,
    "Cannot reach Redis",
  );
});

Deno.test("connectRedis() never repeats a command whose answer was lost", async () => {
  let pushes = 0;
  const clock = new HandClock();
  await using server = new ScriptedServer((received) => {
    if (isReadyCheck(received)) return READY;
    if (!received.includes("LPUSH")) return "+PONG\r\n";
    pushes++;
    return null;
  });
  await using calls = await connectRedis({ host: HOST, port: server.port, clock });
  await assertRejects(
    () => calls.call(["LPUSH", "queue", "job"]),
    RedisError,
    `Lost the answer to LPUSH: the connection to Redis at ${HOST}:${server.port} broke`,
  );
  assertEquals(calls.connected, false);
  await assertRejects(
    () => calls.call(["PING"]),
    RedisError,
    `Cannot call PING: Redis at ${HOST}:${server.port} is not connected`,
  );
  const reconnect = await clock.first;
  reconnect();
  await eventually("a connection", () => calls.connected);
  assertEquals(await calls.call(["PING"]), "PONG");
  assertEquals(pushes, 1);
});

Deno.test("connectRedis() waits longer after each attempt, up to a bound", async () => {
  const delays: number[] = [];
  const enough = Promise.withResolvers<void>();
  const clock: Clock = {
    now: () => systemClock.now(),
    after: (delayMs, callback) => {
      delays.push(delayMs);
      if (delays.length === 8) enough.resolve();
      else queueMicrotask(callback);
      return { cancel: () => {} };
    },
  };
  const random = { bytes: (length: number) => new Uint8Array(length).fill(255) };
  const server = new ScriptedServer((received) => isReadyCheck(received) ? READY : "+OK\r\n");
  await using calls = await connectRedis({
    host: HOST,
    port: server.port,
    longestRetryMs: 1000,
    clock,
    random,
  });
  await server[Symbol.asyncDispose]();
  await enough.promise;
  assertEquals(delays.map(Math.round), [50, 100, 200, 400, 800, 1000, 1000, 1000]);
  assertEquals(calls.connected, false);
});

Deno.test("connectRedis() gives up a connection whose answer does not come", async () => {
  await using server = new ScriptedServer((received) => isReadyCheck(received) ? READY : "");
  await using calls = await connectRedis({ host: HOST, port: server.port, answerTimeoutMs: 20 });
  await assertRejects(() => calls.call(["PING"]), RedisError, "Lost the answer to PING");
});
