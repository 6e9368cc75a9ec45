import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { connectRedis } from "../../../lib/jobs/ioredis_calls.ts";
import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import { type RedisServerOptions, startRedisServer } from "../../../sim/redis/mod.ts";
import { redisCallsContract } from "../../contract/redis_calls.ts";
import { RawClient } from "./_server.ts";

redisCallsContract("startRedisServer()", () => {
  const server = startRedisServer();
  return Promise.resolve({
    connect: () => connectRedis({ host: server.hostname, port: server.port }),
    [Symbol.asyncDispose]: () => server.stop(),
  });
});

interface Exchange {
  readonly name: string;
  readonly options?: RedisServerOptions;
  readonly send: string;
  readonly expect: string;
}

const EXCHANGES: readonly Exchange[] = [
  {
    name: "answers pipelined commands in order",
    send: "PING\r\nECHO a\nPING b\r\n",
    expect: "+PONG\r\n$1\r\na\r\n$1\r\nb\r\n",
  },
  {
    name: "keeps values that are no text",
    send:
      "*3\r\n$3\r\nSET\r\n$2\r\n\x00\xff\r\n$4\r\n\r\n\x80\xfe\r\n*2\r\n$3\r\nGET\r\n$2\r\n\x00\xff\r\n",
    expect: "+OK\r\n$4\r\n\r\n\x80\xfe\r\n",
  },
  {
    name: "speaks RESP3 after HELLO 3",
    send: "HELLO 3\r\nHSET h f v\r\nHGETALL h\r\nGET absent\r\nZADD z 1.5 m\r\nZSCORE z m\r\n" +
      "ZRANGE z 0 -1 WITHSCORES\r\nSADD s m\r\nSMEMBERS s\r\nSUBSCRIBE c\r\n",
    expect:
      "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:3\r\n" +
      "$2\r\nid\r\n:1\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n" +
      "$7\r\nmodules\r\n*0\r\n:1\r\n%1\r\n$1\r\nf\r\n$1\r\nv\r\n_\r\n:1\r\n,1.5\r\n" +
      "*1\r\n*2\r\n$1\r\nm\r\n,1.5\r\n:1\r\n~1\r\n$1\r\nm\r\n>3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n",
  },
  {
    name: "wants the password first",
    options: { requirePass: "secret" },
    send: "GET a\r\nAUTH wrong\r\nAUTH secret\r\nGET a\r\n",
    expect: "-NOAUTH Authentication required.\r\n" +
      "-WRONGPASS invalid username-password pair or user is disabled.\r\n+OK\r\n$-1\r\n",
  },
  {
    name: "ends a stream that is no RESP",
    send: "*1\r\nPING\r\nPING\r\n",
    expect: "-ERR Protocol error: expected '$', got 'P'\r\n",
  },
  {
    name: "ends a stream that breaks a limit",
    options: { limits: { bulkBytes: 10 } },
    send: "*1\r\n$11\r\n",
    expect: "-ERR Protocol error: invalid bulk length\r\n",
  },
  {
    name: "is silent after CLIENT REPLY OFF",
    send: "CLIENT REPLY OFF\r\nPING\r\nCLIENT REPLY ON\r\n",
    expect: "+OK\r\n",
  },
  {
    name: "skips one answer after CLIENT REPLY SKIP",
    send: "CLIENT REPLY SKIP\r\nPING\r\nPING a\r\n",
    expect: "$1\r\na\r\n",
  },
  {
    name: "discards a transaction with a faulty command",
    send: "MULTI\r\nSET a\r\nEXEC\r\n",
    expect: "+OK\r\n-ERR wrong number of arguments for 'set' command\r\n" +
      "-EXECABORT Transaction discarded because of previous errors.\r\n",
  },
  {
    name: "refuses other commands while subscribed",
    send: "SUBSCRIBE c\r\nGET a\r\nUNSUBSCRIBE\r\n",
    expect:
      "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n-ERR Can't execute 'get': only (P|S)SUBSCRIBE / " +
      "(P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n" +
      "*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n",
  },
];

for (const { name, options, send, expect } of EXCHANGES) {
  Deno.test(`startRedisServer() ${name}`, async () => {
    await using server = startRedisServer(options);
    using client = await RawClient.connect(server);
    assertEquals(await client.exchange(send, expect), expect);
  });
}

Deno.test("startRedisServer() carries messages between connections", async () => {
  await using server = startRedisServer();
  using subscriber = await RawClient.connect(server);
  using publisher = await RawClient.connect(server);
  const confirmed = "*3\r\n$10\r\npsubscribe\r\n$2\r\nc*\r\n:1\r\n";
  assertEquals(await subscriber.exchange("PSUBSCRIBE c*\r\n", confirmed), confirmed);
  assertEquals(await publisher.exchange("PUBLISH cd hello\r\n", ":1\r\n"), ":1\r\n");
  const message = "*4\r\n$8\r\npmessage\r\n$2\r\nc*\r\n$2\r\ncd\r\n$5\r\nhello\r\n";
  assertEquals(await subscriber.read(message.length), message);
});

Deno.test("startRedisServer() refuses clients beyond its limit", async () => {
  await using server = startRedisServer({ maxClients: 1 });
  using first = await RawClient.connect(server);
  assertEquals(await first.exchange("PING\r\n", "+PONG\r\n"), "+PONG\r\n");
  using second = await RawClient.connect(server);
  assertMatch(await second.read(100), /^-ERR max number of clients reached/);
});

Deno.test("startRedisServer() ends on SHUTDOWN and on QUIT of a client", async () => {
  const server = startRedisServer();
  using client = await RawClient.connect(server);
  assertEquals(await client.exchange("QUIT\r\n", "+OK\r\n"), "+OK\r\n");
  assertEquals(await client.read(1), "");
  using other = await RawClient.connect(server);
  await other.send("SHUTDOWN NOSAVE\r\n");
  await server.closed;
});

Deno.test("startRedisServer() answers a value of many megabytes", async () => {
  await using server = startRedisServer();
  await using calls = await connectRedis({ host: server.hostname, port: server.port });
  const value = "0123456789abcdef".repeat(512 * 1024);
  await calls.call(["SET", "large", value]);
  assertEquals(await calls.call(["GET", "large"]) === value, true);
});

Deno.test("startRedisServer() breaks connections when it is killed", async () => {
  const server = startRedisServer();
  await using calls = await connectRedis({ host: server.hostname, port: server.port });
  const waiting = assertRejects(
    () => calls.call(["BLPOP", "list", 0]),
    RedisError,
    "Lost the answer",
  );
  using observer = await RawClient.connect(server);
  await observer.exchange("PING\r\n", "+PONG\r\n");
  await Promise.all([server.kill(), waiting]);
});
