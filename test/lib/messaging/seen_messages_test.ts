import { assert, assertEquals } from "@std/assert";
import { SeenMessages } from "../../../lib/messaging/seen_messages.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

function setup(limit = 3, ageMs = 1000) {
  const clock = new VirtualClock();
  return { clock, seen: new SeenMessages({ limit, ageMs, clock }) };
}

Deno.test("SeenMessages follows a message from its beginning to its end", () => {
  const { seen } = setup();
  assertEquals(seen.state("a"), "unseen");
  seen.begin("a");
  assertEquals(seen.state("a"), "in-progress");
  seen.forget("a");
  assertEquals(seen.state("a"), "unseen");
  seen.begin("a");
  seen.finish("a");
  assertEquals(seen.state("a"), "finished");
});

Deno.test("SeenMessages forgets the older half beyond its limit", () => {
  const { seen } = setup(4);
  for (const key of ["a", "b", "c", "d", "e"]) {
    seen.begin(key);
    seen.finish(key);
    assert(seen.size <= 4);
  }
  assertEquals(["a", "b"].map((key) => seen.state(key)), ["unseen", "unseen"]);
  assertEquals(["c", "d", "e"].map((key) => seen.state(key)), ["finished", "finished", "finished"]);
});

Deno.test("SeenMessages lets go of what is too old to be asked for", async () => {
  const { clock, seen } = setup(1000, 1000);
  for (let second = 0; second < 5; second++) {
    for (let message = 0; message < 10; message++) seen.finish(`${second} ${message}`);
    await clock.advance(1000);
  }
  assertEquals(seen.size, 20);
});

Deno.test("SeenMessages forgets by age, but never what is being processed", async () => {
  const { clock, seen } = setup();
  seen.begin("done");
  seen.finish("done");
  seen.begin("at work");
  await clock.advance(999);
  assertEquals(seen.state("done"), "finished");
  await clock.advance(1);
  assertEquals([seen.state("done"), seen.state("at work")], ["unseen", "in-progress"]);
});

Deno.test("SeenMessages keeps what is being processed over any number of others", () => {
  const { seen } = setup(4);
  seen.begin("at work");
  for (let message = 0; message < 20; message++) {
    seen.begin(`${message}`);
    seen.finish(`${message}`);
    assertEquals(seen.state("at work"), "in-progress");
    assert(seen.size <= 4 + 1);
  }
  seen.finish("at work");
  assertEquals(seen.state("at work"), "finished");
});
