/** Random histories of a series, kept by sim/carbon and by Debian's Whisper. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import fc from "fast-check";
import { SeriesStore } from "../../sim/carbon/series_store.ts";
import { type RollUp, StorageRules } from "../../sim/carbon/storage_rules.ts";
import { VirtualClock } from "../../sim/world/virtual_clock.ts";
import { hasGraphite } from "./graphite_server.ts";

const DRIVER = fromFileUrl(new URL("whisper_driver.py", import.meta.url));
/** Debian's own, which has its modules. */
const PYTHON = "/usr/bin/python3";
const HISTORIES = 300;
const ARCHIVES = [[1, 120], [5, 120], [60, 40]] as const;
/**
 * Ages in seconds of what is written: up to the end of the first archive, and from there to that of the
 * second, each less a point of the last. At the very ends Whisper's ring may still hold a point whose time
 * is over, or one that came a whole turn later; ours goes by time alone.
 */
const AGES = fc.oneof(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 121, max: 539 }));

type Step =
  | { readonly value: number; readonly age: number }
  | { readonly fromAge: number; readonly untilAge: number }
  | { readonly passMs: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ value: fc.integer({ min: -99, max: 99 }), age: AGES }) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.integer({ min: 0, max: 2600 }), fc.integer({ min: -50, max: 2600 }))
        .map((ages) => ({ fromAge: Math.max(...ages), untilAge: Math.min(...ages) })),
    },
    { weight: 2, arbitrary: fc.record({ passMs: fc.integer({ min: 0, max: 90_000 }) }) },
    { weight: 1, arbitrary: fc.record({ passMs: fc.integer({ min: 0, max: 4_000_000 }) }) },
  ),
  { minLength: 10, maxLength: 120 },
);

/** Plays a history on ours; gives what was read, and the same history with all times for Whisper. */
async function play(history: readonly Step[], rollUp: RollUp, xFilesFactor: number) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1) + history.length * 1000);
  const retentions = ARCHIVES.map((archive) => archive.join(":")).join();
  const rules = new StorageRules({
    schemas: `[all]\npattern = .*\nretentions = ${retentions}\n`,
    aggregation:
      `[all]\npattern = .*\naggregationMethod = ${rollUp}\nxFilesFactor = ${xFilesFactor}\n`,
  });
  using store = new SeriesStore({ rules, clock, maxCachedBlocks: 4 });
  const read: unknown[] = [];
  const timed: unknown[] = [];
  // The file of Whisper is there from the start; ours begins with the first point.
  store.write({ path: "a", value: 0, timestamp: store.now });
  timed.push({ value: 0, second: store.now, now: store.now });
  for (const step of history) {
    const { now } = store;
    if ("passMs" in step) await clock.advance(step.passMs);
    else if ("value" in step) {
      store.write({ path: "a", value: step.value, timestamp: now - step.age });
      timed.push({ value: step.value, second: now - step.age, now });
    } else {
      const [from, until] = [now - step.fromAge, now - step.untilAge];
      const points = store.find("a")[0]?.series?.fetch(from, until, now);
      read.push(
        points === undefined ? null : [points.start, points.end, points.step, points.values],
      );
      timed.push({ from, until, now });
    }
  }
  assertEquals(store.dropped, 0);
  return { read, question: { archives: ARCHIVES, rollUp, xFilesFactor, steps: timed } };
}

Deno.test({
  name: "sim/carbon keeps a series as Whisper does" +
    (hasGraphite ? "" : " (graphite-carbon is not installed)"),
  ignore: !hasGraphite,
  fn: async () => {
    const driver = new Deno.Command(PYTHON, {
      args: [DRIVER],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const input = driver.stdin.getWriter();
    const answers = createInterface({ input: Readable.fromWeb(driver.stdout) })
      [Symbol.asyncIterator]();
    let known = 0;
    const rollUps = fc.constantFrom<RollUp>("average", "sum", "min", "max", "last");
    const factors = fc.constantFrom(0, 0.2, 0.5, 1);
    try {
      await fc.assert(
        fc.asyncProperty(steps, rollUps, factors, async (history, rollUp, xFilesFactor) => {
          const { read, question } = await play(history, rollUp, xFilesFactor);
          await input.write(new TextEncoder().encode(`${JSON.stringify(question)}\n`));
          const expected = JSON.parse((await answers.next()).value ?? "");
          assertEquals(read, expected);
          known += expected.flat(2).filter((value: unknown) => value !== null).length;
        }),
        { numRuns: HISTORIES },
      );
      assert(known > 10 * HISTORIES, `Whisper knew only ${known} points`);
    } finally {
      await input.close();
      await driver.status;
    }
  },
});
