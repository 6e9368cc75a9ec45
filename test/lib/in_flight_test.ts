/** What is under way, waited for by who closes. */
import { assertEquals } from "@std/assert";
import { InFlight } from "../../lib/in_flight.ts";

Deno.test("InFlight begins nothing once closed, and waits for what it has begun", async () => {
  const actions = new InFlight();
  const { promise, resolve } = Promise.withResolvers<void>();
  const running = actions.run(() => promise);
  const failing = actions.run(() => Promise.reject(new Error("Broken"))).catch(String);
  let isClosed = false;
  const closed = actions.close().then(() => isClosed = true);
  assertEquals(
    await actions.run(() => Promise.resolve("begun")).catch(String),
    "Error: Cannot begin: it is being closed",
  );
  assertEquals([await failing, isClosed], ["Error: Broken", false]);
  resolve();
  await Promise.all([running, closed]);
});
