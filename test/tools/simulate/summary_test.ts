import { assertEquals, assertFalse, assertMatch } from "@std/assert";
import { runLoad, runVirtual } from "../../../sim/load/mod.ts";
import { summaryText } from "../../../tools/simulate/summary.ts";

const result = await runLoad({ agents: 2, jobs: 10, jobDuration: "0ms", jobFailures: "1" });

Deno.test("the summary shows jobs, times and the machine", () => {
  const text = summaryText(result, [], false);
  assertMatch(text, /submitted \.+: 10 for 2 agents\n/);
  assertMatch(text, /failed \.+: 10\n/);
  assertMatch(text, /lost \.+: 0, ended twice 0\n/);
  for (const phase of ["offer", "lease", "store", "done", "job"]) {
    assertMatch(text, new RegExp(`^  ${phase} +10( +[\\d.]+ m?s){6}  want|^  done +10`, "m"));
  }
  assertMatch(text, /CPU \.+: all [\d.]+ s\n/);
  assertFalse(/Thresholds|Violations|Last error/.test(text));
});

Deno.test("the summary shows thresholds, violations and the last error, but no control characters", () => {
  const bad = {
    ...result,
    violations: [{ invariant: "once", detail: "1 jobs ended twice", atMs: 0 }],
    problem: "Cannot \x1b[2J go on",
  };
  const thresholds = [{ threshold: "lost==0", metric: "lost", value: 3, ok: false }];
  const text = summaryText(bad, thresholds, false);
  assertMatch(text, /^ {2}✗ lost==0 +3$/m);
  assertMatch(text, /^ {2}✗ once: 1 jobs ended twice$/m);
  assertMatch(text, /Last error\n {2}Cannot .*go on\n/);
  assertEquals(text.includes("\x1b"), false);
});

Deno.test("the summary of virtual time says how fast it passed, and the hash", async () => {
  const text = summaryText(await runVirtual({ agents: 2, jobs: 2 }), [], false);
  assertMatch(text, /time \.+: [\d.]+ (min|h) in [\d.]+ m?s \([\d ]+ times as fast\)\n/);
  assertMatch(text, /event hash \.+: [0-9a-f]{16} \(seed 1\)\n/);
});
