/** How a manager hands jobs out. The agents are moved by hand. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { GetJob, WantGetJob } from "../../lib/protocol/commands.ts";
import type { Hand } from "./_hand.ts";
import { MANAGER, type ManagerSetup, Site, type SiteOptions } from "./_site.ts";

const ABOUT = { agentHost: "vm", jdl: "[\n]\n" };
const WANT: WantGetJob = { command: "want_getJob", ...ABOUT };
const GET: GetJob = { command: "getJob", ...ABOUT };
/** A request of an agent of ours. */
const OUR_GET: GetJob = { ...GET, agentSoftware: "copilot-deno/1", agentSession: "s1" };

async function withManager(
  setup: ManagerSetup,
  test: (site: Site, agent: Hand, manager: ReturnType<Site["manager"]>) => Promise<void>,
  options: SiteOptions = {},
): Promise<void> {
  await using site = new Site(options);
  const manager = site.manager(setup);
  const agent = site.hand("agent", "a1");
  await site.pass(0);
  await test(site, agent, manager);
}

Deno.test("JobManager acknowledges want_getJob and says nothing when the queue is empty", () =>
  withManager({}, async (site, agent) => {
    const id = agent.say(MANAGER, WANT);
    await site.pass(60);
    assertEquals([agent.acks, agent.names], [[id], []]);
  }));

Deno.test("JobManager offers a job, with the file that it requires", async () => {
  for (const requireFile of [undefined, "/cvmfs/alice"]) {
    await withManager({ requireFile }, async (site, agent) => {
      await site.submit("one");
      agent.say(MANAGER, WANT);
      await site.pass(0);
      assertEquals(agent.last("have_getJob").command.requireFile, requireFile);
    });
  }
});

Deno.test("JobManager offers an agent the job that it holds, where its runJob was lost", () =>
  withManager({}, async (site, agent) => {
    await site.submit("one");
    await site.store.lease({
      agent: agent.jid,
      manager: MANAGER,
      leaseSeconds: 1000,
      unacknowledgedSeconds: 600,
    });
    assertEquals(await site.store.waiting(), 0);
    agent.say(MANAGER, WANT);
    await site.pass(0);
    assertEquals(agent.names, ["have_getJob"]);
    agent.say(MANAGER, GET);
    await site.pass(0);
    assertEquals(agent.last("runJob").command.job.id, "one");
  }));

Deno.test("JobManager acknowledges before it answers", () =>
  withManager({}, async (site, agent) => {
    await site.submit("one");
    agent.say(MANAGER, WANT);
    await site.pass(0);
    assertEquals(site.wire.by("manager"), ["ack", "have_getJob"]);
  }));

Deno.test("JobManager hands a job out with its token, and a directory of its own to an agent of ours", () =>
  withManager({}, async (site, agent) => {
    await site.submit("one", { arguments: "'2+ 2' | bc", environment: "A=b", wallTimeSeconds: 5 });
    agent.say(MANAGER, OUR_GET);
    await site.pass(0);
    const { job, jmJobData } = agent.last("runJob").command;
    assertEquals(jmJobData, "startedAt=1767225600####token=1####ownDirectory=1####");
    assertEquals([job.id, job.arguments, job.environment], ["one", "'2+ 2' | bc", "A=b"]);
    assertEquals(job.wallTimeSeconds, 5);
    assertEquals((await site.job("one")).state, "running");
    assertEquals((await site.job("one")).agent, agent.jid);
  }));

Deno.test("JobManager gives an agent of the original the job's own directory", () =>
  withManager({}, async (site, agent) => {
    await site.submit("one");
    agent.say(MANAGER, GET);
    await site.pass(0);
    assertEquals(
      agent.last("runJob").command.jmJobData,
      "startedAt=1767225600####token=1####",
    );
    const jmJobData = "startedAt=1767225600####token=1####";
    agent.say(MANAGER, { command: "getJobOutputDir", jobID: "one", agentHost: "vm", jmJobData });
    await site.pass(0);
    const { outputDir, outputChirpUrl } = agent.last("storeJobOutputDir").command;
    assertEquals([outputDir, outputChirpUrl], ["one", "chirp.localhost:9094"]);
  }));

Deno.test("JobManager sends an agent to sleep that asks too often, where a cooldown is set", () =>
  withManager({ cooldownSeconds: 60 }, async (site, agent) => {
    await site.submit("one");
    agent.say(MANAGER, WANT);
    await site.pass(30);
    assertEquals(agent.names, ["have_getJob"]);
    agent.say(MANAGER, WANT);
    await site.pass(29);
    assertEquals(agent.names, ["have_getJob", "sleep"]);
    await site.pass(2);
    agent.say(MANAGER, WANT);
    await site.pass(0);
    assertEquals(agent.names, ["have_getJob", "sleep", "have_getJob"]);
    const seen = await site.calls.call(["GET", "agentseen::agent"]);
    assertEquals(seen, `${Math.floor(site.clock.now() / 1000)}`);
  }));

Deno.test("JobManager has no cooldown unless told, and leaves no trace of one", () =>
  withManager({}, async (site, agent) => {
    await site.submit("one");
    for (let turn = 0; turn < 3; turn++) agent.say(MANAGER, WANT);
    await site.pass(0);
    assertEquals(agent.count("have_getJob"), 3);
    assertEquals(await site.calls.call(["KEYS", "agentseen*"]), []);
  }));

Deno.test("JobManager does its half alone in queue-only and storage-only mode", async () => {
  const requests = [
    WANT,
    GET,
    { command: "want_getJobOutputDir", jobID: "one", agentHost: "vm" },
    { command: "getJobOutputDir", jobID: "one", agentHost: "vm" },
  ] as const;
  const answers = {
    queue: ["have_getJob", "runJob"],
    storage: ["have_getJobOutputDir", "storeJobOutputDir"],
  };
  for (const mode of ["queue", "storage"] as const) {
    await withManager({ mode }, async (site, agent) => {
      await site.submit("one");
      for (const request of requests) {
        agent.say(MANAGER, request);
        await site.pass(0);
      }
      assertEquals([agent.acks.length, agent.names], [4, answers[mode]]);
    });
  }
});

Deno.test("JobManager gives an agent that asks twice the same unacknowledged lease", () =>
  withManager({}, async (site, agent) => {
    agent.acknowledges = false;
    await site.submit("one");
    await site.submit("two");
    agent.say(MANAGER, OUR_GET);
    await site.pass(1);
    agent.say(MANAGER, OUR_GET);
    await site.pass(1);
    const ids = agent.commands.map(({ command }) => command.command === "runJob" && command.job.id);
    assertEquals(ids, ["one", "one"]);
    assertEquals((await site.job("one")).token, 1);
    assertEquals((await site.job("two")).state, "waiting");
  }));

Deno.test("JobManager does not hand out a job twice for copies of one request", () =>
  withManager({}, async (site, agent) => {
    for (const id of ["one", "two", "three", "four"]) await site.submit(id);
    for (let copy = 0; copy < 6; copy++) agent.say(MANAGER, OUR_GET, { id: "same" });
    await site.pass(1);
    assertEquals([agent.count("runJob"), await site.store.waiting()], [1, 3]);
  }));

Deno.test("two managers on one JID and one queue never hand a job out twice", async () => {
  await using site = new Site();
  site.manager({ resource: "one" });
  site.manager({ resource: "two" });
  const agents = Array.from({ length: 8 }, (_, number) => site.hand(`agent${number}`));
  await site.pass(0);
  for (let number = 0; number < 5; number++) await site.submit(`job-${number}`);
  for (const agent of agents) agent.say(MANAGER, WANT);
  await site.pass(0);
  for (const agent of agents) agent.say(agent.last("have_getJob").from, OUR_GET);
  await site.pass(1);
  const given = agents.flatMap(({ commands }) =>
    commands.flatMap(({ command }) => command.command === "runJob" ? [command.job.id] : [])
  );
  assertEquals(given.sort(), ["job-0", "job-1", "job-2", "job-3", "job-4"]);
});

Deno.test("two managers that both hear getJob give one lease", async () => {
  await using site = new Site();
  site.manager({ resource: "one" });
  site.manager({ resource: "two" });
  const agent = site.hand("agent");
  await site.submit("one");
  await site.submit("two");
  await site.pass(0);
  agent.say(MANAGER, OUR_GET);
  await site.pass(1);
  const ids = agent.commands.map(({ command }) => command.command === "runJob" && command.job.id);
  assertEquals(ids, ["one", "one"]);
});

Deno.test("JobManager drops ids without a description and serves the next", () =>
  withManager({}, async (site, agent, manager) => {
    await site.submit("good");
    await site.calls.call(["RPUSH", "waiting_jobs", "ghost"]);
    agent.say(MANAGER, OUR_GET);
    await site.pass(0);
    assertEquals(agent.last("runJob").command.job.id, "good");
    assert(manager.log.records.some(({ message }) => message.includes("ghost")));
  }));

Deno.test("JobManager runs a job that the original's tool submitted", async () => {
  await using site = new Site();
  site.manager();
  await site.makeInput("perl");
  const description = "chirp.localhost:9094::::perl::::###run.sh::::run.sh::::::::::::::::";
  await site.calls.call(["SET", "job:perl:description", description]);
  await site.calls.call(["LPUSH", "waiting_jobs", "perl"]);
  site.agent();
  await site.pass(10);
  await site.assertEndedOnce("perl");
  assertEquals(await site.done.list("20260101"), ["perl.tgz"]);
});

Deno.test("JobManager hands out for good with leases off, as the original", () =>
  withManager({ leases: false }, async (site, agent) => {
    agent.acknowledges = false;
    await site.submit("one");
    agent.say(MANAGER, OUR_GET);
    await site.pass(1);
    const { jmJobData } = agent.last("runJob").command;
    assertMatch(jmJobData ?? "", /^startedAt=\d+####$/);
    await site.pass(100_000);
    assertEquals((await site.job("one")).state, "running");
    assertEquals(agent.count("Heartbeat:ping"), 0);
    await site.chirp.makeDirectory("one");
    await site.chirp.writeText("one/one.tgz", "output");
    const done = { command: "jobDone", jobID: "one", state: "ready", exitCode: "0" } as const;
    agent.say(MANAGER, { ...done, agentHost: "vm", jmJobData: "startedAt=1####wallTime=####" });
    await site.pass(0);
    await site.assertEndedOnce("one");
  }, { store: { leases: false } }));

Deno.test("JobManager stops although its server was never reached", async () => {
  await using site = new Site();
  site.broker.stop();
  const manager = site.manager();
  await site.pass(10);
  await manager.stop();
});

Deno.test("JobManager ends with an error when its link is closed for good", async () => {
  await using site = new Site();
  const manager = site.manager();
  await site.pass(1);
  site.closeAccounts();
  await site.pass(10);
  assertEquals(await manager.running.then(() => "quietly", ({ name }) => name), "LinkRefusedError");
});
