import { assertEquals, assertNotEquals } from "@std/assert";
import { PROFILE_NAMES, runWorld } from "../../../sim/world/mod.ts";
import { SMALL } from "./_small_world.ts";

for (const profile of PROFILE_NAMES) {
  Deno.test(`a seed gives the same events twice, with XML and without: ${profile}`, async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const world = { ...SMALL, profile, seed, habits: "varied" } as const;
      const { seconds: _, ...first } = await runWorld(world);
      const { seconds: __, ...second } = await runWorld(world);
      const { seconds: ___, ...withXml } = await runWorld({ ...world, xml: true });
      assertEquals(second, first);
      assertEquals(withXml, first);
    }
  });
}

Deno.test("another seed gives other events", async () => {
  const world = { ...SMALL, profile: "stormy" } as const;
  const first = await runWorld({ ...world, seed: 1 });
  const second = await runWorld({ ...world, seed: 2 });
  assertNotEquals(first.eventHash, second.eventHash);
});
