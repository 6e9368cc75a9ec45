import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import { LostCalls } from "../../../roles/jobmanager/lost_calls.ts";

const LOST = new RedisError("The call was lost");

Deno.test("LostCalls bears calls that are lost now and then, and no three in a row", () => {
  const losses = new LostCalls();
  for (let round = 0; round < 10; round++) {
    losses.bear(LOST);
    losses.bear(LOST);
    losses.none();
  }
  losses.bear(LOST);
  losses.bear(LOST);
  assertThrows(() => losses.bear(LOST), RedisError, "The call was lost");
  losses.bear(LOST);
});

Deno.test("LostCalls.repeat() makes a call until it is answered, three times at most", async () => {
  const losses = new LostCalls();
  let calls = 0;
  const failing = (failures: number) => () =>
    calls++ < failures ? Promise.reject(LOST) : Promise.resolve("answer");
  assertEquals(await losses.repeat(failing(2)), "answer");
  calls = 0;
  await assertRejects(() => losses.repeat(failing(3)), RedisError);
  assertEquals(calls, 3);
});

Deno.test("LostCalls leaves other errors to whoever meets them", async () => {
  const losses = new LostCalls();
  for (let count = 0; count < 5; count++) losses.bear(new SyntaxError("A corrupt record"));
  await assertRejects(() => losses.repeat(() => Promise.reject(new TypeError("A bug"))), TypeError);
});
