import { assert, assertEquals } from "@std/assert";
import {
  commandLine,
  DEFECT_NAMES,
  recordWorld,
  runWorld,
  shrinkFaults,
  type WorldOptions,
  type WorldResult,
} from "../../../sim/world/mod.ts";
import { parseTrace, readSessions } from "../../../lib/trace/mod.ts";
import { SMALL } from "./_small_world.ts";

const MOST_SEEDS = 200;

/** Runs one seed after the other until an invariant breaks. */
async function firstBroken(
  options: WorldOptions,
): Promise<{ readonly world: WorldOptions; readonly result: WorldResult }> {
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const world = { ...options, seed };
    const result = await runWorld(world);
    if (result.violations.length > 0) return { world, result };
  }
  throw new Error(`${MOST_SEEDS} seeds have not found ${options.defect}`);
}

for (const defect of DEFECT_NAMES) {
  Deno.test(`${defect} is found within ${MOST_SEEDS} seeds`, async () => {
    await firstBroken({ ...SMALL, profile: "stormy", defect });
  });
}

/** Faults that are enough to bring a defect out, at most. */
const FEW = 3;

Deno.test("a defect shrinks to the few faults that bring it out, and replays from those", async () => {
  const options = { ...SMALL, profile: "stormy", defect: "four-fold" } as const;
  const { world, result } = await firstBroken(options);
  const invariant = result.violations[0]?.invariant ?? "";
  const only = await shrinkFaults(world, invariant, result.struck);
  assert(only.length > 0 && only.length <= FEW, only.join(" "));
  const small = { ...world, only };
  const again = await runWorld(small);
  assertEquals(again.violations[0]?.invariant, invariant);
  assertEquals(again.struck, only);
  const line = commandLine(small);
  assert(line.startsWith("deno task world --agents=3 "), line);
  assert(line.endsWith(` --only='${only.join(",")}'`), line);
  const { sessions, stanzas } = readSessions(parseTrace(await recordWorld(small)));
  assert(sessions.some(({ component }) => component === "manager-1"));
  assert(stanzas.length > 10);
});

Deno.test("shrinkFaults() ends early when its runs are used up", async () => {
  const options = { ...SMALL, profile: "stormy", defect: "four-fold" } as const;
  const { world, result } = await firstBroken(options);
  const invariant = result.violations[0]?.invariant ?? "";
  const faults = await shrinkFaults(world, invariant, result.struck, { mostRuns: 1 });
  assertEquals(faults, result.struck);
});
