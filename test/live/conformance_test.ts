/** The conformance suite on Prosody, redis-server and chirp_server, as its users run it. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import type { RunResult } from "../../tools/conformance/result.ts";
import { Site, siteTest, startServers } from "./_site.ts";

const TOOL = fromFileUrl(new URL("../../tools/conformance.ts", import.meta.url));
const CONFIG = fromFileUrl(new URL("../../deno.json", import.meta.url));
/** Accounts to play with: agent-20 and following, which no role of the site uses. */
const PLAYERS = Array.from({ length: 14 }, (_, index) => `agent-${index + 20}:the-password`);

type RealSite = Site<Awaited<ReturnType<typeof startServers>>>;

/** Runs the suite; returns its exit code and its result. */
async function runSuite(
  site: RealSite,
  flags: readonly string[],
): Promise<{ readonly code: number; readonly result: RunResult; readonly stderr: string }> {
  const { hostname, domain, ports, directories } = site.servers.addresses;
  const accounts = await site.file("accounts", PLAYERS.join("\n"));
  await Deno.mkdir(directories.done, { recursive: true });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "-A", "--config", CONFIG, TOOL, "--json"],
      ...[`--server=${hostname}:${ports.xmpp}`, `--domain=${domain}`, `--accounts=${accounts}`],
      ...[`--redis=${hostname}:${ports.redis}`, `--chirp=${hostname}:${ports.chirp}`],
      ...[`--chirp-dir=${directories.chirp}`, `--done-dir=${directories.done}`],
      ...flags,
    ],
  }).output();
  const decoder = new TextDecoder();
  const line = decoder.decode(stdout).trimEnd().split("\n").at(-1) ?? "";
  const result = line.startsWith("{") ? JSON.parse(line) : { results: [] };
  return { code, result, stderr: decoder.decode(stderr) };
}

/** What did not pass, but for cases that need `--slow`. */
function troubles({ results }: RunResult): string[] {
  return results
    .filter(({ status, message }) => status !== "passed" && !message.endsWith("--slow"))
    .map(({ id, status, message }) => `${id} ${status}: ${message}`);
}

/** Names in a folder, without the server's own files. */
async function entriesOf(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.filter((name) => !name.startsWith(".__"));
}

siteTest("our roles on real servers keep every rule, and no job is left behind", async () => {
  await using site = await Site.open(startServers);
  const { code, result, stderr } = await runSuite(site, ["--strict"]);
  assertEquals([troubles(result), code], [[], 0], stderr);
  assert(result.passed >= 250, `Only ${result.passed} cases passed`);
  assertEquals(result.leftovers, []);
  assertEquals(await site.store.waiting(), 0);
  assertEquals(await site.store.list(), []);
  assertEquals(await entriesOf(site.servers.addresses.directories.chirp), []);
});

siteTest(
  "a deployed manager keeps the rules by its JID; somebody's jobs are not touched",
  async () => {
    await using site = await Site.open(startServers);
    const { domain } = site.servers.addresses;
    const manager = `--manager=jobmanager@${domain}`;
    await site.startRole("jobmanager");
    const topics = ["job/getJob", "output/getJobOutputDir", "queue/redis", "delivery/ack"];
    const flags = [manager, ...topics.map((topic) => `--only=${topic}`)];
    const first = await runSuite(site, flags);
    assertEquals([troubles(first.result), first.code], [[], 0], first.stderr);
    assertEquals([first.result.leftovers, await site.store.list()], [[], []]);
    const [id = ""] = await site.submit({ command: await site.file("x.sh", "#!/bin/sh\n") });
    const second = await runSuite(site, [manager, "--only=job/getJob"]);
    const statuses = new Set(second.result.results.map(({ status }) => status));
    assertEquals([[...statuses], second.code], [["skipped"], 0]);
    assertEquals((await site.job(id)).state, "waiting");
  },
);

siteTest("a deployed agent keeps the rules by its JID; the suite is its manager", async () => {
  await using site = await Site.open(startServers);
  const { domain } = site.servers.addresses;
  await site.startRole("agent");
  const { code, result, stderr } = await runSuite(site, [
    `--agent=agent@${domain}`,
    "--manager-account=jobmanager:the-password",
    ...["agent/runJob", "agent/jobDone", "redirect"].map((topic) => `--only=${topic}`),
  ]);
  assertEquals([troubles(result), code], [[], 0], stderr);
  assertEquals(await entriesOf(site.servers.addresses.directories.chirp), []);
});

siteTest("whom nobody answers is unreachable: exit code 3", async () => {
  await using site = await Site.open(startServers);
  const { domain } = site.servers.addresses;
  const { code, stderr } = await runSuite(site, [`--manager=nobody@${domain}`]);
  assertEquals(code, 3, stderr);
  const refused = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "-A", "--config", CONFIG, TOOL, "--server=127.0.0.1:1"],
      "--account=a:b",
      `--junit=${join(site.directory, "none.xml")}`,
    ],
    stdout: "null",
    stderr: "null",
  }).output();
  assertEquals(refused.code, 3);
});
