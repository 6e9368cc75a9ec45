/** What survives the server. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { Double, Long, MongoClient } from "mongodb";
import { systemClock } from "../../../lib/clock.ts";
import { systemRandom } from "../../../lib/random.ts";
import { Connection } from "../../../sim/mongo/connection.ts";
import { CursorStore } from "../../../sim/mongo/cursors.ts";
import { DEFAULT_LIMITS } from "../../../sim/mongo/limits.ts";
import { startMongoServer } from "../../../sim/mongo/mod.ts";
import { Catalogue } from "../../../sim/mongo/store/catalogue.ts";
import { JOURNAL_FILE } from "../../../sim/mongo/store/sqlite_journal.ts";
import { type AnyCollection, anyCollection, assertRefused } from "../../contract/mongo/run.ts";
import { opMsg, WireClient } from "./_wire_client.ts";

/** Runs a test with a folder of its own. */
async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_mongo_" });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Starts a server on the folder, lets the driver do something, and stops it. */
async function visit(folder: string, run: (rows: AnyCollection) => Promise<void>): Promise<void> {
  await using server = await startMongoServer({ folder });
  const client = await MongoClient.connect(server.url);
  try {
    await run(anyCollection(client.db("copilot"), "rows"));
  } finally {
    await client.close();
  }
}

Deno.test("documents, their order, their types and their indexes survive the server", async () => {
  await withFolder(async (folder) => {
    const typed = { _id: 3, double: new Double(1), long: Long.fromNumber(2) };
    await visit(join(folder, "made"), async (rows) => {
      await rows.insertMany([{ _id: 2, k: "b" }, { _id: 1, k: "a" }, typed, { _id: 4 }]);
      await rows.updateOne({ _id: 2 }, { $set: { k: "c" } });
      await rows.deleteOne({ _id: 4 });
      await rows.createIndex({ k: 1 }, { unique: true, sparse: true });
      await rows.createIndex({ gone: 1 });
      await rows.dropIndex("gone_1");
    });
    await visit(join(folder, "made"), async (rows) => {
      const all = await rows.find({}, { promoteValues: false }).toArray();
      assertEquals(all.slice(0, 2).map(({ k }) => k), ["c", "a"]);
      assertEquals([all.length, all[2]?.double, all[2]?.long], [3, typed.double, typed.long]);
      assertEquals((await rows.indexes()).map(({ name }) => name), ["_id_", "k_1"]);
      await assertRefused(11000, () => rows.insertOne({ k: "a" }));
      await rows.insertOne({ _id: 5 }, { writeConcern: { w: 1, j: true } });
      await rows.drop();
      await rows.insertOne({ _id: 6 });
    });
    await visit(join(folder, "made"), async (rows) => {
      assertEquals(await rows.find().toArray(), [{ _id: 6 }]);
      assertEquals((await rows.indexes()).length, 1);
    });
  });
});

Deno.test("a folder has one server at a time", async () => {
  await withFolder(async (folder) => {
    await visit(folder, async (rows) => {
      await assertRejects(() => startMongoServer({ folder }), Error, "Cannot open the database");
      await rows.insertOne({});
    });
    await visit(folder, async (rows) => assertEquals(await rows.countDocuments(), 1));
  });
});

Deno.test("a file that is no database is refused and left as it is", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, JOURNAL_FILE);
    const text = "This is no database. ".repeat(100);
    await Deno.writeTextFile(path, text);
    await assertRejects(() => startMongoServer({ folder }), Error, "Cannot open the database");
    assertEquals(await Deno.readTextFile(path), text);
  });
});

Deno.test("a change that cannot be kept is not acknowledged, and ends the service", async () => {
  const limits = DEFAULT_LIMITS;
  using cursors = new CursorStore(limits, systemClock, systemRandom);
  const catalogue = new Catalogue(limits);
  catalogue.commit = () => {
    throw new Error("Disk full");
  };
  const context = { catalogue, cursors, limits, clock: systemClock, random: systemRandom };
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = listener.accept().then((conn) => new Connection(conn, context, 1).serve());
  using client = await WireClient.connect(listener.addr.port);
  await client.send(opMsg({ command: { insert: "c", documents: [{}], $db: "d" } }));
  const [answer, served] = await Promise.allSettled([client.receive(), serving]);
  assertEquals(answer, { status: "fulfilled", value: undefined });
  assert(served.status === "rejected" && served.reason.message === "Disk full");
});
