/** A whole site as its users run it: Prosody, redis-server, chirp_server, and a process for each role. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { dirname, join } from "@std/path";
import { dayDirectory } from "../../lib/jobs/done_folder.ts";
import { printLine } from "../../lib/cli.ts";
import type { ProgramResult } from "../tools/_program.ts";
import { type Kind, KIND_FILES, KINDS } from "./_kinds.ts";
import { run, Site, siteTest, startServers } from "./_site.ts";

/** Files that every job leaves beside its own. */
const COMMON_FILES = ["_wrapper_.sh", "resources", "stderr", "stdout"];

async function layOut(folder: string): Promise<void> {
  for (const [name, text] of Object.entries(KIND_FILES)) {
    const path = join(folder, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, name.endsWith(".sh") ? `#!/bin/sh\n${text}\n` : text);
  }
}

/** Submits by the tool, from a folder; returns the id. */
async function submitByTool(site: Site, flags: readonly string[]): Promise<string> {
  const tool = site.start("submit", { args: ["--json", ...flags], cwd: site.directory });
  const result: ProgramResult = await tool.end();
  assertEquals(result.code, 0, result.stderr);
  const { ids: [id = ""] } = result.json<{ ids: string[] }>();
  return id;
}

async function assertKind(site: Site, kind: Kind, id: string): Promise<void> {
  await site.assertEndedOnce([id], kind.state);
  const job = await site.job(id);
  const { exitCode, validateExitCode, reason, attempts } = job;
  assertEquals(
    { exitCode, validateExitCode, reason, attempts },
    {
      exitCode: kind.exitCode,
      validateExitCode: kind.validateExitCode,
      reason: kind.reason,
      attempts: 1,
    },
    kind.name,
  );
  const archive = site.archiveOf(job);
  assertEquals(await run("tar", "xzOf", archive, "./stdout"), kind.stdout, kind.name);
  const members = (await run("tar", "tzf", archive)).trimEnd().split("\n");
  const files = members.map((name) => name.replace(/^\.\//, "")).filter((name) =>
    !/\/$|^$/.test(name)
  );
  assertEquals(files.sort(), [...COMMON_FILES, ...kind.files].sort(), kind.name);
}

siteTest("a job of each kind travels through Prosody, redis-server and chirp_server", async () => {
  await using site = await Site.open(startServers);
  await layOut(site.directory);
  const manager = await site.startRole("jobmanager");
  const agents = await Promise.all([site.startRole("agent"), site.startRole("agent")]);
  const ids = await Promise.all(KINDS.map(({ flags }) => submitByTool(site, flags)));
  await site.untilEnded(ids);
  for (const [index, kind] of KINDS.entries()) await assertKind(site, kind, ids[index] ?? "");
  const { chirp, work } = site.servers.addresses.directories;
  const inputs = ids.map((id) => `${id}.input`);
  const left = await Array.fromAsync(Deno.readDir(chirp), ({ name }) => name);
  assertEquals(left.filter((name) => !name.startsWith(".__")).sort(), inputs.sort());
  for (const role of [manager, ...agents]) {
    role.signal("SIGTERM");
    assertEquals((await role.end()).code, 0, role.log);
  }
  assertEquals(await Array.fromAsync(Deno.readDir(work)), []);
});

siteTest("output is put once and read by nobody, and counts when its agent dies", async () => {
  await using site = await Site.open(startServers);
  const manager = await site.startRole("jobmanager");
  const { done, chirp } = site.servers.addresses.directories;
  // As long as the folder of finished jobs takes nothing, the output stays where agents put it.
  const obstacle = join(done, dayDirectory(Date.now()));
  await Deno.writeTextFile(obstacle, "");
  const agent = await site.startRole("agent");
  const [id = ""] = await site.submit({
    command: await site.file("job.sh", "#!/bin/sh\necho secret\n"),
  });
  await manager.logged(/Cannot process message/);
  await agent.kill();
  const readAcl = (directory: string) => Deno.readTextFile(join(chirp, directory, ".__acl"));
  assertEquals(await readAcl(`${id}.input`), "address:* rl\nhostname:* rl\n");
  assertEquals(await readAcl(`${id}.1`), "address:127.0.0.1 p\n");
  const { ports } = site.servers.addresses;
  const fetched = join(site.directory, "fetched");
  const get = (path: string) =>
    run("chirp_get", "-a", "address", `127.0.0.1:${ports.chirp}`, path, fetched);
  await get(`/${id}.input/job.sh`);
  await assertRejects(() => get(`/${id}.1/${id}.tgz`), Error, "denied");
  const put = () =>
    run("chirp_put", "-a", "address", fetched, `127.0.0.1:${ports.chirp}`, `/${id}.1/${id}.tgz`);
  await assertRejects(put, Error, "exists");
  await Deno.remove(obstacle);
  await site.untilEnded([id]);
  await site.assertEndedOnce([id]);
  const job = await site.job(id);
  assertEquals([job.attempts, job.exitCode], [1, 0]);
  assertEquals(await run("tar", "xzOf", site.archiveOf(job), "./stdout"), "secret\n");
});

siteTest("two managers on one JID and three agents end each of 60 jobs once", async () => {
  await using site = await Site.open(startServers);
  const managers = await Promise.all([site.startRole("jobmanager"), site.startRole("jobmanager")]);
  const command = await site.file("short.sh", "#!/bin/sh\necho short\n");
  const ids = await site.submit({ command, number: 60 });
  const startMs = performance.now();
  const accounts = ["agent-1", "agent-2", "agent-3"];
  await Promise.all(
    accounts.map((account) => site.startRole("agent", { env: { AGENT_JABBER_ID: account } })),
  );
  await site.untilEnded(ids);
  printLine(`60 jobs, 3 agents, 2 managers: ${seconds(startMs)} s`);
  await site.assertEndedOnce(ids);
  const jobs = await Promise.all(ids.map((id) => site.job(id)));
  assertEquals(new Set(jobs.map(({ agent }) => agent)).size, 3);
  assertEquals(jobs.filter(({ attempts }) => attempts !== 1), []);
  assertEquals(await site.store.waiting(), 0);
  const days = await Array.fromAsync(Deno.readDir(site.servers.addresses.directories.done));
  assertEquals(days.length, 1);
  for (const manager of managers) assert(!/error/i.test(manager.log), manager.log);
});

siteTest("roles trust the CA they are given, and no other, behind STARTTLS", async () => {
  await using site = await Site.open((directory) => startServers(directory, { tls: true }));
  const ca = site.servers.prosody.caFile ?? "";
  const stranger = site.start("agent", { env: { AGENT_JABBER_TLS: "require" } });
  const secure = { JM_JABBER_TLS: "require", AGENT_JABBER_TLS: "require" };
  const env = { ...secure, JM_JABBER_CA_FILE: ca, AGENT_JABBER_CA_FILE: ca };
  await site.startRole("jobmanager", { env });
  await site.startRole("agent", { env });
  const [id = ""] = await site.submit({
    command: await site.file("job.sh", "#!/bin/sh\necho safe\n"),
  });
  await site.untilEnded([id]);
  await site.assertEndedOnce([id]);
  await stranger.logged(/certificate/i);
  assert(!/Online/.test(stranger.log), stranger.log);
});

siteTest("an agent asks for its first job soon after its start", async () => {
  await using site = await Site.open(startServers);
  await site.startRole("jobmanager");
  const tookMs: number[] = [];
  for (let start = 0; start < 6; start++) {
    const startMs = performance.now();
    await using agent = site.start("agent");
    assertMatch(await agent.logged(/Asking/), /jobmanager@/);
    tookMs.push(Math.round(performance.now() - startMs));
  }
  const [cold, ...warm] = tookMs;
  printLine(`First want_getJob: ${cold} ms after the first start, then ${warm.join(", ")} ms`);
});

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1000).toFixed(1);
}
