import { assert, assertEquals, assertLess, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { SeriesStore, type SeriesStoreOptions } from "../../../sim/carbon/series_store.ts";
import { StorageRules } from "../../../sim/carbon/storage_rules.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

const SCHEMAS = "[all]\npattern = .*\nretentions = 1:200,10:100,60:40\n";
const START = Date.UTC(2026, 0, 1) / 1000;

function openStore(options: Partial<SeriesStoreOptions> = {}): SeriesStore {
  const rules = new StorageRules({ schemas: SCHEMAS });
  return new SeriesStore({ rules, clock: new VirtualClock(), ...options });
}

/** All that can be read of a series, at every fineness. */
function everything(store: SeriesStore, path: string): unknown[] {
  const [node] = store.find(path);
  return [200, 1000, 2400].map((age) =>
    node?.series?.fetch(store.now - age, store.now + 1000, store.now)
  );
}

interface Write {
  readonly path: string;
  readonly age: number;
  readonly value: number;
  /** Milliseconds that pass first. */
  readonly after: number;
}

const writes = fc.array(
  fc.record({
    path: fc.constantFrom("a", "b", "c.d"),
    age: fc.integer({ min: -300, max: 2600 }),
    value: fc.integer({ min: -5, max: 5 }),
    after: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400_000 })),
  }),
  { maxLength: 60 },
);

async function play(store: SeriesStore, clock: VirtualClock, all: readonly Write[]): Promise<void> {
  for (const { path, age, value, after } of all) {
    await clock.advance(after);
    store.write({ path, value, timestamp: store.now - age });
  }
}

Deno.test("a store with room for two blocks reads what one with room for all reads", async () => {
  await fc.assert(
    fc.asyncProperty(writes, async (all) => {
      const clocks = [new VirtualClock(), new VirtualClock()] as const;
      using small = openStore({ clock: clocks[0], maxCachedBlocks: 2 });
      using large = openStore({ clock: clocks[1] });
      await play(small, clocks[0], all);
      await play(large, clocks[1], all);
      for (const path of ["a", "b", "c.d"]) {
        assertEquals(everything(small, path), everything(large, path));
      }
      assertEquals(small.dropped, large.dropped);
    }),
    { numRuns: 50 },
  );
});

Deno.test("a store reads after a restart what it read before", async () => {
  const folder = await Deno.makeTempDir();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(writes, async (all) => {
      const file = join(folder, `series${run++}.sqlite`);
      const clock = new VirtualClock();
      const paths = ["a", "b", "c.d"];
      let before: unknown[];
      {
        using store = openStore({ file, clock });
        await play(store, clock, all);
        before = paths.map((path) => everything(store, path));
      }
      // What a series was begun with holds, whatever the rules say later.
      using again = openStore({ file, clock, rules: new StorageRules({ schemas: "" }) });
      assertEquals(paths.map((path) => everything(again, path)), before);
    }),
    { numRuns: 20 },
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a store forgets what its archives no longer keep", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "series.sqlite");
  const clock = new VirtualClock();
  {
    const aggregation = "[all]\npattern = .*\nxFilesFactor = 0\n";
    const rules = new StorageRules({ schemas: SCHEMAS, aggregation });
    using store = openStore({ file, clock, rules });
    for (let minute = 0; minute < 600; minute++) {
      await clock.advance(60_000);
      store.write({ path: "a", value: minute, timestamp: store.now });
      for (let second = 1; second < 60; second += 7) {
        store.write({ path: "a", value: minute, timestamp: store.now - second });
      }
    }
  }
  const database = new DatabaseSync(file);
  const rows = database.prepare(
    "SELECT step_seconds AS step, count(*) AS blocks FROM blocks GROUP BY 1",
  )
    .all().map(({ step, blocks }) => [step, blocks]);
  database.close();
  await Deno.remove(folder, { recursive: true });
  // Blocks of 64 points: 200 points lie in five, 100 and 40 in three and two, with one as it begins.
  assertEquals(rows.map(([step]) => step), [1, 10, 60]);
  for (const [index, most] of [5, 4, 3].entries()) assertLess(Number(rows[index]?.[1]), most + 1);
});

Deno.test("a point is on disk a second later, without any stop", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "series.sqlite");
  const clock = new VirtualClock();
  using store = openStore({ file, clock });
  store.write({ path: "a", value: 1, timestamp: store.now });
  const reader = new DatabaseSync(file);
  const count = () => Number(reader.prepare("SELECT count(*) AS count FROM blocks").get()?.count);
  assertEquals(count(), 0);
  await clock.advance(1000);
  assert(count() > 0);
  reader.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a store takes no more series than it may", () => {
  using store = openStore({ maxSeries: 2 });
  for (const path of ["a", "b", "c", "a"]) store.write({ path, value: 1, timestamp: START });
  assertEquals([store.size, store.dropped], [2, 1]);
  assertEquals(store.find("*").map(({ path }) => path), ["a", "b"]);
});

Deno.test("a store that is full drops points, says why, and reads on", async () => {
  const clock = new VirtualClock();
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  using store = openStore({ clock, maxBytes: 64 * 1024, onError });
  const lines = 20_000;
  for (let index = 0; index < lines; index++) {
    store.write({ path: `many.n${index}`, value: index, timestamp: store.now });
  }
  await clock.advance(5000);
  assert(store.dropped > 0 && store.dropped < lines, `${store.dropped} points were dropped`);
  assertStringIncludes(`${errors[0]}`, "full");
  const [first] = store.find("many.n0");
  const points = first?.series?.fetch(store.now - 100, store.now, store.now);
  assertEquals(points?.values.filter((value) => value !== null), [0]);
});

Deno.test("a full store goes on when old blocks have made room", async () => {
  const clock = new VirtualClock();
  let errors = 0;
  using store = openStore({ clock, maxBytes: 128 * 1024, onError: () => errors++ });
  // One series fits: what it forgets makes room for what it keeps, for ever.
  for (let minute = 0; minute < 3000; minute++) {
    await clock.advance(60_000);
    store.write({ path: "a", value: minute, timestamp: store.now });
  }
  assertEquals([errors, store.dropped], [0, 0]);
});

Deno.test("a point so far ahead that it would take the place of the past is dropped", () => {
  using store = openStore();
  store.write({ path: "a", value: 1, timestamp: START + 200 });
  assertEquals(store.dropped, 0);
  store.write({ path: "a", value: 1, timestamp: START + 201 });
  store.write({ path: "a", value: 1, timestamp: Number.MAX_SAFE_INTEGER });
  assertEquals(store.dropped, 2);
});

Deno.test("a point ahead takes nothing of the past away", () => {
  using store = openStore();
  for (let age = 0; age <= 199; age++) {
    store.write({ path: "a", value: age, timestamp: START - age });
  }
  store.write({ path: "a", value: 1, timestamp: START + 200 });
  store.flush();
  const points = store.find("a")[0]?.series?.fetch(START - 200, START, START);
  assertEquals(points?.values, Array.from({ length: 200 }, (_, index) => 199 - index));
});

Deno.test("a file that is no database is left alone", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(
    file,
    "A text that is somebody's own, and no database at all\n".repeat(30),
  );
  assertThrows(() => openStore({ file }), Error, `Cannot open the series in ${file}`);
  assert((await Deno.readTextFile(file)).startsWith("A text"));
  await Deno.remove(file);
});
