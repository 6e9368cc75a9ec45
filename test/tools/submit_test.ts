import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { assertEnded, ToolSite } from "./_tool_site.ts";
import { eventually } from "../_eventually.ts";

/** Writes input files into the scratch folder. */
async function layOut(site: ToolSite): Promise<void> {
  await Deno.mkdir(join(site.directory, "tree/deep"), { recursive: true });
  for (
    const name of ["run.sh", "check.sh", "first.txt", "tree/second.txt", "tree/deep/third.txt"]
  ) {
    await Deno.writeTextFile(join(site.directory, name), `#!/bin/sh\n# ${name}\n`);
  }
}

/** Names of the folder that agents see. */
async function chirpNames(site: ToolSite): Promise<string[]> {
  const entries = Deno.readDir(site.addresses.directories.chirp);
  return (await Array.fromAsync(entries, ({ name }) => name)).filter((name) =>
    !name.startsWith(".")
  );
}

Deno.test("submit puts a job with its input into the queue, and prints its id", async () => {
  await using site = await ToolSite.open();
  await layOut(site);
  const result = await site.run("submit", [
    "--command=run.sh",
    "--arguments=-n 'two words'",
    "--input-files=first.txt tree",
    "--environment=export A=1",
    "--packages=VO@NAME::1.0",
    "--validation=check.sh",
    ...["--wall-time=2h", "--output-size=1GiB", "--attempts=3", "--priority=7"],
  ], { cwd: site.directory });
  assertEnded(result, 0);
  const [, id = ""] =
    /^The job has been registered in the database \(ID: (\S+)\)\n$/.exec(result.stdout) ?? [];
  const { description, ...job } = await site.job(id);
  assertEquals(
    {
      state: job.state,
      validationScript: job.validationScript,
      wallTimeSeconds: job.wallTimeSeconds,
      outputBytes: job.outputBytes,
      maxAttempts: job.maxAttempts,
      priority: job.priority,
    },
    {
      state: "waiting",
      validationScript: "check.sh",
      wallTimeSeconds: 7200,
      outputBytes: 2 ** 30,
      maxAttempts: 3,
      priority: 7,
    },
  );
  assertEquals(description.command, "run.sh");
  assertEquals(description.arguments, "-n 'two words'");
  assertEquals(description.environment, "export A=1");
  assertEquals(description.packages, "VO@NAME::1.0");
  assertEquals(description.inputFiles, ["first.txt", "tree", "check.sh", "run.sh"]);
  assertEquals(description.chirpUrl, `127.0.0.1:${site.addresses.ports.chirp}`);
  const input = join(site.addresses.directories.chirp, description.inputDir);
  for (
    const name of ["run.sh", "check.sh", "first.txt", "tree/second.txt", "tree/deep/third.txt"]
  ) {
    assertMatch(await Deno.readTextFile(join(input, name)), new RegExp(`# ${name}\n`));
  }
  for (const directory of ["", "tree", "tree/deep"]) {
    const acl = await Deno.readTextFile(join(input, directory, ".__acl"));
    assertEquals(acl, "address:* rl\nhostname:* rl\n");
  }
});

Deno.test("submit --number gives equal jobs one input directory", async () => {
  await using site = await ToolSite.open();
  await layOut(site);
  const options = { cwd: site.directory };
  const args = ["--command=run.sh", "--number=3", "--hold", "--json"];
  const result = await site.run("submit", args, options);
  assertEnded(result, 0);
  const { ids } = result.json<{ ids: string[] }>();
  assertEquals(new Set(ids).size, 3);
  const jobs = await Promise.all(ids.map((id) => site.job(id)));
  assertEquals(jobs.map(({ state }) => state), ["held", "held", "held"]);
  assertEquals(new Set(jobs.map(({ description }) => description.inputDir)).size, 1);
  assertEquals(await chirpNames(site), [`${ids[0]}.input`]);
});

Deno.test("submit --key changes nothing when it is repeated", async () => {
  await using site = await ToolSite.open();
  await layOut(site);
  const args = ["--command=run.sh", "--key=nightly-7", "--json"];
  const first = await site.run("submit", args, { cwd: site.directory });
  const second = await site.run("submit", args, { cwd: site.directory });
  const { ids } = first.json<{ ids: string[] }>();
  assertEquals(second.json<{ ids: string[] }>().ids, ids);
  assertEquals(await site.store.waiting(), 1);
  assertEquals(await chirpNames(site), [`${ids[0]}.input`]);
});

Deno.test("submit --wait follows the jobs, and its exit code judges them", async () => {
  await using site = await ToolSite.open();
  const waiting = site.start("submit", ["--command=true", "--number=2", "--wait"]);
  await waiting.printed(/ waiting$/, 2);
  await site.finishNext();
  await waiting.printed(/ succeeded 0$/);
  await site.finishNext({ outcome: "failed" });
  await waiting.printed(/ failed exit 3$/);
  assertEnded(await waiting.end(), 1);
  const good = site.start("submit", ["--command=true", "--wait", "--json"]);
  await eventually("the job", async () => await site.store.waiting() > 0);
  const id = await site.finishNext();
  const result = await good.end();
  assertEnded(result, 0);
  const { ids, jobs } = result.json<{ ids: string[]; jobs: { state: string }[] }>();
  assertEquals([ids, jobs.map(({ state }) => state)], [[id], ["succeeded"]]);
});

Deno.test("submit refuses what cannot be run, and leaves nothing behind", async () => {
  await using site = await ToolSite.open();
  await layOut(site);
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /--command/],
    [["--command=run.sh", "--number=0"], /--number/],
    [["--command=run.sh", "--wall-time=soon"], /--wall-time/],
    [["--command=run.sh", "--input-files=first.txt gone.txt"], /gone\.txt/],
    [["--command=run.sh", "--validation=gone.sh"], /gone\.sh/],
  ];
  await Promise.all(wrong.map(async ([args, said]) => {
    const result = await site.run("submit", args, { cwd: site.directory });
    assertEnded(result, 2, said);
    assert(!result.stderr.includes("COPILOT_DEBUG"), result.stderr);
  }));
  assertEquals(await site.store.waiting(), 0);
  assertEquals(await chirpNames(site), []);
});

Deno.test("submit tells agents the address that --chirp-addr and --chirp-server name", async () => {
  await using site = await ToolSite.open();
  const [original, report] = await Promise.all([
    site.run("submit", ["--command=true", "--chirp-addr=chirp.example.org:9999", "--json"]),
    site.run("submit", ["--command=true", "--chirp-server=chirp.example.org", "--json"]),
  ]);
  const addresses = await Promise.all([original, report].map(async (result) => {
    const { ids: [id = ""] } = result.json<{ ids: string[] }>();
    return (await site.job(id)).description.chirpUrl;
  }));
  const { chirp } = site.addresses.ports;
  assertEquals(addresses, ["chirp.example.org:9999", `chirp.example.org:${chirp}`]);
});
