import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { runLoad } from "../../../sim/load/mod.ts";
import { columnsOf } from "../../../tools/simulate/page/columns.ts";
import { loadPage } from "../../../tools/simulate/page/page.ts";
import { checkThresholds, parseThreshold } from "../../../tools/simulate/threshold.ts";

const result = await runLoad({ agents: 4, forSeconds: 2.5, jobDuration: "10ms" });

function pageOf(thresholds: readonly string[], command = "deno task simulate"): string {
  const checked = checkThresholds(thresholds.map(parseThreshold), result);
  return loadPage({ result, thresholds: checked, command, startedAt: "today" });
}

Deno.test("the page shows figures, thresholds and a verdict", () => {
  const page = pageOf(["lost==0", "lease_p99<0.0001ms"]);
  assertMatch(page, /<h1>4 agents, [\d ]+ jobs\s*<span class="badge bad">failed<\/span>/);
  assertMatch(page, /<li class="good">.*\s*<code>lost==0<\/code>/);
  assertMatch(page, /<li class="bad">.*\s*<code>lease_p99&lt;0.0001ms<\/code>/);
  assertStringIncludes(pageOf([]), '<span class="badge good">passed</span>');
  for (const id of ["throughput", "latency", "queue", "agents", "faults", "machine"]) {
    assertStringIncludes(page, `<div class="plot" id="${id}">`);
  }
});

Deno.test("the page fetches nothing", () => {
  const page = pageOf([]);
  assertFalse(/\b(src|href)\s*=/i.test(page.replaceAll(/<script>[\s\S]*?<\/script>/g, "")));
  assertFalse(/@import|url\(/i.test(page));
  assertStringIncludes(page, "default-src &#39;none&#39;");
});

Deno.test("what is typed cannot become part of the page", () => {
  const page = pageOf([], "simulate </code><script>alert(1)</script>");
  assertFalse(page.includes("<script>alert"));
  const [, data = ""] = /id="data">(.*?)<\/script>/s.exec(page) ?? [];
  assertFalse(data.includes("<"));
  assertEquals(JSON.parse(data), JSON.parse(JSON.stringify(columnsOf(result))));
});

Deno.test("the plots' columns are of one length, and rates add up to the jobs that ended", () => {
  const columns = columnsOf(result);
  const { seconds, ended, latencies, cores } = columns;
  assert(seconds.length >= 2, `${seconds.length} points`);
  const all = [ended, columns.waiting, latencies.job.p99, ...Object.values(cores)];
  assertEquals(all.map(({ length }) => length), all.map(() => seconds.length));
  const sum = ended.reduce<number>((total, rate, index) => {
    return total + (rate ?? 0) * ((seconds[index] ?? 0) - (seconds[index - 1] ?? 0));
  }, 0);
  const at = (index: number) => result.series.at(index)?.states.succeeded ?? 0;
  assertEquals(Math.round(sum), at(seconds.length - 1) - at(0));
});

Deno.test("a test too short for plots has a page all the same", async () => {
  const short = await runLoad({ agents: 1, jobs: 1, jobDuration: "0ms" });
  const page = loadPage({ result: short, thresholds: [], command: "x", startedAt: "today" });
  assertStringIncludes(page, "too short for plots");
});
