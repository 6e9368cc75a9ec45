import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { processRunner, type ProcessRunnerOptions } from "../../../lib/machine/process_runner.ts";
import type { JobRunResult } from "../../../lib/machine/job_runner.ts";
import { eventually } from "../../_eventually.ts";
import { type JobBehaviour, jobRunnerContract } from "../../contract/job_runner.ts";

/** A temporary directory with a program in it. */
async function prepare(script: string, mode = 0o755) {
  const directory = await Deno.makeTempDir();
  await Deno.writeTextFile(`${directory}/_wrapper_.sh`, script);
  await Deno.chmod(`${directory}/_wrapper_.sh`, mode);
  return {
    directory,
    request: {
      directory,
      program: "./_wrapper_.sh",
      stdoutFile: "stdout",
      stderrFile: "stderr",
    },
    read: (file: string) => Deno.readTextFile(`${directory}/${file}`),
    /** Resolves when the program has made the file `up`. */
    whenUp: () =>
      eventually("the file up", () => Deno.stat(`${directory}/up`).then(() => true, () => false)),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** Writes the script of a behaviour. */
function scriptOf(behaviour: JobBehaviour): string {
  const { waitStatus = 0, stdout = "", stderr = "", endless = false, writes = false } = behaviour;
  return [
    "#!/bin/sh",
    `printf '%s' '${stdout}'; printf '%s' '${stderr}' >&2`,
    writes ? "head -c 1000000 /dev/zero >output" : ":",
    endless ? "exec sleep 60" : ":",
    waitStatus % 256 === 0 ? `exit ${waitStatus / 256}` : `kill -${waitStatus} $$`,
    "",
  ].join("\n");
}

jobRunnerContract("processRunner()", async (behaviour) => {
  const bench = await prepare(scriptOf(behaviour), behaviour.broken === undefined ? 0o755 : 0o644);
  if (behaviour.broken === "missing") await Deno.remove(`${bench.directory}/_wrapper_.sh`);
  return { runner: processRunner({ sizeCheckMs: 20 }), ...bench };
});

/** Runs a script once. */
async function run(
  script: string,
  options: ProcessRunnerOptions = {},
  limits: { readonly wallTimeSeconds?: number } = {},
): Promise<JobRunResult & { readonly stdout: string; readonly stderr: string }> {
  await using bench = await prepare(script);
  const result = await processRunner(options).run({ ...bench.request, ...limits });
  return { ...result, stdout: await bench.read("stdout"), stderr: await bench.read("stderr") };
}

/** True while a process exists and is no zombie. */
async function lives(pid: number): Promise<boolean> {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(await Deno.readTextFile(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

/** A shell line that keeps a CPU busy for about a third of a second. */
const BUSY = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";

Deno.test("processRunner() returns 35072 for kill -9 under a shell, 9 for the program's own", async () => {
  assertEquals((await run("#!/bin/sh\nsh -c 'kill -9 $$'\n")).waitStatus, 35072);
  assertEquals((await run("#!/bin/sh\nkill -9 $$\n")).waitStatus, 9);
});

Deno.test({
  name: "processRunner() returns the number of a real-time signal",
  // Deno cannot name such a signal and, failing to, forgets to close its record of the process.
  sanitizeResources: false,
  async fn() {
    assertEquals((await run("#!/bin/sh\nkill -35 $$\n")).waitStatus, 35);
  },
});

Deno.test("processRunner() rejects when the interpreter is missing", async () => {
  await assertRejects(() => run("#!/no/such/interpreter -x\n"), Error, "/no/such/interpreter");
  assertEquals((await run("#! /usr/bin/env sh\necho ok\n")).stdout, "ok\n");
  assertEquals((await run("echo no first line\n")).stdout, "no first line\n");
});

/** Runs a script by a process with the fewest permissions, and no children but this one. */
async function runAlone(script: string) {
  await using bench = await prepare(script);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-run=/bin/sh", "--allow-env=PATH,HOME,LANG"],
      ...[`--allow-read=${bench.directory}`, `--allow-write=${bench.directory}`],
      ...[fromFileUrl(import.meta.resolve("./_run_once.ts")), bench.directory],
      JSON.stringify({ environment: { LD_LIBRARY_PATH: "/none" } }),
    ],
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert(text.startsWith("{"), new TextDecoder().decode(stderr));
  return { ...JSON.parse(text) as JobRunResult, stdout: await bench.read("stdout") };
}

Deno.test("processRunner() measures user time, with no more permissions than its page names", async () => {
  const script = `#!/usr/bin/env bash\n${BUSY}\nsh -c '${BUSY}'\ntimes\n`;
  const { userSeconds = NaN, stdout } = await runAlone(script);
  // Two lines of "user system": the shell's own times, and those of its children.
  const times = [...stdout.matchAll(/^(\d+)m([\d.]+)s/gm)];
  const expected = times.reduce((sum, [, min, sec]) => sum + Number(min) * 60 + Number(sec), 0);
  assertEquals(times.length, 2);
  assert(Math.abs(userSeconds - expected) < 0.1, `${userSeconds} is not about ${expected}`);
});

Deno.test("processRunner() counts the user time of what it had to kill", async () => {
  const script = `#!/bin/sh\n(${BUSY}; times >part; mv part done; exec sleep 60) &
while [ ! -e done ]; do sleep 0.05; done; cat done; echo $!\n`;
  const { userSeconds = NaN, stdout } = await runAlone(script);
  const [, seconds] = /^0m([\d.]+)s/.exec(stdout) ?? [];
  assert(Math.abs(userSeconds - Number(seconds)) < 0.1, `${userSeconds} is not about ${seconds}`);
  assertEquals(await lives(Number(stdout.trim().split("\n").at(-1))), false);
});

Deno.test("processRunner() kills what a program leaves behind, and does not wait for it", async () => {
  const script = `#!/bin/bash
sleep 60 & echo $!
trap '' TERM HUP; (trap '' TERM HUP INT; sleep 60) & echo $!
set -m; sleep 60 & echo $!
nohup sleep 60 >/dev/null 2>&1 & echo $!
exit 4
`;
  const { waitStatus, wallSeconds, stdout, killedFor } = await run(script);
  assertEquals([waitStatus, killedFor], [1024, undefined]);
  assertLess(wallSeconds, 30);
  const pids = stdout.trim().split("\n").map(Number);
  assertEquals(pids.length, 4);
  for (const pid of pids) assertEquals(await lives(pid), false);
});

Deno.test("processRunner() ends a program that ignores SIGTERM", async () => {
  const script = "#!/bin/sh\ntrap '' TERM\n>up\nwhile :; do sleep 60; done\n";
  await using bench = await prepare(script);
  const controller = new AbortController();
  const runner = processRunner({ graceMs: 100 });
  const running = runner.run({ ...bench.request, signal: controller.signal });
  await bench.whenUp();
  controller.abort();
  const { waitStatus, killedFor } = await running;
  assertEquals([waitStatus, killedFor], [9, "aborted"]);
});

Deno.test("processRunner() lets a program end by itself when asked to", async () => {
  const script = "#!/bin/sh\ntrap 'echo saved; exit 7' TERM\n>up\nwhile :; do sleep 0.05; done\n";
  await using bench = await prepare(script);
  const controller = new AbortController();
  const running = processRunner().run({ ...bench.request, signal: controller.signal });
  await bench.whenUp();
  controller.abort();
  const { waitStatus, killedFor } = await running;
  assertEquals([waitStatus, killedFor, await bench.read("stdout")], [1792, "aborted", "saved\n"]);
});

Deno.test("processRunner() gives a program its directory, no input and a small environment", async () => {
  Deno.env.set("AGENT_JABBER_PASSWORD", "secret");
  try {
    await using bench = await prepare("#!/bin/sh\npwd; cat; env\n");
    const environment = { JOB: "a b'c\"$d\n", LD_LIBRARY_PATH: "/opt/lib", program: "x" };
    await processRunner().run({ ...bench.request, environment });
    const stdout = await bench.read("stdout");
    assert(stdout.startsWith(`${await Deno.realPath(bench.directory)}\n`));
    assert(stdout.includes("\nJOB=a b'c\"$d\n"));
    assert(stdout.includes("\nLD_LIBRARY_PATH=/opt/lib\n"));
    assert(stdout.includes(`\nPATH=${Deno.env.get("PATH")}\n`));
    assert(!stdout.includes("secret"));
    await assertRejects(
      () => processRunner().run({ ...bench.request, environment: { "A;B": "x" } }),
      TypeError,
      "A;B",
    );
  } finally {
    Deno.env.delete("AGENT_JABBER_PASSWORD");
  }
});

Deno.test("processRunner() does not write its output through a link", async () => {
  await using bench = await prepare("#!/bin/sh\necho new\n");
  await Deno.writeTextFile(`${bench.directory}/kept`, "kept");
  await Deno.symlink("kept", `${bench.directory}/stdout`);
  await processRunner().run(bench.request);
  assertEquals([await bench.read("kept"), await bench.read("stdout")], ["kept", "new\n"]);
});
