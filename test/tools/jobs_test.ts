import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import type { HistoryEntry, JobRecord } from "../../lib/jobs/job_store.ts";
import { machineOf } from "../../lib/jobs/requirements.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { assertEnded, ToolSite } from "./_tool_site.ts";

const UNKNOWN = "no-such-job";

/** Packs files as an agent does; returns the archive's place in the folder of finished jobs. */
async function storeOutput(site: ToolSite, files: Readonly<Record<string, string>>) {
  const work = join(site.directory, "output");
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(work, name)), { recursive: true });
    await Deno.writeTextFile(join(work, name), text);
  }
  const { done } = site.addresses.directories;
  await Deno.mkdir(done);
  const disk = diskWorkspace(site.directory);
  await disk.pack("output", "output/archive.tgz");
  await Deno.rename(join(work, "archive.tgz"), join(done, "archive.tgz"));
  return "archive.tgz";
}

Deno.test("jobs list shows the queue, last changed first, and counts it", async () => {
  await using site = await ToolSite.open();
  const empty = await site.run("jobs", ["list"]);
  assertEnded(empty, 0);
  assertEquals(empty.stdout, "No jobs\n");
  const done = await site.submit();
  await site.finishNext();
  const [waiting, held] = [await site.submit(), await site.submit({ held: true })];
  const [table, json, only, first] = await Promise.all([
    site.run("jobs", ["list"]),
    site.run("jobs", ["list", "--json"]),
    site.run("jobs", ["list", "--state=succeeded", "--json"]),
    site.run("jobs", ["list", "--limit=1", "--json"]),
  ]);
  assertEnded(table, 0);
  const [counts, header, ...rows] = table.stdout.trimEnd().split("\n");
  assertEquals(counts, "1 waiting, 1 held, 1 succeeded");
  assertMatch(header ?? "", /^ID +STATE +TRIES +COMMAND +AGENT +EXIT +CHANGED$/);
  assertEquals(rows.map((row) => row.split(/ +/).slice(0, 3)), [
    [held, "held", "0/5"],
    [waiting, "waiting", "0/5"],
    [done, "succeeded", "1/5"],
  ]);
  type Listing = { counts: Record<string, number>; waiting: number; jobs: JobRecord[] };
  const listing = json.json<Listing>();
  assertEquals([listing.waiting, listing.counts.held, listing.jobs.length], [1, 1, 3]);
  assertEquals(only.json<Listing>().jobs.map(({ id }) => id), [done]);
  assertEquals(first.json<Listing>().jobs.map(({ id }) => id), [held]);
});

Deno.test("jobs list shows no time of a job that the original's submit tool has put in", async () => {
  await using site = await ToolSite.open();
  const { hostname: host, ports } = site.addresses;
  await using redis = await connectRedis({ host, port: ports.redis });
  const description = "127.0.0.1:9094::::x::::run.sh::::run.sh::::::::::::";
  await redis.call(["SET", "job:theirs:description", description]);
  await redis.call(["LPUSH", "waiting_jobs", "theirs"]);
  const { stdout } = await site.run("jobs", ["list"]);
  assertMatch(stdout, /^theirs +waiting +0\/5 +run\.sh +–$/m);
});

Deno.test("jobs show and history tell all that is known of a job", async () => {
  await using site = await ToolSite.open();
  const id = await site.submit({ arguments: "one two" });
  await site.finishNext({ outcome: "failed" });
  const [show, showJson, history, historyJson] = await Promise.all([
    site.run("jobs", ["show", id]),
    site.run("jobs", ["show", id, "--json"]),
    site.run("jobs", ["history", id]),
    site.run("jobs", ["history", id, "--json"]),
  ]);
  for (const result of [show, showJson, history, historyJson]) assertEnded(result, 0);
  assertMatch(show.stdout, /^arguments +one two$/m);
  assertMatch(show.stdout, /^exitCode +exit 3$/m);
  assertEquals(showJson.json<JobRecord>(), JSON.parse(JSON.stringify(await site.job(id))));
  assertMatch(history.stdout, /submitted[^]*leased[^]*started[^]*failed/);
  const { history: entries } = historyJson.json<{ history: HistoryEntry[] }>();
  assertEquals(entries.map(({ event }) => event), ["submitted", "leased", "started", "failed"]);
});

Deno.test("jobs why tells what a job waits for", async () => {
  await using site = await ToolSite.open();
  const [first, second] = [await site.submit(), await site.submit({ held: true })];
  const [waiting, held] = await Promise.all([
    site.run("jobs", ["why", first]),
    site.run("jobs", ["why", second, "--json"]),
  ]);
  for (const result of [waiting, held]) assertEnded(result, 0);
  assertMatch(waiting.stdout, /^It waits because nobody takes jobs.*\n {2}It is the next to be/);
  assertMatch(waiting.stdout, /^→ See that a job manager runs/m);
  const { summary, advice } = held.json<{ summary: string; advice: string[] }>();
  assertEquals(summary, "It is held: it was submitted so, and waits for release");
  assertEquals(advice, ["Release it, and it joins the queue"]);
});

Deno.test("jobs wait follows jobs to their end and judges them", async () => {
  await using site = await ToolSite.open();
  const [good, bad] = [await site.submit(), await site.submit()];
  const waiting = site.start("jobs", ["wait", good, bad]);
  await waiting.printed(/ waiting$/, 2);
  await site.finishNext();
  await waiting.printed(new RegExp(`^${good} succeeded 0$`));
  await site.finishNext({ outcome: "failed" });
  await waiting.printed(new RegExp(`^${bad} failed exit 3$`));
  assertEnded(await waiting.end(), 1);
  const [done, json, unknown] = await Promise.all([
    site.run("jobs", ["wait", good]),
    site.run("jobs", ["wait", good, bad, "--json"]),
    site.run("jobs", ["wait", good, UNKNOWN]),
  ]);
  assertEnded(done, 0);
  assertEnded(json, 1);
  const { jobs } = json.json<{ jobs: JobRecord[] }>();
  assertEquals(jobs.map(({ id, state }) => [id, state]), [[good, "succeeded"], [bad, "failed"]]);
  assertEnded(unknown, 1, /There is no job "no-such-job"/);
});

Deno.test("jobs wait ends with 130 when it is interrupted", async () => {
  await using site = await ToolSite.open();
  const waiting = site.start("jobs", ["wait", await site.submit()]);
  await waiting.printed(/ waiting$/);
  waiting.signal("SIGINT");
  assertEnded(await waiting.end(), 130, /Interrupted/);
});

Deno.test("jobs output prints a file of a job's archive, or unpacks all of it", async () => {
  await using site = await ToolSite.open();
  const files = { "stdout": "4\n", "deep/result.txt": "\u00e9\n" };
  const id = await site.submit();
  await site.finishNext({ archive: await storeOutput(site, files) });
  const waiting = await site.submit();
  const to = join(site.directory, "unpacked");
  const [plain, other, missing, none, unpacked, unset] = await Promise.all([
    site.run("jobs", ["output", id]),
    site.run("jobs", ["output", id, "--file=deep/result.txt"]),
    site.run("jobs", ["output", id, "--file=nothing"]),
    site.run("jobs", ["output", waiting]),
    site.run("jobs", ["output", id, "--to", to, "--json"]),
    site.run("jobs", ["output", id, "--set", "JM_DONE_JOB_DIR="]),
  ]);
  assertEnded(plain, 0);
  assertEquals(plain.stdout, files.stdout);
  assertEquals(other.stdout, files["deep/result.txt"]);
  assertEnded(missing, 1, /has no file "nothing"/);
  assertEnded(none, 1, /is waiting and has no output/);
  assertEnded(unpacked, 0);
  assertEquals(unpacked.json<{ id: string; directory: string }>().directory, to);
  assertEquals(await Deno.readTextFile(join(to, "deep/result.txt")), files["deep/result.txt"]);
  assertEnded(unset, 2, /JM_DONE_JOB_DIR is not set/);
});

Deno.test("jobs hold, release, cancel and rerun change jobs, and keep the reason", async () => {
  await using site = await ToolSite.open();
  const ids = [await site.submit(), await site.submit()];
  const states = async () =>
    (await Promise.all(ids.map((id) => site.job(id)))).map((job) => job.state);
  const steps = [
    ["hold", "held", "held"],
    ["release", "released", "waiting"],
    ["cancel", "cancelled", "cancelled"],
    ["rerun", "queued again", "waiting"],
  ] as const;
  for (const [verb, said, state] of steps) {
    const result = await site.run("jobs", [verb, ...ids, `--reason=to ${verb}`]);
    assertEnded(result, 0);
    assertEquals(result.stdout, ids.map((id) => `${id} ${said}\n`).join(""));
    assertEquals(await states(), [state, state]);
  }
  const history = await site.store.history(ids[0] ?? "");
  const reasons = history.flatMap(({ reason }) => reason?.startsWith("to ") ? [reason] : []);
  assertEquals(reasons, ["to hold", "to release", "to cancel", "to rerun"]);
});

Deno.test("jobs names what cannot be changed, and changes the others", async () => {
  await using site = await ToolSite.open();
  const ended = await site.submit();
  await site.finishNext();
  const waiting = await site.submit();
  const cancel = await site.run("jobs", ["cancel", ended, UNKNOWN, waiting, "--json"]);
  assertEnded(cancel, 1);
  const { results } = cancel.json<{ results: { id: string; error?: string }[] }>();
  assertEquals(results.map(({ id }) => id), [ended, UNKNOWN, waiting]);
  assertMatch(results[0]?.error ?? "", /succeeded/);
  assertMatch(results[1]?.error ?? "", /no-such-job/);
  assertEquals(results[2], { id: waiting });
  assertStringIncludes(cancel.stderr, results[0]?.error ?? "?");
  assertEquals((await site.job(ended)).state, "succeeded");
  const wrong = await Promise.all([
    site.run("jobs", ["hold", waiting]),
    site.run("jobs", ["release", ended]),
    site.run("jobs", ["rerun", UNKNOWN]),
  ]);
  for (const result of wrong) assertEnded(result, 1);
  assertMatch(wrong[0].stderr, /cancelled/);
  assertEquals((await site.job(waiting)).state, "cancelled");
});

Deno.test("jobs knows no unknown job, and no unknown verb", async () => {
  await using site = await ToolSite.open();
  const verbs = ["show", "history", "why", "output"];
  const [nothing, unknownVerb, noId, ...unknown] = await Promise.all([
    site.run("jobs", []),
    site.run("jobs", ["destroy", "x"]),
    site.run("jobs", ["cancel"]),
    ...verbs.map((verb) => site.run("jobs", [verb, UNKNOWN])),
  ]);
  for (const result of [nothing, unknownVerb, noId]) {
    assertEnded(result, 2, /Try: copilot-jobs --help/);
  }
  for (const result of unknown) {
    assertEnded(result, 1, /There is no job "no-such-job"/);
    assertEquals(result.stdout, "");
  }
});

Deno.test("a job with requirements waits for a machine that meets them; jobs why says what is missed", async () => {
  await using site = await ToolSite.open();
  const args = ["--command=true", "--requirements=other.Memory > 8192", "--json"];
  const submitted = await site.run("submit", args);
  assertEnded(submitted, 0);
  const [id = ""] = submitted.json<{ ids: string[] }>().ids;
  const request = { manager: "jm@localhost/x", leaseSeconds: 60, unacknowledgedSeconds: 60 };
  const ask = (agent: string, jdl: string) =>
    site.store.lease({ ...request, agent: `${agent}@localhost/x`, machine: machineOf(jdl) });
  for (const agent of ["one", "two", "two"]) {
    assertEquals((await ask(agent, "Memory=2048;")).lease, undefined);
  }
  const why = await site.run("jobs", ["why", id]);
  assertEnded(why, 0);
  assertMatch(why.stdout, /^It waits because no agent meets its requirements$/m);
  assertMatch(why.stdout, /^ +other\.Memory > 8192 is missed by 2 of 2$/m);
  assertEquals((await ask("three", "Memory=16384;")).lease?.job.id, id);
  const wrong = await site.run("submit", ["--command=true", "--requirements=other.Memory >"]);
  assertEnded(wrong, 2, /Cannot require "other\.Memory >"/);
});
