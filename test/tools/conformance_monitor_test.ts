/** The cases against monitors bite. */
import { assertEquals } from "@std/assert";
import { systemClock } from "../../lib/clock.ts";
import { ALL_CASES } from "../../tools/conformance/cases/all_cases.ts";
import {
  type EmbeddedOptions,
  embeddedTarget,
} from "../../tools/conformance/embedded/embedded_target.ts";
import { runCases } from "../../tools/conformance/run_cases.ts";
import { selectCases } from "../../tools/conformance/select_cases.ts";

/** Ids of the cases that fail with a fault. */
async function failedBy(options: EmbeddedOptions): Promise<string[]> {
  await using target = embeddedTarget(options);
  const cases = selectCases(ALL_CASES, ["monitor/"]);
  const { results } = await runCases({ target, cases, clock: systemClock });
  return results.filter(({ status }) => status === "failed")
    .map(({ id }) => id.slice("monitor/".length));
}

Deno.test("a monitor that acknowledges nothing and knows no ping fails", async () => {
  assertEquals(await failedBy({ disturb: () => [] }), [
    "ack/2",
    "unknown/1",
    "heartbeat/1",
  ]);
});

Deno.test("a monitor that never says how much it has counted fails", async () => {
  const disturbLine = (line: string) => line.startsWith("copilot.monitor.updates") ? [] : [line];
  const failed = await failedBy({ disturbLine });
  assertEquals(["updates/1", "updates/2", "event/5"].filter((id) => !failed.includes(id)), []);
});

Deno.test("a monitor that sends a line for each event fails", async () => {
  const disturbLine = (line: string) => {
    const [path, value, second] = line.split(" ");
    return path?.endsWith("emptyQueue") ? Array(Number(value)).fill(`${path} 1 ${second}`) : [line];
  };
  assertEquals(await failedBy({ disturbLine }), ["event/2"]);
});

Deno.test("a monitor that takes seconds for minutes fails", async () => {
  const disturbLine = (
    line: string,
  ) => [
    line.replace(/(\.(?:avg|min|max|gmean)) (\S+)/, (_, name, value) => `${name} ${value * 60}`),
  ];
  assertEquals(await failedBy({ disturbLine }), ["duration/1", "duration/2", "duration/4"]);
});

Deno.test("a monitor that lets a second line slip in fails", async () => {
  const disturbLine = (
    line: string,
  ) => [line, line.replace(/^(copilot\.conformance\.\w+)\.\S+/, "$1-evil")];
  const failed = await failedBy({ disturbLine });
  assertEquals(failed.includes("line/2"), true);
});
