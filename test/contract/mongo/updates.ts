/** Changing documents. */
import { assertEquals } from "@std/assert";
import { Double, Long } from "mongodb";
import { eventually } from "../../_eventually.ts";
import { anyCollection, type MongoTest } from "./run.ts";

const OPERATORS: readonly (readonly [before: object, update: object, after: object])[] = [
  [{ a: 1 }, { $set: { b: { c: 2 } } }, { a: 1, b: { c: 2 } }],
  [{ a: 1 }, { $set: { "b.c.d": 2 } }, { a: 1, b: { c: { d: 2 } } }],
  [{ a: [1, 2] }, { $set: { "a.1": 5 } }, { a: [1, 5] }],
  [{ a: 1, b: 2 }, { $unset: { a: "" } }, { b: 2 }],
  [{ a: 1 }, { $inc: { a: 2, b: -1 } }, { a: 3, b: -1 }],
  [{ a: 1.5 }, { $inc: { a: 1 } }, { a: 2.5 }],
  [{ a: 3 }, { $mul: { a: 4 } }, { a: 12 }],
  [{ a: 3 }, { $min: { a: 2 }, $max: { b: 9 } }, { a: 2, b: 9 }],
  [{ a: 1 }, { $rename: { a: "b" } }, { b: 1 }],
  [{ a: [1] }, { $push: { a: 2, b: 1 } }, { a: [1, 2], b: [1] }],
  [{ a: [1] }, { $push: { a: { $each: [2, 3] } } }, { a: [1, 2, 3] }],
  [{ a: [1] }, { $addToSet: { a: 1 } }, { a: [1] }],
  [{ a: [1, 2, 3] }, { $pop: { a: 1 } }, { a: [1, 2] }],
  [{ a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
  [{ a: [1, 2, 3] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
];

export function testUpdates(test: MongoTest): void {
  test("applies each operator", async (database) => {
    const rows = anyCollection(database, "rows");
    for (const [_id, [before, update, after]] of OPERATORS.entries()) {
      await rows.insertOne({ _id, ...before });
      const done = await rows.updateOne({ _id }, update);
      assertEquals(done.matchedCount, 1);
      assertEquals(await rows.findOne({ _id }), { _id, ...after }, JSON.stringify(update));
    }
  });

  test("tells what was found from what was changed", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertMany([{ _id: 1, a: 1, b: 1 }, { _id: 2, a: 1, b: 2 }, { _id: 3, a: 2 }]);
    const all = await rows.updateMany({ a: 1 }, { $set: { b: 2 } });
    assertEquals([all.matchedCount, all.modifiedCount], [2, 1]);
    const one = await rows.updateOne({ a: 1 }, { $set: { c: 1 } });
    assertEquals([one.matchedCount, one.modifiedCount, one.upsertedCount], [1, 1, 0]);
    assertEquals(await rows.countDocuments({ c: 1 }), 1);
  });

  test("replaces a document and keeps its _id", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertOne({ _id: 1, a: 1, b: 2 });
    assertEquals((await rows.replaceOne({ a: 1 }, { c: 3 })).modifiedCount, 1);
    assertEquals(await rows.find().toArray(), [{ _id: 1, c: 3 }]);
  });

  test("takes the items out of a list that a condition names", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertOne({
      _id: 1,
      jobs: [{ id: "a", n: 1 }, { id: "b", n: 2 }],
      times: [1, 2, 3],
    });
    const $pull = { jobs: { n: 1 }, times: { $gte: 2 } };
    await rows.updateOne({ _id: 1 }, { $pull: $pull as never });
    assertEquals(await rows.findOne(), { _id: 1, jobs: [{ id: "b", n: 2 }], times: [1] });
  });

  test("changes the item of a list that the query met", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertOne({ _id: 1, jobs: [{ id: "a", n: 1 }, { id: "b", n: 1 }] });
    await rows.updateOne({ "jobs.id": "b" }, { $inc: { "jobs.$.n": 5 } });
    const expected = { _id: 1, jobs: [{ id: "a", n: 1 }, { id: "b", n: 6 }] };
    assertEquals(await rows.findOne(), expected);
  });

  test("inserts what an upsert does not find", async (database) => {
    const rows = anyCollection(database, "rows");
    const update = { $inc: { n: 2 }, $setOnInsert: { first: true } };
    const query = { "agent.uuid": "u", n: { $exists: false } };
    const made = await rows.updateOne(query, update, { upsert: true });
    assertEquals([made.matchedCount, made.upsertedCount], [0, 1]);
    const found = await rows.findOne({ _id: made.upsertedId });
    assertEquals(found, { _id: made.upsertedId, agent: { uuid: "u" }, n: 2, first: true });
    const again = await rows.updateOne({ "agent.uuid": "u" }, update, { upsert: true });
    assertEquals([again.matchedCount, again.upsertedCount], [1, 0]);
    assertEquals((await rows.findOne())?.["n"], 4);
    const named = await rows.updateOne({ _id: 7 }, { $set: { a: 1 } }, { upsert: true });
    assertEquals(named.upsertedId as unknown, 7);
    await rows.replaceOne({ _id: 8 }, { b: 1 }, { upsert: true });
    assertEquals(await rows.findOne({ _id: 8 }), { _id: 8, b: 1 });
  });

  test("keeps the types of numbers that an update does not touch, and of those that it counts", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertOne({ _id: 1, d: new Double(1), l: Long.fromNumber(5), i: 2, other: 0 });
    await rows.updateOne({ _id: 1 }, { $set: { other: 1 }, $inc: { l: 1, d: 1 } });
    const options = { promoteValues: false } as const;
    const found = await rows.findOne({ _id: 1 }, options);
    assertEquals(found?.["d"], new Double(2));
    assertEquals(found?.["l"], Long.fromNumber(6));
  });

  test("finds and changes in one step", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertMany([{ _id: 1, n: 1 }, { _id: 2, n: 2 }]);
    const sort = { n: -1 } as const;
    assertEquals(await rows.findOneAndUpdate({}, { $inc: { n: 5 } }, { sort }), { _id: 2, n: 2 });
    const after = await rows.findOneAndUpdate({ _id: 1 }, { $inc: { n: 5 } }, {
      returnDocument: "after",
    });
    assertEquals(after, { _id: 1, n: 6 });
    assertEquals(await rows.findOneAndDelete({ _id: 1 }), { _id: 1, n: 6 });
    assertEquals(await rows.findOneAndDelete({ _id: 1 }), null);
    const upsert = { upsert: true, returnDocument: "after" } as const;
    const made = await rows.findOneAndUpdate({ _id: 9 }, { $set: { n: 1 } }, upsert);
    assertEquals(made, { _id: 9, n: 1 });
  });

  test("takes writes that nobody waits for", async (database) => {
    const rows = anyCollection(database, "rows");
    const writeConcern = { w: 0 } as const;
    const done = await rows.insertOne({ _id: 1 }, { writeConcern });
    assertEquals(done.acknowledged, false);
    await rows.updateOne({ _id: 1 }, { $set: { a: 1 } }, { writeConcern });
    // Another connection of the pool may overtake: ask until the write has come through.
    const found = await eventually("the update", async () => {
      const row = await rows.findOne({ _id: 1 });
      return row?.["a"] === 1 && row;
    });
    assertEquals(found, { _id: 1, a: 1 });
  });
}
