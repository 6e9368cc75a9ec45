import { assertEquals } from "@std/assert";
import { createLogger, silentLogger } from "../../../lib/log/logger.ts";
import { memorySink } from "../../../lib/log/sink.ts";
import type { Clock } from "../../../lib/clock.ts";

const clock: Clock = { now: () => 1234, after: () => ({ cancel() {} }) };

Deno.test("createLogger() gives records with time, level, message and fields", () => {
  const sink = memorySink();
  createLogger({ sinks: [sink], clock, fields: { agent: 1 } }).warning("Slow", { ms: 5 });
  assertEquals(sink.records, [
    { timeMs: 1234, level: "warning", message: "Slow", fields: { agent: 1, ms: 5 } },
  ]);
});

Deno.test("createLogger() gives each sink what it wants", () => {
  const [all, some] = [memorySink(), memorySink({ minLevel: "error" })];
  const logger = createLogger({ sinks: [all, some], clock });
  logger.debug("a");
  logger.info("b");
  logger.warning("c");
  logger.error("d");
  logger.critical("e");
  assertEquals(all.records.map(({ message }) => message).join(""), "abcde");
  assertEquals(some.records.map(({ message }) => message).join(""), "de");
});

Deno.test("Logger.with() adds fields and leaves the logger as it was", () => {
  const sink = memorySink();
  const logger = createLogger({ sinks: [sink], clock });
  logger.with({ a: 1 }).with({ b: 2 }).info("x", { a: 3 });
  logger.info("y");
  assertEquals(sink.records.map(({ fields }) => fields), [{ a: 3, b: 2 }, {}]);
});

Deno.test("createLogger() without sinks and silentLogger take everything", () => {
  createLogger({ sinks: [] }).with({ a: 1 }).critical("x");
  silentLogger.with({ a: 1 }).critical("x");
});
