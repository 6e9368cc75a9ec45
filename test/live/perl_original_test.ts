/** The Perl original and ours in pairs, on Prosody, redis-server and chirp_server. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { isFinal } from "../../lib/jobs/job_state.ts";
import { assertEnded } from "../tools/_tool_site.ts";
import { ALL_CASES } from "../../tools/conformance/cases/all_cases.ts";
import type { RunResult } from "../../tools/conformance/result.ts";
import { runSuite, siteFlags } from "./_conformance_run.ts";
import { originalTest, type PerlSite } from "./_perl_original.ts";
import { KEY_MANAGER } from "./_perl_secure.ts";
import { run, type Site } from "./_site.ts";

/** Longest wait for an archive, and the time between two looks, in milliseconds. */
const ARCHIVE_MS = 60_000;
const LOOK_MS = 100;

/** Text of a file in a job's archive, once a manager has moved that to the done directory. */
async function outputOf(site: Site, id: string, file = "stdout"): Promise<string> {
  const { done } = site.servers.addresses.directories;
  const end = Date.now() + ARCHIVE_MS;
  while (Date.now() < end) {
    for await (const { name } of Deno.readDir(done)) {
      const archive = join(done, name, `${id}.tgz`);
      if (await Deno.stat(archive).then(() => true, () => false)) {
        return await run("tar", "-xzOf", archive, `./${file}`);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`Waited ${ARCHIVE_MS} ms in vain for the output of job ${id}`);
}

/** Submits a job of ours that prints a word. */
async function submitEcho({ site }: PerlSite, word: string): Promise<string> {
  const [id = ""] = await site.submit({
    command: await site.file(`${word}.sh`, `#!/bin/sh\necho ${word}\n`),
  });
  return id;
}

originalTest("the original's agent runs the jobs of our manager", async (perl) => {
  const { site, ours } = perl;
  const command = await site.file(
    "job.sh",
    '#!/bin/sh\nfor a in "$@"; do echo "<$a>"; done\necho $WORD\nexit $CODE\n',
  );
  const validation = await site.file("check.sh", "#!/bin/sh\ngrep -q 'two words' stdout\n");
  const submitted = await Promise.all([
    site.submit({ command, arguments: `'two words' "$WORD" & wait`, environment: "WORD=x" }),
    site.submit({ command, environment: "export CODE=3" }),
    site.submit({ command, arguments: "'two words'", validationScript: validation }),
    site.submit({ command, arguments: "'one'", validationScript: validation }),
  ]);
  const ids = submitted.flat();
  await site.startRole("jobmanager", { env: ours });
  perl.start("copilot-agent");
  await site.until(ids, isFinal);
  const jobs = await Promise.all(ids.map((id) => site.job(id)));
  assertEquals(
    jobs.map(({ state, exitCode, validateExitCode, attempts }) => {
      return [state, exitCode, validateExitCode, attempts];
    }),
    [
      ["succeeded", 0, undefined, 1],
      ["failed", 768, undefined, 1],
      ["succeeded", 0, 0, 1],
      ["failed", 0, 256, 1],
    ],
  );
  assertEquals(await outputOf(site, ids[0] ?? ""), "<two words>\n<x>\n\n");
});

originalTest("the original's agent keeps its lease through a long job", async (perl) => {
  const { site, ours } = perl;
  const [id = ""] = await site.submit({ command: await site.file("l.sh", "#!/bin/sh\nsleep 9\n") });
  // Silent for three seconds means a ping, for three more that the agent is gone.
  await site.startRole("jobmanager", { env: ours });
  perl.start("copilot-agent");
  await site.until([id], isFinal);
  const { state, attempts } = await site.job(id);
  assertEquals([state, attempts], ["succeeded", 1]);
});

originalTest(
  "our agent runs jobs of the original's manager, from either submit tool",
  async (perl) => {
    const { site, ours } = perl;
    await Deno.mkdir(site.servers.addresses.directories.done);
    await perl.startManager();
    // The original hands the last one out first, and sends an account to sleep that asks twice a minute.
    const [first, second] = [await submitEcho(perl, "ours"), await perl.submit("echo theirs")];
    await site.startRole("agent", { env: ours });
    assertEquals(await outputOf(site, second), "theirs\n");
    await site.startRole("agent", { env: { ...ours, AGENT_JABBER_ID: "agent-2" } });
    assertEquals(await outputOf(site, first), "ours\n");
    assertEquals(await site.store.reconcile(10), [first]);
  },
);

originalTest("our manager and the original's serve one queue from one JID", async (perl) => {
  const { site, ours } = perl;
  await Deno.mkdir(site.servers.addresses.directories.done);
  await perl.startManager();
  await site.startRole("jobmanager", { env: { ...ours, JM_LEASES: "off" } });
  const jobs = [await submitEcho(perl, "ours"), await perl.submit("echo theirs")];
  perl.start("copilot-agent");
  await site.startRole("agent", { env: { ...ours, AGENT_JABBER_ID: "agent-2" } });
  const outputs = await Promise.all(jobs.map((id) => outputOf(site, id)));
  assertEquals(outputs, ["ours\n", "theirs\n"]);
  assertEquals(await site.store.waiting(), 0);
});

/** Runs a job with either implementation's agent, one after the other; neither manager alone could serve it. */
async function assertBothAgentsServed(perl: PerlSite): Promise<void> {
  const { site, ours } = perl;
  const first = await submitEcho(perl, "theirs");
  const agent = perl.start("copilot-agent");
  assertEquals(await outputOf(site, first), "theirs\n");
  await agent.kill();
  const second = await submitEcho(perl, "ours");
  await site.startRole("agent", { env: { ...ours, AGENT_JABBER_ID: "agent-2" } });
  assertEquals(await outputOf(site, second), "ours\n");
  assertEquals(await site.store.waiting(), 0);
}

for (const [theirs, own] of [["QUEUE", "STORAGE"], ["STORAGE", "QUEUE"]] as const) {
  const halves = `${theirs.toLowerCase()}-only manager and our ${own.toLowerCase()}-only one`;
  originalTest(`the original's ${halves} share a JID`, async (perl) => {
    const { site, ours } = perl;
    await Deno.mkdir(site.servers.addresses.directories.done);
    await perl.startManager({ [`JM_${theirs}_ONLY_MODE_ON`]: "1" });
    const env = { ...ours, JM_LEASES: "off", [`JM_${own}_ONLY_MODE_ON`]: "1" };
    await site.startRole("jobmanager", { env });
    await assertBothAgentsServed(perl);
  });
}

originalTest("our manager redirects agents with their output to the original's", async (perl) => {
  const { site, ours } = perl;
  const { domain, directories } = site.servers.addresses;
  await Deno.mkdir(directories.done);
  await perl.startManager({ JM_JABBER_ID: "agent-4", JM_STORAGE_ONLY_MODE_ON: "1" });
  const env = { ...ours, JM_LEASES: "off", JM_REDIRECT_STORAGE_TO: `agent-4@${domain}` };
  await site.startRole("jobmanager", { env });
  await assertBothAgentsServed(perl);
});

originalTest(
  "either agent and the other manager speak behind STARTTLS with TLS 1.2",
  async (perl) => {
    const { site, ours } = perl;
    await Deno.mkdir(site.servers.addresses.directories.done);
    const manager = await site.startRole("jobmanager", {
      env: { ...ours, JM_JABBER_TLS: "require" },
    });
    const id = await submitEcho(perl, "safe");
    const agent = perl.start("copilot-agent");
    assertEquals(await outputOf(site, id), "safe\n");
    await manager.kill();
    await agent.kill();
    // The other way round, with accounts that have not asked its manager in the last minute.
    await perl.startManager();
    const next = await submitEcho(perl, "safe too");
    const env = { ...ours, AGENT_JABBER_ID: "agent-2", AGENT_JABBER_TLS: "require" };
    await site.startRole("agent", { env });
    assertEquals(await outputOf(site, next), "safe too\n");
  },
  { tls: true },
);

originalTest("Heartbeat asks and answers across both", async (perl) => {
  const { site, ours } = perl;
  const { domain } = site.servers.addresses;
  await perl.startManager();
  await site.startRole("agent", { env: ours });
  const list = site.start("heartbeat", { args: ["systemLoad", "--json"], env: ours });
  const listed = await list.end();
  assertEnded(listed, 0);
  const { answers, silent } = listed.json<{
    readonly answers: readonly unknown[];
    readonly silent: readonly unknown[];
  }>();
  assertEquals([answers.length, silent.length], [2, 0], listed.stdout);
  const manager = await site.startRole("jobmanager", {
    env: { ...ours, JM_JABBER_RESOURCE: "ours" },
  });
  const asked = perl.start("copilot-heartbeat", ["systemLoad", `jobmanager@${domain}/ours`]);
  assertMatch(await asked.printed(/^ours\t/), /^ours(\t+\d+\.\d\d){3}$/);
  assert(manager !== undefined);
});

/** Cases in which the original is known to differ. */
const KNOWN = new Set(ALL_CASES.flatMap(({ id, known }) => known?.perl === undefined ? [] : [id]));

/** Judges a run against the original: nothing fails that is not known, and all that is known still differs. */
async function assertJudged({ site }: PerlSite, run: Judged, least: number): Promise<void> {
  const { code, result, stderr } = run;
  const failed = result.results.filter(({ status }) => status === "failed");
  assertEquals([failed.map(({ id, message }) => `${id}: ${message}`), code], [[], 0], stderr);
  assertMatch(result.implementation, /^perl, /);
  assert(result.passed >= least, `Only ${result.passed} cases passed`);
  const mended = result.results.filter(({ id, status }) => status === "passed" && KNOWN.has(id));
  assertEquals(mended.map(({ id }) => id), []);
  assertEquals([result.leftovers, await site.store.list()], [[], []]);
}

type Judged = Awaited<ReturnType<typeof runSuite>>;

/** Runs the suite against the original: it must find it out, and find nothing that is not known. */
async function assertConforms(
  perl: PerlSite,
  least: number,
  ...flags: readonly string[]
): Promise<void> {
  await assertJudged(perl, await runSuite(perl.site, flags), least);
}

originalTest("the original's manager keeps the rules but for known differences", async (perl) => {
  await perl.startManager();
  const { domain } = perl.site.servers.addresses;
  await assertConforms(perl, 130, `--manager=jobmanager@${domain}`);
});

originalTest("the original's agent keeps the rules but for known differences", async (perl) => {
  perl.start("copilot-agent");
  const { domain } = perl.site.servers.addresses;
  const account = "--manager-account=jobmanager:the-password";
  await assertConforms(perl, 75, `--agent=agent-1@${domain}`, account);
});

originalTest("the original's components of a room are known as such", async (perl) => {
  await perl.startManager();
  const { rooms } = perl.site.servers.addresses;
  await assertConforms(perl, 10, `--heartbeat=pilots-lounge@${rooms}`);
});

/** Flags for peers that take tickets of the site's key manager. */
function secureFlags(perl: PerlSite): string[] {
  return [
    `--public-keys=${perl.keyFile("public-keys")}`,
    `--ticket-issuer=${perl.keyManager}`,
    `--key=${perl.keyManager}=${perl.keyFile("key-manager.priv")}`,
  ];
}

originalTest("the original's secure manager refuses what it should", async (perl) => {
  const manager = await perl.startManager();
  const { domain } = perl.site.servers.addresses;
  await assertConforms(perl, 20, `--manager=jobmanager@${domain}`, ...secureFlags(perl));
  assert(!/^DYING|not well-formed/m.test(manager.log), manager.log);
}, { secure: true });

originalTest(
  "the original's key manager gives tickets and refuses what it should",
  async (perl) => {
    await perl.startKeyManager();
    const keys = `--public-keys=${perl.keyFile("public-keys")}`;
    await assertConforms(perl, 10, `--keymanager=${perl.keyManager}`, keys);
  },
  { secure: true },
);

originalTest("the original's secure agent asks with its ticket and runs a job", async (perl) => {
  const { site } = perl;
  const { domain } = site.servers.addresses;
  const suite = site.start("conformance", {
    args: [
      ...await siteFlags(site),
      ...secureFlags(perl),
      "--json",
      `--agent=agent-1@${domain}`,
      "--manager-account=jobmanager/suite:the-password",
      `--account=${KEY_MANAGER}:the-password`,
      `--key=jobmanager@${domain}=${perl.keyFile("manager.priv")}`,
    ],
  });
  // It asks for its ticket once in its life: somebody must hear it.
  await suite.logged(/Waiting for agent-1@/);
  const agent = perl.start("copilot-agent");
  const { code, stderr, json } = await suite.end();
  await assertJudged(perl, { code, stderr, result: json<RunResult>() }, 5);
  assertMatch(agent.log, /Ticket is stored/);
}, { secure: true });
