import { assert, assertEquals } from "@std/assert";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";
import { Fate } from "../../../sim/world/fate.ts";
import { drawHabits, PLAIN_HABITS } from "../../../sim/world/habits.ts";
import { glance } from "../../../sim/world/peek.ts";
import { runWhole, SMALL } from "./_small_world.ts";

const habitsOf = (seed: number, managers = 2) =>
  drawHabits(new Fate(seed).dice("habits"), managers, "conference.world");

Deno.test("seeds bring out every habit, alone and together", () => {
  const drawn = Array.from({ length: 100 }, (_, seed) => habitsOf(seed));
  for (const name of Object.keys(PLAIN_HABITS) as (keyof typeof PLAIN_HABITS)[]) {
    const values = new Set(drawn.map((habits) => habits[name]));
    assert(values.size >= 2, name);
  }
  assert(drawn.some(({ room, isSplit, cooldownSeconds }) => room && isSplit && cooldownSeconds));
  assert(drawn.every(({ envelope, emptiesMessages }) => !emptiesMessages || envelope === "auto"));
});

Deno.test("a single manager keeps both halves of the work", () => {
  for (let seed = 0; seed < 50; seed++) assertEquals(habitsOf(seed, 1).isSplit, false);
});

Deno.test("varied sites in a storm: every job ends once, and every habit is at work", async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 15; seed++) {
    await runWhole({
      ...SMALL,
      profile: "stormy",
      habits: "varied",
      seed,
      onTrace: ({ xml }) => {
        const stanza = parseXml(xml);
        seen.add(glance(stanza).what);
        if (xml.includes("urn:cernvm:copilot:envelope")) seen.add("namespaced");
        if (stanza.attrs["to"]?.startsWith("pilots@conference")) seen.add("room");
      },
    });
  }
  for (const sign of ["sleep", "redirect", "namespaced", "room", "runJob"]) {
    assert(seen.has(sign), sign);
  }
});
