/** Finding, counting, sorting. */
import { assertEquals } from "@std/assert";
import { Binary, Decimal128, Double, Long, ObjectId, Timestamp } from "mongodb";
import { anyCollection, idsOf, type MongoTest } from "./run.ts";

const ROWS = [
  { _id: 1, name: "a", n: 1, tags: ["x", "y"], place: { city: "Geneva" } },
  { _id: 2, name: "b", n: 2, tags: ["y"], place: { city: "Paris" } },
  { _id: 3, name: "c", n: 3, tags: [], place: null },
  { _id: 4, name: "D", n: null },
];

const QUERIES: readonly (readonly [name: string, query: object, ids: readonly number[]])[] = [
  ["nothing", {}, [1, 2, 3, 4]],
  ["equality", { name: "b" }, [2]],
  ["a field of a field", { "place.city": "Geneva" }, [1]],
  ["a whole document", { place: { city: "Paris" } }, [2]],
  ["an item of a list", { tags: "y" }, [1, 2]],
  ["a whole list", { tags: ["x", "y"] }, [1]],
  ["null, or nothing there", { place: null }, [3, 4]],
  ["comparisons of one type only", { n: { $gt: 1 } }, [2, 3]],
  ["a range", { n: { $gte: 1, $lt: 3 } }, [1, 2]],
  ["one of several", { name: { $in: ["a", "c", "z"] } }, [1, 3]],
  ["none of several", { name: { $nin: ["a", "c"] } }, [2, 4]],
  ["inequality", { name: { $ne: "a" } }, [2, 3, 4]],
  ["presence", { tags: { $exists: false } }, [4]],
  ["length", { tags: { $size: 1 } }, [2]],
  ["all of several", { tags: { $all: ["x", "y"] } }, [1]],
  ["expressions", { name: /^d/i }, [4]],
  ["expressions by name", { name: { $regex: "^[ab]" } }, [1, 2]],
  ["negation", { n: { $not: { $gt: 1 } } }, [1, 4]],
  ["either", { $or: [{ n: 1 }, { name: "c" }] }, [1, 3]],
  ["both", { $and: [{ n: { $gt: 1 } }, { tags: "y" }] }, [2]],
  ["neither", { $nor: [{ n: 1 }, { name: "c" }] }, [2, 4]],
  ["types", { place: { $type: "object" } }, [1, 2]],
];

export function testQueries(test: MongoTest): void {
  test("finds what a query means", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertMany(ROWS);
    for (const [name, query, ids] of QUERIES) {
      assertEquals(await idsOf(rows.find(query).sort({ _id: 1 })), [...ids], name);
      assertEquals(await rows.countDocuments(query), ids.length, name);
    }
    assertEquals(await rows.estimatedDocumentCount(), 4);
    assertEquals(await rows.distinct("tags"), ["x", "y"]);
    assertEquals(await rows.distinct("name", { n: { $lt: 3 } }), ["a", "b"]);
  });

  test("finds nothing where there is no collection", async (database) => {
    const rows = anyCollection(database, "absent");
    assertEquals(await rows.find().toArray(), []);
    assertEquals(await rows.countDocuments(), 0);
    assertEquals((await rows.deleteMany({})).deletedCount, 0);
    assertEquals((await rows.updateOne({}, { $set: { a: 1 } })).matchedCount, 0);
    assertEquals(await rows.aggregate([{ $match: {} }]).toArray(), []);
  });

  test("sorts, skips, limits and projects", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertMany(ROWS);
    assertEquals(await idsOf(rows.find().sort({ n: -1 }).skip(1).limit(2)), [2, 1]);
    assertEquals(await idsOf(rows.find().sort({ "place.city": 1, _id: -1 })), [4, 3, 1, 2]);
    const [first] = await rows.find({ _id: 1 }, { projection: { "place.city": 1, _id: 0 } })
      .toArray();
    assertEquals(first, { place: { city: "Geneva" } });
    const [second] = await rows.find({ _id: 2 }, { projection: { tags: 0, place: 0 } }).toArray();
    assertEquals(second, { _id: 2, name: "b", n: 2 });
  });

  test("sorts values of different types in MongoDB's order", async (database) => {
    const rows = anyCollection(database, "rows");
    const values = [
      ...[null, -1, 2.5, "A", "a", { a: 1 }, new ObjectId(), false, true],
      ...[new Date(0), new Date(1)],
    ];
    await rows.insertMany(values.map((v, _id) => ({ _id, v })).reverse());
    assertEquals(await idsOf(rows.find().sort({ v: 1 })), [...values.keys()]);
    assertEquals(await idsOf(rows.find().sort({ v: -1 })), [...values.keys()].reverse());
  });

  test("gives values back as they came", async (database) => {
    const rows = anyCollection(database, "values");
    const document = {
      _id: new ObjectId(),
      double: new Double(1),
      long: Long.fromString("9223372036854775807"),
      text: "Grüße, 世界 🚀\0",
      date: new Date(-1),
      bytes: new Binary(Uint8Array.of(0, 255)),
      list: [null, true, { inner: [] }],
      stamp: new Timestamp({ t: 7, i: 1 }),
    };
    await rows.insertOne(document);
    const options = { promoteValues: false } as const;
    assertEquals(await rows.findOne({ _id: document._id }, options), document as never);
    assertEquals((await rows.findOne({ long: document.long }))?._id, document._id);
  });

  test("gives decimal numbers back as they came", async (database) => {
    const rows = anyCollection(database, "values");
    const document = { _id: 1, price: Decimal128.fromString("0.10") };
    await rows.insertOne(document);
    assertEquals(await rows.findOne({ price: document.price }), document);
  });

  test("makes an _id where there is none, and finds by it", async (database) => {
    const rows = anyCollection(database, "ids");
    await database.command({ insert: "ids", documents: [{ n: 1 }, { n: 2, _id: "own" }] });
    const made = await rows.findOne({ n: 1 });
    assertEquals(made?._id instanceof ObjectId, true);
    assertEquals(await rows.findOne({ _id: made?._id }), made);
    assertEquals(Object.keys(await rows.findOne({ _id: "own" }) ?? {}), ["_id", "n"]);
    assertEquals(await idsOf(rows.find({ _id: { $gt: "o" } })), ["own"]);
    assertEquals(await rows.findOne({ _id: new ObjectId() }), null);
  });

  test("removes one or all", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertMany(ROWS);
    assertEquals((await rows.deleteOne({ n: { $gte: 1 } })).deletedCount, 1);
    assertEquals((await rows.deleteMany({ n: { $gte: 1 } })).deletedCount, 2);
    assertEquals(await idsOf(rows.find()), [4]);
  });
}
