/** The server's limits, its cursors' life, and what it refuses to pretend. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Long, MongoClient } from "mongodb";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { type MongoServerOptions, startMongoServer } from "../../../sim/mongo/mod.ts";
import { anyCollection, assertRefused } from "../../contract/mongo/run.ts";
import { WireClient } from "./_wire_client.ts";

/** A server and the driver, for the time of a test. */
async function site(options: MongoServerOptions = {}) {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startMongoServer(options));
  const client = await MongoClient.connect(server.url);
  stack.defer(() => client.close());
  const database = client.db("copilot");
  const rows = anyCollection(database, "rows");
  return { server, database, rows, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

Deno.test("a server closes cursors that nobody uses", async () => {
  const clock = new VirtualClock();
  await using it = await site({ clock, limits: { cursorIdleMs: 1000 } });
  await it.rows.insertMany(Array.from({ length: 10 }, () => ({})));
  const open = async () =>
    Long.fromValue((await it.database.command({ find: "rows", batchSize: 1 }))["cursor"].id);
  const more = (getMore: Long) =>
    it.database.command({ getMore, collection: "rows", batchSize: 1 });
  const [idle, used] = [await open(), await open()];
  await clock.advance(700);
  await more(used);
  await clock.advance(700);
  await assertRefused(43, () => more(idle));
  assertEquals((await more(used))["cursor"].nextBatch.length, 1);
  await clock.advance(3000);
  assertEquals(it.server.cursors, 0);
});

Deno.test("a server keeps within its limits", async () => {
  const limits = {
    documentBytes: 1000,
    dataBytes: 1600,
    cursors: 2,
    collections: 3,
    indexes: 2,
    pipelineStages: 2,
    resultBytes: 300,
    batchOperations: 5,
  };
  await using it = await site({ limits });
  const { rows, database } = it;
  const text = (length: number) => "x".repeat(length);
  await assertRefused(10334, () => rows.insertOne({ text: text(1000) }));
  await rows.insertMany([{ n: 1, text: text(700) }, { n: 2, text: text(700) }]);
  await assertRefused(14031, () => rows.insertOne({ text: text(700) }));
  await assertRefused(10334, () => rows.updateOne({ n: 1 }, { $set: { more: text(700) } }));
  await assertRefused(14031, () => rows.updateMany({}, { $set: { more: text(200) } }));
  await rows.deleteOne({ n: 2 });
  await rows.insertOne({ text: text(700) });
  const insert = { insert: "rows", documents: Array.from({ length: 6 }, () => ({})) };
  await assertRefused(16, () => database.command(insert));
  await rows.createIndex({ a: 1 });
  await assertRefused(67, () => rows.createIndex({ b: 1 }));
  for (const stages of [3, 2]) {
    const pipeline = Array.from({ length: stages }, () => ({ $match: { n: 9 } }));
    if (stages === 3) await assertRefused(9, () => rows.aggregate(pipeline).toArray());
    else assertEquals(await rows.aggregate(pipeline).toArray(), []);
  }
  await assertRefused(146, () => rows.aggregate([{ $project: { text: 1 } }]).toArray());
  const find = { find: "rows", batchSize: 1 };
  await database.command(find);
  await database.command(find);
  await assertRefused(146, () => database.command(find));
  await database.createCollection("second");
  await database.createCollection("third");
  await assertRefused(14031, () => database.createCollection("fourth"));
  await database.collection("second").drop();
  await database.createCollection("fourth");
});

Deno.test("a server turns away the client that is one too many", async () => {
  await using server = await startMongoServer({ limits: { connections: 2 } });
  const ping = { command: { ping: 1, $db: "admin" } };
  using first = await WireClient.connect(server.port);
  using second = await WireClient.connect(server.port);
  assertEquals([(await first.ask(ping))["ok"], (await second.ask(ping))["ok"]], [1, 1]);
  using third = await WireClient.connect(server.port);
  assertEquals(await third.receive(), undefined);
  assertEquals((await first.ask(ping))["ok"], 1);
});

Deno.test("a server gives up an operation whose time is over", async () => {
  const clock = { now: () => 0, after: () => ({ cancel: () => {} }) };
  await using it = await site({ clock });
  await it.rows.insertMany([{}, {}]);
  clock.now = ((nowMs = 0) => () => nowMs += 10)();
  await assertRefused(50, () => it.rows.find({ a: 1 }, { maxTimeMS: 5 }).toArray());
  assertEquals(await it.rows.find({}, { maxTimeMS: 50 }).toArray().then((all) => all.length), 2);
});

Deno.test("a server says what it does not have", async () => {
  await using it = await site();
  const { rows, database } = it;
  await rows.insertOne({ n: 1 });
  await assertRefused(115, () => rows.find({}, { collation: { locale: "de" } }).toArray());
  await assertRefused(115, () => rows.find({}, { let: { a: 1 } }).toArray());
  await assertRefused(40324, () => rows.aggregate([{ $out: "other" }]).toArray());
  await assertRefused(40324, () => rows.aggregate([{ $explode: {} }]).toArray());
  await assertRefused(67, () => rows.createIndex({ at: 1 }, { expireAfterSeconds: 5 }));
  await assertRefused(67, () => rows.createIndex({ text: "text" }));
  await assertRefused(115, () => database.createCollection("c", { capped: true, size: 5 }));
  await assertRefused(2, () => rows.find({ loc: { $near: [1, 2] } }).toArray());
  await assertRefused(20, () => database.command({ ping: 1, txnNumber: Long.fromNumber(1) }));
});

Deno.test("a server runs no script of a client's", async () => {
  await using it = await site();
  const { rows } = it;
  await rows.insertOne({ n: 1 });
  await assertRefused(2, () => rows.find({ $where: "true" }).toArray());
  const script = { body: "function() { return 1 }", args: [], lang: "js" };
  await assertRefused(
    2,
    () => rows.aggregate([{ $project: { a: { $function: script } } }]).toArray(),
  );
  await assertRefused(2, () => rows.find({ $expr: { $function: script } }).toArray());
});

Deno.test("a client reaches no prototype", async () => {
  await using it = await site();
  const { rows } = it;
  const hostile = JSON.parse('{"_id": 1, "__proto__": {"hacked": true}, "constructor": {"a": 1}}');
  await rows.insertOne(hostile);
  await rows.updateOne({ _id: 1 }, { $set: { "constructor.prototype.hacked": true } });
  await assertRefused(2, () => rows.updateOne({ _id: 1 }, { $set: { "__proto__.hacked": true } }));
  await rows.updateOne({ "a.__proto__.hacked": 1 }, { $set: { b: 1 } }, { upsert: true })
    .catch(() => {});
  await rows.find().sort({ "__proto__.hacked": 1 }).toArray();
  await rows.distinct("__proto__.hacked");
  assertEquals(({} as Record<string, unknown>)["hacked"], undefined);
  const [stored] = await rows.find({ _id: 1 }).toArray();
  assert(Object.hasOwn(stored ?? {}, "__proto__"));
});

Deno.test("pipelines change no stored document", async () => {
  await using it = await site();
  const { rows } = it;
  const document = { _id: 1, place: { city: "Geneva" }, tags: ["a", "b"] };
  await rows.insertOne(document);
  const pipelines = [
    [{ $addFields: { "place.city": "Paris" } }],
    [{ $set: { "place.more": 1 } }, { $unset: "tags" }],
    [{ $unwind: { path: "$tags", includeArrayIndex: "place.index" } }],
    [{ $lookup: { from: "rows", localField: "_id", foreignField: "_id", as: "place.same" } }],
    [{ $group: { _id: null, all: { $push: "$$ROOT" } } }, { $unwind: "$all" }, {
      $set: { "all.place.city": 1 },
    }],
  ];
  for (const pipeline of pipelines) {
    assert((await rows.aggregate(pipeline).toArray()).length > 0);
    assertEquals(await rows.findOne({ "place.city": "Geneva" }), document);
  }
});

Deno.test("startMongoServer() rejects when the port is taken", async () => {
  await using server = await startMongoServer();
  await assertRejects(() => startMongoServer({ port: server.port }), Deno.errors.AddrInUse);
});
