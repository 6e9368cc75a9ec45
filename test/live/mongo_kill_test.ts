/** A server process of sim/mongo that is killed while it writes. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { MongoClient } from "mongodb";
import { startMongoServer } from "../../sim/mongo/mod.ts";
import { anyCollection } from "../contract/mongo/run.ts";

const MODULE = new URL("../../sim/mongo/mod.ts", import.meta.url).href;
const CONFIG = fromFileUrl(new URL("../../deno.json", import.meta.url));
const PROGRAM = `import { startMongoServer } from "${MODULE}";
const server = await startMongoServer({ folder: Deno.args[0] });
console.log(server.url);
await server.closed;`;

/** Starts a server in a process of its own, and waits for its address. */
async function startProcess(folder: string) {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", `--config=${CONFIG}`, "-", folder],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(PROGRAM));
  await writer.close();
  const reader = process.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return { process, url: new TextDecoder().decode(value).trim() };
}

/** Writers at a time; each inserts a document, then counts in it. */
const WRITERS = 10;
/** Acknowledged writes after which the server is killed. */
const ENOUGH = 1000;

Deno.test("a killed server process loses nothing acknowledged", async () => {
  const folder = await Deno.makeTempDir({ prefix: "copilot_kill_" });
  try {
    const { process, url } = await startProcess(folder);
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
