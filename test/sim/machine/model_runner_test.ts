import { assertEquals } from "@std/assert";
import type { Clock } from "../../../lib/clock.ts";
import { randomFraction, seededRandom } from "../../../lib/random.ts";
import { MemoryWorkspace } from "../../../sim/machine/memory_workspace.ts";
import { modelRunner } from "../../../sim/machine/model_runner.ts";
import { jobRunnerContract } from "../../contract/job_runner.ts";

jobRunnerContract("modelRunner()", async (behaviour) => {
  const workspace = new MemoryWorkspace();
  await workspace.makeDirectory("job");
  if (behaviour.broken !== "missing") {
    const mode = behaviour.broken === "not-executable" ? 0o644 : 0o755;
    await workspace.writeText("job/_wrapper_.sh", "", mode);
  }
  return {
    runner: modelRunner({
      workspace,
      durationMs: behaviour.endless ? 60_000 : 5,
      waitStatus: behaviour.waitStatus,
      stdout: behaviour.stdout,
      stderr: behaviour.stderr,
      outputBytes: behaviour.writes ? 1_000_000 : 0,
    }),
    request: {
      directory: workspace.path("job"),
      program: "./_wrapper_.sh",
      stdoutFile: "stdout",
      stderrFile: "stderr",
    },
    read: (file) => workspace.readText(`job/${file}`),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});

/** A clock that stands still but for its own timers: each one fires as soon as it is set. */
function hastyClock(): Clock {
  let nowMs = 0;
  return {
    now: () => nowMs,
    after(delayMs, callback) {
      let live = true;
      queueMicrotask(() => {
        if (!live) return;
        nowMs += delayMs;
        callback();
      });
      return { cancel: () => void (live = false) };
    },
  };
}

const REQUEST = { directory: "/job", program: "x", stdoutFile: "o", stderrFile: "e" };

Deno.test("modelRunner() takes its time from the clock and draws from the source", async () => {
  const runner = modelRunner({
    clock: hastyClock(),
    random: seededRandom(7),
    durationMs: (_, random) => 3600_000 * (1 + randomFraction(random)),
    waitStatus: ({ program }) => program === "x" ? 256 : 0,
    cpuShare: 0.5,
  });
  const first = await runner.run(REQUEST);
  const second = await runner.run({ ...REQUEST, program: "y" });
  assertEquals([first.waitStatus, second.waitStatus], [256, 0]);
  assertEquals(first.userSeconds, first.wallSeconds / 2);
  const again = modelRunner({
    clock: hastyClock(),
    random: seededRandom(7),
    durationMs: (_, random) => 3600_000 * (1 + randomFraction(random)),
  });
  assertEquals((await again.run(REQUEST)).wallSeconds, first.wallSeconds);
});

Deno.test("modelRunner() ends a job when its output reaches the limit", async () => {
  const runner = modelRunner({ clock: hastyClock(), durationMs: 10_000, outputBytes: 1000 });
  const half = await runner.run({ ...REQUEST, outputBytes: 500 });
  assertEquals([half.wallSeconds, half.killedFor], [5, "output-size"]);
  const both = await runner.run({ ...REQUEST, outputBytes: 500, wallTimeSeconds: 4 });
  assertEquals([both.wallSeconds, both.killedFor], [4, "wall-time"]);
});

Deno.test("modelRunner() leaves the files of a job behind", async () => {
  const workspace = new MemoryWorkspace();
  await workspace.writeText("x", "", 0o755);
  const runner = modelRunner({
    clock: hastyClock(),
    workspace,
    stdout: ({ directory }) => `in ${directory}\n`,
    outputBytes: 10,
  });
  await runner.run({ ...REQUEST, directory: workspace.path(".") });
  assertEquals(await workspace.readText("o"), "in /memory\n");
  assertEquals(await workspace.readText("e"), "");
  assertEquals(await workspace.size("output"), 10);
});
