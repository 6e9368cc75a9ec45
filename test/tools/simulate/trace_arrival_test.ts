import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { UsageError } from "../../../lib/cli.ts";
import { traceArrival } from "../../../tools/simulate/trace_arrival.ts";

const trace = (name: string) =>
  fromFileUrl(new URL(`../../../fixtures/traces/${name}.jsonl`, import.meta.url));

Deno.test("jobs arrive when a trace hands them out, each once", async () => {
  const arrival = await traceArrival(trace("job-happy-path"));
  assert(arrival.kind === "timed");
  assertEquals([arrival.jobs, arrival.atMs(0), arrival.atMs(1)], [1, 0, Infinity]);
  const several = await traceArrival(trace("dedupe-same-id"));
  assert(several.kind === "timed");
  assertEquals(several.jobs, 4);
  const times = [0, 1, 2, 3].map(several.atMs);
  assertEquals(times, times.toSorted((one, other) => one - other));
  assertEquals([times[0], Math.round(times[1] ?? 0)], [0, 803]);
});

Deno.test("a trace without jobs, or none at all, is refused", async () => {
  await assertRejects(() => traceArrival(trace("heartbeat-list")), UsageError, "no job in it");
  await assertRejects(() => traceArrival("/nowhere.jsonl"), UsageError, "there is no such file");
});
