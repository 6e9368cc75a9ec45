/** Results in parts. */
import { assertEquals } from "@std/assert";
import { Long } from "mongodb";
import { anyCollection, assertRefused, type MongoTest } from "./run.ts";

const MANY = Array.from({ length: 250 }, (_, _id) => ({ _id, text: "x".repeat(100) }));

export function testCursors(test: MongoTest): void {
  test("gives results in batches", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertMany(MANY);
    for (const batchSize of [1, 7, 100, 1000]) {
      const found = await rows.find().sort({ _id: 1 }).batchSize(batchSize).toArray();
      assertEquals(found.map(({ _id }) => _id), MANY.map(({ _id }) => _id));
    }
    const piped = rows.aggregate([{ $sort: { _id: -1 } }], { batchSize: 50 });
    assertEquals((await piped.toArray()).length, 250);
  });

  test("keeps a cursor until it is drained or killed", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertMany(MANY);
    const find = (batchSize: number) => database.command({ find: "rows", batchSize });
    const opened = await find(0);
    const id = Long.fromValue(opened["cursor"].id);
    assertEquals(opened["cursor"].firstBatch, []);
    const getMore = { getMore: id, collection: "rows", batchSize: 200 };
    const next = await database.command(getMore);
    assertEquals(next["cursor"].nextBatch.length, 200);
    assertEquals(next["cursor"].ns, "copilot.rows");
    const last = await database.command(getMore);
    assertEquals([last["cursor"].nextBatch.length, Number(last["cursor"].id)], [50, 0]);
    await assertRefused(43, () => database.command(getMore));
    const killed = await find(10);
    const cursor = Long.fromValue(killed["cursor"].id);
    const kill = { killCursors: "rows", cursors: [cursor] };
    assertEquals((await database.command(kill))["cursorsKilled"].length, 1);
    assertEquals((await database.command(kill))["cursorsNotFound"].length, 1);
    await assertRefused(43, () => database.command({ ...getMore, getMore: cursor }));
  });

  test("gives one batch where only one is wanted", async (database) => {
    const rows = anyCollection(database, "rows");
    await rows.insertMany(MANY);
    const single = { find: "rows", batchSize: 5, singleBatch: true };
    const { cursor } = await database.command(single);
    assertEquals([cursor.firstBatch.length, Number(cursor.id)], [5, 0]);
    const limited = await database.command({ find: "rows", limit: 5 });
    assertEquals([limited["cursor"].firstBatch.length, Number(limited["cursor"].id)], [5, 0]);
  });
}
