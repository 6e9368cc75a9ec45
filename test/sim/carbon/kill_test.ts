/** A killed Carbon has what it had stored, and a file that opens. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { SeriesStore } from "../../../sim/carbon/series_store.ts";
import { StorageRules } from "../../../sim/carbon/storage_rules.ts";
import { linesOf, send, type Sent } from "../../contract/carbon/scene.ts";
import { eventually } from "../../_eventually.ts";
import { startCarbonProcess } from "./_carbon_process.ts";

const SERIES = 200;

/** Looks into the file until so many series have a block there. */
async function waitForBlocks(file: string, count: number): Promise<void> {
  const reader = new DatabaseSync(file, { readOnly: true });
  const blocks = reader.prepare("SELECT count(DISTINCT series_id) AS count FROM blocks");
  await eventually(`the blocks of ${count} series`, () => Number(blocks.get()?.count) === count);
  reader.close();
}

Deno.test("a Carbon killed while lines come in has what was stored before", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "series.sqlite");
  const second = Math.floor(Date.now() / 1000) - 60;
  const batch = (offset: number) =>
    Array.from(
      { length: SERIES },
      (_, index): Sent => [`copilot.n${index}`, index, second + offset],
    );
  const server = await startCarbonProcess({ file });
  await send(server.carbonPort, [linesOf(batch(0))]);
  await waitForBlocks(file, SERIES);
  const options = { end: false };
  const later = [10, 20, 30].map((offset) =>
    send(server.carbonPort, [linesOf(batch(offset))], options)
  );
  await server.stop("SIGKILL");
  // One that was connecting is reset.
  await Promise.allSettled(later);
  {
    const rules = new StorageRules({ schemas: "" });
    using store = new SeriesStore({ file, rules });
    const found = store.find("copilot.*");
    assertEquals(found.length, SERIES);
    for (const { series, name } of found) {
      const points = series?.fetch(second - 10, second + 40, store.now);
      assert(points?.values.includes(Number(name.slice(1))), `${name} has lost its first value`);
    }
  }
  await Deno.remove(folder, { recursive: true });
});
