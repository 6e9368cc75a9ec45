import { assert } from "@std/assert";
import { PROFILE_NAMES } from "../../../sim/world/mod.ts";
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
