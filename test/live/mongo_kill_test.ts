/** A server process of sim/mongo that is killed while it writes. */
import { assert, assertEquals } from "@std/assert";
import { MongoClient } from "mongodb";
import { startMongoServer } from "../../sim/mongo/mod.ts";
import { anyCollection } from "../contract/mongo/run.ts";
import { startSimProcess } from "./_sim_process.ts";

const MODULE = new URL("../../sim/mongo/mod.ts", import.meta.url).href;
const PROGRAM = `import { startMongoServer } from "${MODULE}";
const server = await startMongoServer({ folder: Deno.args[0] });
console.log(server.url);
await server.closed;`;

/** Writers at a time; each inserts a document, then counts in it. */
const WRITERS = 10;
/** Acknowledged writes after which the server is killed. */
const ENOUGH = 1000;

Deno.test("a killed server process loses nothing acknowledged", async () => {
  const folder = await Deno.makeTempDir({ prefix: "copilot_kill_" });
  try {
    const { process, line: url } = await startSimProcess(PROGRAM, folder);
    const client = await MongoClient.connect(url, { serverSelectionTimeoutMS: 1000 });
    const rows = anyCollection(client.db("copilot"), "rows");
    await rows.createIndex({ writer: 1 });
    const acknowledged = new Map<number, number>();
    const enough = Promise.withResolvers<void>();
    let total = 0;
    const writing = Array.from({ length: WRITERS }, async (_, writer) => {
      await rows.insertOne({ _id: writer, writer, n: 0 });
      for (let n = 0;; n++) {
        acknowledged.set(writer, n);
        if (++total === ENOUGH) enough.resolve();
        await rows.updateOne({ writer }, { $inc: { n: 1 } });
      }
    });
    await enough.promise;
    process.kill("SIGKILL");
    await Promise.all([process.status, process.stdout.cancel(), Promise.allSettled(writing)]);
    await client.close();

    await using server = await startMongoServer({ folder });
    const reader = await MongoClient.connect(server.url);
    const kept = await anyCollection(reader.db("copilot"), "rows").find().toArray();
    await reader.close();
    assertEquals(kept.length, WRITERS);
    for (const { writer, n } of kept) {
      const least = acknowledged.get(writer) ?? 0;
      // The last update of each writer may have been kept without having been acknowledged.
      assert(n === least || n === least + 1, `${writer}: ${n} kept, ${least} acknowledged`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
