/** Indexes. */
import { assertEquals } from "@std/assert";
import { anyCollection, assertRefused, idsOf, type MongoTest } from "./run.ts";

export function testIndexes(test: MongoTest): void {
  test("makes, lists and drops indexes", async (database) => {
    const rows = anyCollection(database, "rows");
    assertEquals(await rows.createIndex({ uuid: 1 }), "uuid_1");
    assertEquals(await rows.createIndex({ uuid: 1 }), "uuid_1");
    assertEquals(await rows.createIndex({ a: 1, b: -1 }, { name: "pair" }), "pair");
    const keys = (await rows.indexes()).map(({ name, key }) => [name, key]);
    assertEquals(Object.fromEntries(keys), {
      _id_: { _id: 1 },
      uuid_1: { uuid: 1 },
      pair: { a: 1, b: -1 },
    });
    await rows.dropIndex("uuid_1");
    assertEquals((await rows.indexes()).length, 2);
    await rows.dropIndexes();
    assertEquals((await rows.indexes()).map(({ name }) => name), ["_id_"]);
  });

  test("finds the same with an index and without", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertMany([
      { _id: 1, k: "a", list: [1, 2] },
      { _id: 2, k: "b", list: [2, 3] },
      { _id: 3, k: "a", list: [] },
      { _id: 4, list: [{ n: 1 }, { n: 2 }] },
      { _id: 5, k: ["a", "c"] },
      { _id: 6, k: null },
    ]);
    const queries = [
      { k: "a" },
      { k: "c" },
      { k: null },
      { list: 2 },
      { list: [1, 2] },
      {
        "list.n": 2,
      },
      { k: { $in: ["b", null] } },
      { k: "a", list: 1 },
      { list: [] },
    ];
    const answer = () =>
      Promise.all(queries.map((query) => idsOf(rows.find(query).sort({ _id: 1 }))));
    const without = await answer();
    await rows.createIndex({ k: 1 });
    await rows.createIndex({ list: 1 });
    await rows.createIndex({ "list.n": 1 });
    assertEquals(await answer(), without);
    assertEquals(without[0], [1, 3, 5]);
    await rows.updateMany({ k: "a" }, { $set: { k: "z" } });
    await rows.deleteOne({ _id: 3 });
    assertEquals(await idsOf(rows.find({ k: "a" })), []);
    assertEquals(await idsOf(rows.find({ k: "z" }).sort({ _id: 1 })), [1, 5]);
  });

  test("keeps a unique index unique", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.createIndex({ uuid: 1 }, { unique: true });
    await rows.insertMany([{ _id: 1, uuid: "a" }, { _id: 2, uuid: "b" }]);
    await assertRefused(11000, () => rows.insertOne({ uuid: "a" }));
    await assertRefused(11000, () => rows.insertOne({ _id: 1, uuid: "c" }));
    assertEquals(await rows.find().sort({ _id: 1 }).toArray(), [
      { _id: 1, uuid: "a" },
      { _id: 2, uuid: "b" },
    ]);
    await rows.deleteOne({ _id: 1 });
    await rows.insertOne({ _id: 3, uuid: "a" });
  });

  test("keeps a unique index unique through updates", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.createIndex({ uuid: 1 }, { unique: true });
    await rows.insertMany([{ _id: 1, uuid: "a" }, { _id: 2, uuid: "b" }]);
    await assertRefused(11000, () => rows.updateOne({ _id: 2 }, { $set: { uuid: "a" } }));
    await rows.updateOne({ _id: 1 }, { $set: { uuid: "c" } });
    await rows.updateOne({ _id: 2 }, { $set: { uuid: "a" } });
    assertEquals(await rows.distinct("uuid"), ["a", "c"]);
  });

  test("makes no unique index over what is not", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertMany([{ k: 1 }, { k: 1 }]);
    await assertRefused(11000, () => rows.createIndex({ k: 1 }, { unique: true }));
    assertEquals((await rows.indexes()).length, 1);
  });
}
