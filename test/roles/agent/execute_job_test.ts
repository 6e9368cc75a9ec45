/** Real programs on their way through both roles. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DiskSite, SAMPLE_JOBS } from "../_disk_site.ts";

const SUM = `${SAMPLE_JOBS}sum.sh`;

Deno.test("a job runs, and its archive holds what the report lists", async () => {
  await using site = await DiskSite.start();
  const job = await site.run({ command: SUM, arguments: "1 3" });
  assertEquals([job.state, job.exitCode, job.reason], ["succeeded", 0, undefined]);
  assertMatch(job.archive ?? "", new RegExp(`^\\d{8}/${job.id}\\.tgz$`));
  const directory = await site.unpack(job);
  assertEquals(await site.done.list(directory), [
    "_wrapper_.sh",
    "resources",
    "stderr",
    "stdout",
    "sum.sh",
  ]);
  assertEquals(await site.done.readText(`${directory}/stdout`), "4\n");
  await site.stop();
  assertEquals(await site.chirp.list("."), [".__acl", `${job.id}.input`].filter((name) => name));
});

Deno.test("the report's calculator job prints 4", async () => {
  await using site = await DiskSite.start();
  const job = await site.run({ command: `${SAMPLE_JOBS}calculator.sh` });
  const hasCalculator = await new Deno.Command("sh", { args: ["-c", "command -v bc"] }).output();
  assertEquals(await site.output(job, "stdout"), hasCalculator.success ? "4\n" : "");
});

Deno.test("arguments and environment are shell text, as in the original", async () => {
  await using site = await DiskSite.start();
  const command = await site.script("show.sh", 'printf "%s|" "$@" "$GREETING"');
  const job = await site.run({
    command,
    arguments: `'a b' "$((2+2))" $GREETING`,
    environment: "GREETING='hello world'\nexport GREETING",
  });
  assertEquals(await site.output(job, "stdout"), "a b|4|hello|world|hello world|");
});

Deno.test("input files keep their sub-directories, and directories come whole", async () => {
  await using site = await DiskSite.start();
  const here = Deno.cwd();
  Deno.chdir(`${SAMPLE_JOBS}../..`);
  try {
    const job = await site.run({
      command: "fixtures/jobs/read_input.sh",
      inputFiles: [`${SAMPLE_JOBS}data.txt`, "fixtures/jobs/data"],
    });
    assertEquals([job.state, await site.output(job, "stdout")], ["succeeded", "shallow\ndeep\n"]);
    assertStringIncludes(await site.output(job, "listing.txt"), "./fixtures/jobs/data/deep.txt\n");
  } finally {
    Deno.chdir(here);
  }
});

Deno.test("exit code 3 arrives as wait status 768, and kill -9 inside as 35072", async () => {
  await using site = await DiskSite.start();
  const exits = await site.run({ command: await site.script("exit.sh", "echo no >&2; exit 3") });
  assertEquals([exits.state, exits.exitCode, exits.reason], [
    "failed",
    768,
    "The job exited with 3",
  ]);
  assertEquals(await site.output(exits, "stderr"), "no\n");
  const dies = await site.run({ command: await site.script("die.sh", "kill -9 $$") });
  assertEquals([dies.state, dies.exitCode], ["failed", 35072]);
});

Deno.test("a validation script decides, and its output is kept", async () => {
  await using site = await DiskSite.start();
  const validationScript = `${SAMPLE_JOBS}check_sum.sh`;
  const right = await site.run({ command: SUM, arguments: "1 3", validationScript });
  assertEquals([right.state, right.validateExitCode], ["succeeded", 0]);
  assertEquals(await site.output(right, "validate_stdout"), "stdout holds 4\n");
  const wrong = await site.run({ command: SUM, arguments: "1 4", validationScript });
  assertEquals([wrong.state, wrong.exitCode, wrong.validateExitCode], ["failed", 0, 256]);
  assertEquals(wrong.reason, "Its validation exited with 1");
  assertEquals(await site.output(wrong, "validate_stdout"), "stdout holds 5\n");
  assertEquals(await site.output(wrong, "validate_stderr"), "");
});

Deno.test("limits of time and output end a job with what it has written", async () => {
  await using site = await DiskSite.start();
  const slow = await site.script("slow.sh", "echo begun; sleep 60");
  const timedOut = await site.run({ command: slow, wallTimeSeconds: 0.2 });
  assertEquals(timedOut.state, "failed");
  assertEquals(timedOut.reason, "Killed: its limit of wall-time was reached");
  assertEquals(await site.output(timedOut, "stdout"), "begun\n");
  const flood = await site.script("flood.sh", "head -c 300000 /dev/zero >big; sleep 60");
  const tooBig = await site.run({ command: flood, outputBytes: 100_000 });
  assertEquals(tooBig.reason, "Killed: its limit of output-size was reached");
});

Deno.test("a job whose package has no proper name fails and says so", async () => {
  await using site = await DiskSite.start();
  const job = await site.run({ command: SUM, packages: "$(reboot)" });
  assertEquals([job.state, job.exitCode], ["failed", 65280]);
  assertStringIncludes(job.reason ?? "", "not VO@NAME::VERSION");
  assertStringIncludes(await site.output(job, "stderr"), "not VO@NAME::VERSION");
});

Deno.test("a command that agents have is run where it is not among the files", async () => {
  await using site = await DiskSite.start();
  const job = await site.run({ command: "expr", arguments: "2 + 3" });
  assertEquals([job.state, await site.output(job, "stdout")], ["succeeded", "5\n"]);
  const missing = await site.run({ command: "nowhere.sh" });
  assertEquals([missing.state, missing.exitCode], ["failed", 127 << 8]);
});

Deno.test("output that a job makes is packed, links and modes too", async () => {
  await using site = await DiskSite.start();
  const text = "mkdir results; echo 1 >results/a; ln -s a results/b; printf x >.hidden";
  const job = await site.run({ command: await site.script("make.sh", text) });
  const directory = await site.unpack(job);
  assertEquals(await site.done.list(`${directory}/results`), ["a", "b"]);
  assertEquals(await site.done.readText(`${directory}/results/b`), "1\n");
  assert(await site.done.exists(`${directory}/.hidden`));
});
