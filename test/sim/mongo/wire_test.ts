/** The wire protocol, down to its bytes. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { serialize } from "bson";
import fc from "fast-check";
import { startMongoServer } from "../../../sim/mongo/mod.ts";
import { crc32c } from "../../../sim/mongo/wire/crc32c.ts";
import { Framer } from "../../../sim/mongo/wire/framer.ts";
import { OP_MSG, OP_REPLY, parseMessage } from "../../../sim/mongo/wire/message.ts";
import { WireError } from "../../../sim/mongo/wire/wire_error.ts";
import { opMsg, opQuery, WireClient } from "./_wire_client.ts";

const PING = { command: { ping: 1, $db: "admin" } };
const MORE_TO_COME = 2;

/** A server and a client of it, for the time of a test. */
async function meet(limits = {}) {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startMongoServer({ limits }));
  const client = stack.use(await WireClient.connect(server.port));
  return { server, client, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

Deno.test("crc32c() gives the check value of its standard", () => {
  assertEquals(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
  assertEquals(crc32c(new Uint8Array(32)), 0x8a9136aa);
});

Deno.test("Framer cuts messages out of any pieces", () => {
  const message = fc.uint8Array({ maxLength: 30_000 }).map((body) => {
    const bytes = new Uint8Array(16 + body.length);
    new DataView(bytes.buffer).setInt32(0, bytes.length, true);
    bytes.set(body, 16);
    return bytes;
  });
  const property = fc.property(
    fc.array(message, { maxLength: 6 }),
    fc.integer({ min: 1, max: 20_000 }),
    (messages, piece) => {
      const framer = new Framer(100_000);
      const found: Uint8Array[] = [];
      const stream = new Uint8Array(messages.flatMap((bytes) => [...bytes]));
      for (let at = 0; at < stream.length;) {
        const space = framer.space();
        const part = stream.subarray(at, at + Math.min(piece, space.length));
        space.set(part);
        framer.commit(part.length);
        at += part.length;
        for (let next = framer.next(); next !== undefined; next = framer.next()) {
          found.push(next.slice());
        }
      }
      assertEquals(found, messages);
      assertEquals(framer.pendingBytes, 0);
    },
  );
  fc.assert(property, { numRuns: 50 });
});

Deno.test("Framer refuses lengths that no message has", () => {
  for (const length of [-1, 0, 15, 1001]) {
    const framer = new Framer(1000);
    new DataView(framer.space().buffer).setInt32(0, length, true);
    framer.commit(4);
    assertThrows(() => framer.next(), WireError, `${length}`);
  }
});

Deno.test("parseMessage() reads what it should, or says WireError", () => {
  const good = [
    opMsg(PING),
    opMsg({ ...PING, hasChecksum: true }),
    opMsg({ ...PING, sequences: [{ name: "documents", documents: [{ a: 1 }, {}] }] }),
    opQuery("admin.$cmd", { isMaster: 1 }),
  ];
  const damage = fc.record({
    index: fc.nat({ max: good.length - 1 }),
    changes: fc.array(fc.tuple(fc.nat({ max: 120 }), fc.nat({ max: 255 })), { maxLength: 4 }),
    cut: fc.nat({ max: 60 }),
  });
  fc.assert(
    fc.property(damage, ({ index, changes, cut }) => {
      const bytes = good[index]?.slice() ?? new Uint8Array();
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      const damaged = bytes.subarray(0, bytes.length - cut);
      try {
        const { body, sequences } = parseMessage(damaged);
        const parts = [body, ...[...sequences.values()].flat()];
        assert(parts.every((part) => part.length >= 5 && part.length <= damaged.length));
      } catch (error) {
        assert(error instanceof WireError, `${error}`);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a server answers OP_QUERY with OP_REPLY, and only greetings", async () => {
  await using meeting = await meet();
  const { client } = meeting;
  await client.send(opQuery("admin.$cmd", { isMaster: 1, helloOk: true }));
  const answer = await client.receive();
  assertEquals([answer?.opcode, answer?.responseTo], [OP_REPLY, 7]);
  assertEquals(answer?.document["ismaster"], true);
  await client.send(opQuery("admin.$cmd", { dropDatabase: 1 }));
  assertEquals((await client.receive())?.document["code"], 352);
  await client.send(opQuery("admin.users", {}));
  assertEquals(await client.receive(), undefined);
});

Deno.test("a server checks a checksum, and answers with one", async () => {
  await using meeting = await meet();
  const { client } = meeting;
  await client.send(opMsg({ ...PING, hasChecksum: true }));
  const answer = await client.receive();
  assertEquals([answer?.opcode, answer?.flags, answer?.document["ok"]], [OP_MSG, 1, 1]);
  const bytes = answer?.bytes ?? new Uint8Array();
  const sum = new DataView(bytes.buffer).getUint32(bytes.length - 4, true);
  assertEquals(sum, crc32c(bytes.subarray(0, -4)));
  const damaged = opMsg({ ...PING, hasChecksum: true });
  damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
  await client.send(damaged);
  assertEquals(await client.receive(), undefined);
});

Deno.test("a server takes documents beside a command and in it, and no answer is sent where none is wanted", async () => {
  await using meeting = await meet();
  const { client } = meeting;
  const command = { insert: "c", $db: "d" };
  const sequences = [{ name: "documents", documents: [{ _id: 1 }, { _id: 2 }] }];
  assertEquals((await client.ask({ command, sequences }))["n"], 2);
  const inside = { ...command, documents: [{ _id: 3 }] };
  assertEquals((await client.ask({ command: inside }))["n"], 1);
  assertEquals((await client.ask({ command: inside, sequences }))["code"], 14);
  await client.send(
    opMsg({ command: { ...command, documents: [{ _id: 4 }] }, flags: MORE_TO_COME }),
  );
  assertEquals((await client.ask({ command: { count: "c", $db: "d" } }))["n"], 4);
});

Deno.test("a server answers in the order of the messages, many in one piece", async () => {
  await using meeting = await meet();
  const { client } = meeting;
  const messages = Array.from(
    { length: 300 },
    (_, _id) => opMsg({ command: { insert: "c", documents: [{ _id }], $db: "d" } }),
  );
  await client.send(new Uint8Array(messages.flatMap((bytes) => [...bytes])));
  for (const _ of messages) assertEquals((await client.receive())?.document["n"], 1);
});

Deno.test("a server ends a connection that speaks something else, and goes on with the others", async () => {
  await using meeting = await meet();
  const { server, client } = meeting;
  const text = (words: string) => new TextEncoder().encode(words);
  const header = (...words: readonly number[]) => new Uint8Array(Int32Array.from(words).buffer);
  const strange = [
    text("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    header(15, 1, 0, OP_MSG),
    header(2 ** 30, 1, 0, OP_MSG),
    header(20, 1, 0, OP_MSG, 4),
    header(16, 1, 0, 2012),
    opMsg({ ...PING, flags: 8 }),
  ];
  for (const bytes of strange) {
    using other = await WireClient.connect(server.port);
    await other.send(bytes);
    assertEquals(await other.receive(), undefined);
  }
  assertEquals((await client.ask(PING))["ok"], 1);
});

Deno.test("a server answers BSON that is none with an error, and the connection goes on", async () => {
  await using meeting = await meet();
  const { client } = meeting;
  const message = opMsg({ command: { ping: 1, text: "0123456789", $db: "admin" } });
  // The length of the text is the first place where BSON itself can break.
  const at = new TextDecoder("latin1").decode(message).indexOf("0123456789");
  new DataView(message.buffer).setInt32(at - 4, 2 ** 30, true);
  await client.send(message);
  assertEquals((await client.receive())?.document["code"], 22);
  const deep = Array.from({ length: 150 }).reduce<object>((inner) => ({ inner }), {});
  assertEquals((await client.ask({ command: { ping: 1, deep, $db: "admin" } }))["code"], 15);
  assertEquals((await client.ask(PING))["ok"], 1);
});

Deno.test("a server bears documents nested beyond any stack", async () => {
  await using meeting = await meet();
  const { client } = meeting;
  const depth = 200_000;
  // Each level is a document of one field of the name "a".
  const levels = new Uint8Array(depth * 8 + 5);
  const view = new DataView(levels.buffer);
  for (let level = 0; level < depth; level++) {
    view.setInt32(level * 7, levels.length - level * 8, true);
    levels.set([3, 97, 0], level * 7 + 4);
  }
  view.setInt32(depth * 7, 5, true);
  const ping = serialize({ ping: 1, $db: "admin" });
  const command = new Uint8Array(ping.length + 3 + levels.length);
  command.set(ping.subarray(0, -1));
  command.set([3, 97, 0], ping.length - 1);
  command.set(levels, ping.length + 2);
  new DataView(command.buffer).setInt32(0, command.length, true);
  const message = new Uint8Array(21 + command.length);
  message.set(new Uint8Array(Int32Array.of(message.length, 7, 0, OP_MSG).buffer));
  message.set(command, 21);
  await client.send(message);
  assert([15, 22].includes((await client.receive())?.document["code"]));
  assertEquals((await client.ask(PING))["ok"], 1);
});
