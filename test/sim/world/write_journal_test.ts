import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { RedisCalls } from "../../../lib/jobs/redis_calls.ts";
import { memoryRedisCalls, RedisStore } from "../../../sim/redis/mod.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { WriteJournal } from "../../../sim/world/write_journal.ts";

const WINDOW_MS = 1000;

async function listOf(calls: RedisCalls): Promise<unknown> {
  return await calls.call(["LRANGE", "list", 0, -1]);
}

Deno.test("rollBack() takes back what came within the window, and nothing before", async () => {
  const clock = new VirtualClock();
  using store = new RedisStore({ clock });
  using journal = new WriteJournal(store, WINDOW_MS);
  const calls = memoryRedisCalls(store);
  for (const item of ["a", "b", "é"]) {
    await calls.call(["RPUSH", "list", item]);
    await clock.advance(600);
  }
  // Written 1800, 1200 and 600 ms ago.
  assertEquals(journal.rollBack(1), 1);
  assertEquals(await listOf(calls), ["a", "b"]);
  assertEquals(journal.rollBack(1), 0);
});

Deno.test("rollBack() gives the data of that moment, however many effects there were", async () => {
  const steps = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(steps, fc.double({ min: 0, max: 1, noNaN: true }), async (waits, share) => {
      const clock = new VirtualClock();
      using store = new RedisStore({ clock });
      using journal = new WriteJournal(store, WINDOW_MS);
      const calls = memoryRedisCalls(store);
      const times: number[] = [];
      // Enough effects that the journal copies the data on its way.
      for (const waitMs of waits) {
        for (let index = 0; index < 300; index++) {
          await calls.call(["RPUSH", "list", times.length]);
          times.push(clock.now());
        }
        await clock.advance(10 * waitMs);
      }
      const kept = times.filter((atMs) => atMs <= clock.now() - share * WINDOW_MS).length;
      assertEquals(journal.rollBack(share), times.length - kept);
      assertEquals(await calls.call(["LLEN", "list"]), kept);
    }),
    { numRuns: 20 },
  );
});
