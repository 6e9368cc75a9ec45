import { assertEquals } from "@std/assert";
import { createLogger, memorySink } from "../../../lib/log.ts";
import { RareWarnings } from "../../../lib/messaging/rare_warnings.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

Deno.test("RareWarnings warns of an account once a minute, whatever session it writes from", async () => {
  const clock = new VirtualClock();
  const sink = memorySink();
  const warnings = new RareWarnings(createLogger({ sinks: [sink], clock }), clock);
  warnings.warn("a@x/1", "first");
  warnings.warn("a@x/2", "second");
  warnings.warn("b@x/1", "other");
  await clock.advance(60_000);
  warnings.warn("a@x/3", "later");
  const told = sink.records.flatMap(({ level, message }) => level === "warning" ? [message] : []);
  assertEquals(told, ["first", "other", "later"]);
});
