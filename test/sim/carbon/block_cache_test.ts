import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { BlockCache } from "../../../sim/carbon/block_cache.ts";
import { BlockDatabase } from "../../../sim/carbon/block_database.ts";

const STEP = 10;
const POINTS = 1000;
const NOW = STEP * POINTS;

Deno.test("BlockCache keeps every point, however little room it has", () => {
  const limit = fc.integer({ min: 1, max: 5 });
  const points = fc.array(
    fc.record({
      archive: fc.integer({ min: 0, max: 2 }),
      index: fc.integer({ min: 0, max: POINTS - 1 }),
      value: fc.integer(),
      flushes: fc.boolean(),
    }),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(points, limit, limit, (written, mostDirty, mostBlocks) => {
      using database = new BlockDatabase(":memory:", 2 ** 30);
      const onError = (error: unknown) => {
        throw error;
      };
      const cache = new BlockCache(database, { mostDirty, mostBlocks, onError });
      const archives = [1, 2, 3].map((seriesId) => ({
        ...{ seriesId, stepSeconds: STEP, spanSeconds: STEP * POINTS },
        blocks: new Map(),
      }));
      const expected = archives.map(() => new Array<number | null>(POINTS).fill(null));
      for (const { archive, index, value, flushes } of written) {
        const [target, values] = [archives[archive], expected[archive]];
        if (target === undefined || values === undefined) continue;
        assertEquals(cache.set(target, index * STEP, value, NOW), true);
        values[index] = value;
        if (flushes) cache.flush();
        assertEquals(cache.get(target, index * STEP, 1), [value]);
      }
      assertEquals(archives.map((archive) => cache.get(archive, 0, POINTS)), expected);
    }),
  );
});
