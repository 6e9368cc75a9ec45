/** What is refused, under MongoDB's numbers. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Db, Long, MongoBulkWriteError, MongoServerError } from "mongodb";
import { anyCollection, assertRefused, type MongoTest } from "./run.ts";

type Call = (database: Db) => Promise<unknown>;

const rowsOf = (database: Db) => anyCollection(database, "rows");

/** Calls on one document, `{ _id: 1, s: "text", n: 1, list: [1] }`. */
const REFUSED: readonly (readonly [what: string, code: number, call: Call])[] = [
  ["a second document of one _id", 11000, (database) => rowsOf(database).insertOne({ _id: 1 })],
  ["$inc of a text", 14, (database) => rowsOf(database).updateOne({}, { $inc: { s: 1 } })],
  [
    "$inc by a text",
    14,
    (database) => rowsOf(database).updateOne({}, { $inc: { n: "1" } as never }),
  ],
  [
    "$push to a text",
    2,
    (database) => rowsOf(database).updateOne({}, { $push: { s: 1 } as never }),
  ],
  ["a field of a text", 28, (database) => rowsOf(database).updateOne({}, { $set: { "s.a": 1 } })],
  ["another _id", 66, (database) => rowsOf(database).updateOne({}, { $set: { _id: 2 } })],
  ["a replacement with another _id", 66, (database) => rowsOf(database).replaceOne({}, { _id: 2 })],
  [
    "one field changed twice",
    40,
    (database) => rowsOf(database).updateOne({}, { $set: { n: 1 }, $inc: { n: 1 } }),
  ],
  [
    "a field and one below it",
    40,
    (database) => rowsOf(database).updateOne({}, { $set: { a: 1, "a.b": 1 } }),
  ],
  [
    "an unknown update operator",
    9,
    (database) => rowsOf(database).updateOne({}, { $explode: { n: 1 } } as never),
  ],
  ["an unknown query operator", 2, (database) => rowsOf(database).findOne({ n: { $like: 1 } })],
  ["an unknown operator at the top", 2, (database) => rowsOf(database).findOne({ $like: 1 })],
  ["$in without a list", 2, (database) => rowsOf(database).findOne({ n: { $in: 1 } })],
  ["$or without a list", 2, (database) => rowsOf(database).findOne({ $or: {} } as never)],
  [
    "inclusion with exclusion",
    31254,
    (database) => rowsOf(database).findOne({}, { projection: { n: 1, s: 0 } }),
  ],
  ["a list as _id", 53, (database) => rowsOf(database).insertOne({ _id: [1] })],
  ["an unknown command", 59, (database) => database.command({ explode: 1 })],
  [
    "a cursor that is not there",
    43,
    (database) => database.command({ getMore: Long.fromNumber(77), collection: "rows" }),
  ],
  ["a collection name with $", 73, (database) => anyCollection(database, "a$b").insertOne({})],
  ["the end of the index on _id", 72, (database) => rowsOf(database).dropIndex("_id_")],
  ["the end of an unknown index", 27, (database) => rowsOf(database).dropIndex("absent")],
  ["indexes of no collection", 26, (database) => anyCollection(database, "absent").indexes()],
  ["a name for a document", 14, (database) => database.command({ find: "rows", filter: "text" })],
];

export function testErrors(test: MongoTest): void {
  test("refuses what is wrong under MongoDB's number, and changes nothing", async (database) => {
    const original = { _id: 1, s: "text", n: 1, list: [1] };
    await rowsOf(database).insertOne(original);
    for (const [what, code, call] of REFUSED) {
      await assertRefused(code, () => call(database)).catch((cause) => {
        throw new Error(`Did not refuse ${what} as expected`, { cause });
      });
    }
    assertEquals(await rowsOf(database).find().toArray(), [original]);
  });

  test("stops at the first error of an ordered batch", async (database) => {
    const batch = [{ _id: 1 }, { _id: 1 }, { _id: 2 }];
    const error = await rowsOf(database).insertMany(batch).catch((caught: unknown) => caught);
    assert(error instanceof MongoBulkWriteError);
    assertEquals([error.insertedCount, error.code], [1, 11000]);
    assertEquals(await rowsOf(database).countDocuments(), 1);
  });

  test("goes on after the errors of an unordered batch", async (database) => {
    const batch = [{ _id: 1 }, { _id: 1 }, { _id: 2 }, { _id: 2 }, { _id: 3 }];
    const error = await rowsOf(database).insertMany(batch, { ordered: false })
      .catch((caught: unknown) => caught);
    assert(error instanceof MongoBulkWriteError);
    const indexes = [error.writeErrors].flat().map(({ index }) => index);
    assertEquals([error.insertedCount, indexes], [3, [1, 3]]);
    assertEquals(await rowsOf(database).countDocuments(), 3);
  });

  test("says what is doubled", async (database) => {
    await rowsOf(database).insertOne({ _id: 1 });
    const error = await rowsOf(database).insertOne({ _id: 1 }).catch((caught: unknown) => caught);
    assert(error instanceof MongoServerError);
    assertMatch(error.message, /^E11000 duplicate key error collection: copilot\.rows/);
  });
}
