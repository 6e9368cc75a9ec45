import { assert, assertEquals } from "@std/assert";
import { commandLine, PROFILE_NAMES, type ProfileName, runWorld } from "../../../sim/world/mod.ts";
import { runWhole, SMALL } from "./_small_world.ts";

/** Enough to see that storms do harm; `deno task world` runs them by the thousand. */
const SEEDS = 25;
/** Of the other profiles fewer: they differ in little. */
const FEW_SEEDS = 5;

Deno.test(`stormy: every job ends once, whatever happens (${SEEDS} seeds)`, async () => {
  let [requeued, reexecuted, faults] = [0, 0, 0];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = await runWhole({ ...SMALL, profile: "stormy", seed });
    requeued += result.requeued;
    reexecuted += result.reexecuted;
    faults += result.faults;
  }
  // A storm that does no harm proves nothing.
  assert(faults > 50 * SEEDS, `${faults} faults`);
  assert(requeued > SEEDS, `${requeued} leases taken back`);
  assert(reexecuted > SEEDS / 10, `${reexecuted} jobs run twice`);
});

for (const profile of PROFILE_NAMES.filter((name) => name !== "stormy")) {
  Deno.test(`${profile}: every job ends once (${FEW_SEEDS} seeds)`, async () => {
    for (let seed = 1; seed <= FEW_SEEDS; seed++) await runWhole({ ...SMALL, profile, seed });
  });
}

Deno.test("powerloss: effects are rolled back, and the jobs end all the same", async () => {
  let rolledBack = 0;
  for (let seed = 1; rolledBack === 0 && seed <= 50; seed++) {
    const world = { ...SMALL, profile: "powerloss", seed, hours: 6 } as const;
    rolledBack += (await runWhole(world)).rolledBack;
  }
  assert(rolledBack > 0);
});

Deno.test(`jobs that ended are forgotten in time, and nothing of them is left (${FEW_SEEDS} seeds)`, async () => {
  for (const profile of ["stormy", "powerloss"] as const) {
    for (let seed = 1; seed <= FEW_SEEDS; seed++) {
      await runWhole({ ...SMALL, profile, seed, habits: "varied", retentionSeconds: 900 });
    }
  }
});

/** Runs worlds whose hand-outs are final; tells how many jobs were lost. */
async function lostWithoutLeases(profile: ProfileName): Promise<number> {
  let sum = 0;
  for (let seed = 1; seed <= FEW_SEEDS; seed++) {
    const world = { ...SMALL, profile, seed, leases: "off" } as const;
    const { violations, succeeded, failed, lost, duplicated, jobs } = await runWorld(world);
    assertEquals(violations, [], commandLine(world));
    assertEquals([succeeded + failed + lost, duplicated], [jobs, 0], commandLine(world));
    sum += lost;
  }
  return sum;
}

Deno.test("without leases every rule holds but one: jobs are lost with their agents", async () => {
  assertEquals(await lostWithoutLeases("calm"), 0);
  assert(await lostWithoutLeases("stormy") > 0);
});
