/** The conformance suite on Prosody, redis-server and chirp_server, as its users run it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { eventually } from "../_eventually.ts";
import { type Program, runProgram } from "../tools/_program.ts";
import type { RunResult } from "../../tools/conformance/result.ts";
import { PLAYERS, type RealSite, runSuite, siteFlags, SUITE } from "./_conformance_run.ts";
import { run, Site, siteTest, startServers } from "./_site.ts";

/** What did not pass, but for cases that need `--slow` or a site of their own. */
function troubles({ results }: RunResult): string[] {
  return results
    .filter(({ status, message }) =>
      status !== "passed" && !/(--slow|on the embedded site only)$/.test(message)
    )
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

/** Makes a key pair for an account of the site; returns the path of its private key. */
async function makeKey(
  site: RealSite,
  user: string,
  list: string,
  type: "rsa" | "x25519",
): Promise<string> {
  const jid = `${user}@${site.servers.addresses.domain}`;
  const out = join(site.directory, `${user}-${type}`);
  const bits = type === "rsa" ? ["--bits=2048"] : [];
  const flags = [`--jid=${jid}`, `--out=${out}`, `--append-to=${list}`, `--type=${type}`, ...bits];
  const result = await runProgram("keygen", { args: flags });
  assertEquals(result.code, 0, result.stderr);
  return `${out}.priv`;
}

function settings(lines: Readonly<Record<string, string>>): string[] {
  return Object.entries(lines).map(([name, value]) => `--set=${name}=${value}`);
}

siteTest("deployed peers in secure mode keep the rules: manager, key manager, agent", async () => {
  await using site = await Site.open(startServers);
  const { domain, hostname, ports } = site.servers.addresses;
  const list = join(site.directory, "public-keys");
  const [km, other] = ["agent-44", "agent-45"];
  const kmKey = await makeKey(site, km, list, "rsa");
  const jmKey = await makeKey(site, "jobmanager", list, "rsa");
  const common = { PUBLIC_KEYS_FILE: list, KM_JABBER_ADDRESS: `${km}@${domain}` };
  await site.startRole("jobmanager", {
    args: settings({ JM_SECURE_MODE: "1", JM_PRIVATE_KEY_FILE: jmKey, ...common }),
  });
  const issuer = [`--ticket-issuer=${km}@${domain}`, `--key=${km}@${domain}=${kmKey}`];
  const manager = await runSuite(site, [
    `--manager=jobmanager@${domain}`,
    `--public-keys=${list}`,
    ...issuer,
    "--only=secure",
  ]);
  assertEquals([troubles(manager.result), manager.code], [[], 0], manager.stderr);
  assert(manager.result.passed >= 25, `Only ${manager.result.passed} cases passed`);

  const keyManager = site.start("keymanager", {
    args: settings({
      KM_JABBER_SERVER: hostname,
      KM_JABBER_PORT: `${ports.xmpp}`,
      KM_JABBER_DOMAIN: domain,
      KM_JABBER_ID: km,
      KM_JABBER_PASSWORD: "the-password",
      KM_PRIVATE_KEY_FILE: kmKey,
      KM_CREDENTIAL: "let-me-in",
    }),
  });
  await keyManager.logged(/Online as/);
  const office = await runSuite(site, [
    `--keymanager=${km}@${domain}`,
    `--public-keys=${list}`,
    "--credential=let-me-in",
  ]);
  assertEquals([troubles(office.result), office.code], [[], 0], office.stderr);
  assert(office.result.passed >= 13, `Only ${office.result.passed} cases passed`);

  const secondKm = await makeKey(site, other, list, "rsa");
  const secondJm = await makeKey(site, "agent-46", list, "rsa");
  await site.startRole("agent", {
    args: settings({
      AGENT_SECURE_MODE: "1",
      PUBLIC_KEYS_FILE: list,
      KM_JABBER_ADDRESS: `${other}@${domain}`,
      JM_JABBER_ADDRESS: `agent-46@${domain}`,
    }),
  });
  const agent = await runSuite(site, [
    `--agent=agent@${domain}`,
    "--manager-account=agent-46:the-password",
    `--account=${other}:the-password`,
    `--ticket-issuer=${other}@${domain}`,
    `--key=${other}@${domain}=${secondKm}`,
    `--key=agent-46@${domain}=${secondJm}`,
    "--only=secure",
  ]);
  assertEquals([troubles(agent.result), agent.code], [[], 0], agent.stderr);
  assert(agent.result.passed >= 11, `Only ${agent.result.passed} cases passed`);
});

siteTest("deployed peers in sealed mode keep the rules: manager, agent", async () => {
  await using site = await Site.open(startServers);
  const { domain } = site.servers.addresses;
  const [ofManager, ofSuite] = ["manager", "suite"].map((name) => join(site.directory, name));
  assert(ofManager !== undefined && ofSuite !== undefined);
  const jmKey = await makeKey(site, "jobmanager", ofSuite, "x25519");
  const agentKey = await makeKey(site, "agent", ofSuite, "x25519");
  const own = await makeKey(site, "agent-47", ofManager, "x25519");
  const [line = ""] = (await Deno.readTextFile(ofManager)).split("\n");
  const users = [...PLAYERS.map((account) => account.split(":")[0] ?? ""), "agent-47"];
  const lines = users.map((user) => line.replace("agent-47@", `${user}@`));
  await Deno.writeTextFile(ofManager, lines.join("\n"));
  await site.startRole("jobmanager", {
    args: settings({ JM_SEALED_KEY_FILE: jmKey, SEALED_PEERS_FILE: ofManager }),
  });
  const keys = [`--sealed-key=${own}`, `--sealed-peers=${ofSuite}`];
  const manager = await runSuite(site, [
    `--manager=jobmanager@${domain}`,
    ...keys,
    "--only=sealed",
  ]);
  assertEquals([troubles(manager.result), manager.code], [[], 0], manager.stderr);
  assert(manager.result.passed >= 15, `Only ${manager.result.passed} cases passed`);
  await site.startRole("agent", {
    args: settings({
      AGENT_SEALED_KEY_FILE: agentKey,
      SEALED_PEERS_FILE: ofManager,
      JM_JABBER_ADDRESS: `agent-47@${domain}`,
    }),
  });
  const agent = await runSuite(site, [
    `--agent=agent@${domain}`,
    "--manager-account=agent-47:the-password",
    ...keys,
    "--only=sealed",
  ]);
  assertEquals([troubles(agent.result), agent.code], [[], 0], agent.stderr);
  assert(agent.result.passed >= 6, `Only ${agent.result.passed} cases passed`);
});

siteTest("whom nobody answers is unreachable: exit code 3", async () => {
  await using site = await Site.open(startServers);
  const { domain } = site.servers.addresses;
  const { code, stderr } = await runSuite(site, [`--manager=nobody@${domain}`]);
  assertEquals(code, 3, stderr);
  const refused = await new Deno.Command(Deno.execPath(), {
    args: [
      ...SUITE,
      "--server=127.0.0.1:1",
      "--account=a:b",
      `--junit=${join(site.directory, "none.xml")}`,
    ],
    stdout: "null",
    stderr: "null",
  }).output();
  assertEquals(refused.code, 3);
});

/** All keys of a site's Redis. */
async function keysOf({ servers }: RealSite): Promise<string[]> {
  const { hostname, ports } = servers.addresses;
  const address = ["-h", hostname, "-p", `${ports.redis}`];
  return (await run("redis-cli", ...address, "KEYS", "*")).split("\n").filter((key) => key !== "");
}

/** Starts a run against our manager and waits until it has a job in the queue. */
async function startAndMeetJob(site: RealSite): Promise<Program> {
  const { domain } = site.servers.addresses;
  await site.startRole("jobmanager");
  const cases = ["job/", "output/", "queue/"].map((topic) => `--only=${topic}`);
  const args = [...await siteFlags(site), `--manager=jobmanager@${domain}`, ...cases];
  const suite = site.start("conformance", { args });
  await suite.printed(/^Conformance of/);
  await eventually(
    "a job",
    async () => (await keysOf(site)).some((key) => /^job:.*:description$/.test(key)),
  );
  return suite;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  siteTest(`a run that ${signal} interrupts takes its jobs away before it ends`, async () => {
    await using site = await Site.open(startServers);
    const suite = await startAndMeetJob(site);
    suite.signal(signal);
    const { code, stdout, stderr } = await suite.end();
    assertEquals(code, 130, stderr);
    assertMatch(stderr, /Interrupted: clears away/);
    assertMatch(stdout, /skipped: The run was interrupted/);
    assertEquals((await keysOf(site)).filter((key) => key.startsWith("job:")), []);
    assertEquals([await site.store.waiting(), await site.store.list()], [0, []]);
    assertEquals(await entriesOf(site.servers.addresses.directories.chirp), []);
  });
}

siteTest("a run that is interrupted twice ends at once and names what it leaves", async () => {
  await using site = await Site.open(startServers);
  const suite = await startAndMeetJob(site);
  suite.signal("SIGINT");
  suite.signal("SIGTERM");
  const { code, stderr } = await suite.end();
  assertEquals(code, 130, stderr);
  const left = (await site.store.list()).map(({ id }) => id);
  assertEquals(left.filter((id) => !stderr.includes(`Left behind: job:${id}:description`)), []);
});
