import { assertEquals } from "@std/assert";
import { Connection } from "../../../sim/redis/connection.ts";
import { RedisStore } from "../../../sim/redis/mod.ts";
import { DEFAULT_LIMITS } from "../../../sim/redis/resp_parser.ts";

/** A connection whose reads and writes complete when the test says so. */
class HandConn {
  readonly remoteAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
  readonly written: string[] = [];
  isClosed = false;
  #finishWrite: (() => void) | undefined;
  #read = Promise.withResolvers<string | null>();

  setNoDelay(): void {}

  receive(text: string): void {
    const { resolve } = this.#read;
    this.#read = Promise.withResolvers();
    resolve(text);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const text = await this.#read.promise;
    return text === null ? null : new TextEncoder().encodeInto(text, buffer).written;
  }

  write(bytes: Uint8Array): Promise<number> {
    this.written.push(new TextDecoder().decode(bytes));
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#finishWrite = () => resolve(bytes.length);
    return promise;
  }

  finishWrite(): void {
    this.#finishWrite?.();
  }

  close(): void {
    this.isClosed = true;
    this.receive("");
  }
}

/** Lets everything run that waits for nothing but its turn. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

function open(store: RedisStore) {
  const conn = new HandConn();
  let asked = 0;
  const connection = new Connection(conn as unknown as Deno.TcpConn, store, {
    limits: DEFAULT_LIMITS,
    outputLimitBytes: 1024,
    onOutput: () => asked++,
  });
  return { conn, connection, serving: connection.serve(), asked: () => asked };
}

Deno.test("Connection sends no answer before it is told that the log is written", async () => {
  using store = new RedisStore();
  const { conn, connection, serving, asked } = open(store);
  conn.receive("SET a 1\r\n");
  await settle();
  assertEquals([conn.written, asked()], [[], 1]);
  connection.flush();
  assertEquals(conn.written, ["+OK\r\n"]);

  // A second answer is collected while the first is on its way.
  conn.receive("INCR a\r\n");
  await settle();
  conn.finishWrite();
  await settle();
  assertEquals(conn.written, ["+OK\r\n"]);
  assertEquals(asked(), 3);
  connection.flush();
  assertEquals(conn.written, ["+OK\r\n", ":2\r\n"]);
  connection.close();
  conn.finishWrite();
  await serving;
});

Deno.test("Connection ends once the client has taken its answers", async () => {
  using store = new RedisStore();
  const { conn, connection, serving } = open(store);
  conn.receive("PING\r\n");
  await settle();
  connection.end();
  assertEquals([conn.written, conn.isClosed], [["+PONG\r\n"], false]);
  conn.finishWrite();
  await serving;
  assertEquals(conn.isClosed, true);
});

Deno.test("Connection cuts off a client that lets too many messages wait", async () => {
  using store = new RedisStore();
  const { conn, connection, serving } = open(store);
  for (let count = 0; count < 1000 && !conn.isClosed; count++) connection.send("x".repeat(100));
  assertEquals(conn.isClosed, true);
  await serving;
});
