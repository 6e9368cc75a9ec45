/** When a lease ends, and when it does not. The agents are moved by hand. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { JobDone, RunJob } from "../../../lib/protocol/commands.ts";
import type { JobStore } from "../../../lib/jobs/job_store.ts";
import { silentLogger } from "../../../lib/log.ts";
import { LeaseKeeper } from "../../../roles/jobmanager/lease_keeper.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { Life } from "../_mortal.ts";
import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Hand } from "../_hand.ts";
import { MANAGER, type ManagerSetup, Site } from "../_site.ts";

const GET = {
  command: "getJob",
  agentHost: "vm",
  jdl: "[\n]\n",
  agentSoftware: "copilot-deno/1",
  agentSession: "s1",
} as const;

/** Lets an agent take the next job; returns its command. */
async function takeJob(site: Site, agent: Hand, session = "s1"): Promise<RunJob> {
  agent.say(MANAGER, { ...GET, agentSession: session });
  await site.pass(0);
  return agent.last("runJob").command;
}

function report({ job, jmJobData }: RunJob, more: Partial<JobDone> = {}): JobDone {
  return {
    command: "jobDone",
    jobID: job.id,
    state: "ready",
    exitCode: "0",
    agentHost: "vm",
    ...(jmJobData === undefined ? {} : { jmJobData }),
    ...more,
  };
}

async function withJob(
  setup: ManagerSetup,
  test: (
    scene: { site: Site; agent: Hand; run: RunJob; manager: ReturnType<Site["manager"]> },
  ) => Promise<void>,
): Promise<void> {
  await using site = new Site();
  const manager = site.manager(setup);
  const agent = site.hand("agent", "a1");
  await site.pass(0);
  await site.submit("one");
  const run = await takeJob(site, agent);
  await test({ site, agent, run, manager });
}

Deno.test("a silent agent is pinged and loses its job after the time of silence, not before", () =>
  withJob({}, async ({ site, agent }) => {
    await site.submit("two");
    agent.acknowledges = false;
    await site.pass(590);
    assertEquals(agent.count("Heartbeat:ping"), 0);
    await site.pass(600);
    assert(agent.count("Heartbeat:ping") > 1);
    assertEquals((await site.job("one")).state, "running");
    await site.pass(20);
    assertEquals(await site.events("one"), ["submitted", "leased", "started", "requeued"]);
    const { reason, state } = await site.job("one");
    assertEquals(state, "waiting");
    assertStringIncludes(reason ?? "", "silent for 600 s");
    // It goes back to the head of the queue.
    const other = site.hand("other");
    await site.pass(0);
    assertEquals((await takeJob(site, other)).job.id, "one");
  }));

Deno.test("agents beyond one page of leases are asked in the same sweep", async () => {
  const asked: string[] = [];
  const pages: number[] = [];
  const silent = Array.from({ length: 2500 }, (_, index) => ({
    id: `job${index}`,
    token: 1,
    agent: `agent${index}@localhost/vm`,
    seenMs: 0,
    deadlineMs: 0,
  }));
  const keeper = new LeaseKeeper({
    store: {
      silentLeases: (_seconds: number, limit: number, offset = 0) => {
        pages.push(offset);
        return Promise.resolve(silent.slice(offset, offset + limit));
      },
      expiredLeases: () => Promise.resolve([]),
    } as unknown as JobStore,
    silenceSeconds: 600,
    leaseSeconds: 86_400,
    ping: (agent) => asked.push(agent),
    findDelivered: () => Promise.resolve(false),
    onTakenBack: () => {},
    clock: new VirtualClock(),
    log: silentLogger,
  });
  keeper.online();
  assertEquals(await keeper.sweep(), 0);
  assertEquals([asked.length, new Set(asked).size, pages], [2500, 2500, [0, 1000, 2000]]);
});

Deno.test("any sign of life keeps a lease", () =>
  withJob({ leaseSeconds: 3600 }, async ({ site, agent }) => {
    // Pings are acknowledged, and that is all.
    await site.pass(10_000);
    assertEquals((await site.job("one")).state, "running");
    assert(agent.count("Heartbeat:ping") >= 10);
    agent.acknowledges = false;
    for (let turn = 0; turn < 20; turn++) {
      agent.say(MANAGER, { command: "pong" }, { noack: true });
      await site.pass(500);
    }
    assertEquals((await site.job("one")).state, "running");
  }));

Deno.test("a lease shorter than the time of silence is kept by its agent, too", () =>
  withJob({ leaseSeconds: 60 }, async ({ site, agent }) => {
    await site.pass(3600);
    assertEquals((await site.job("one")).state, "running");
    agent.acknowledges = false;
    await site.pass(200);
    assertEquals((await site.job("one")).state, "waiting");
  }));

Deno.test("a job whose runJob was never acknowledged goes to somebody else, its agent alive or not", async () => {
  await using site = new Site();
  site.manager();
  const agent = site.hand("agent");
  agent.acknowledges = false;
  await site.pass(0);
  await site.submit("one");
  await takeJob(site, agent);
  for (let turn = 0; turn < 80; turn++) {
    agent.say(MANAGER, { command: "pong" }, { noack: true });
    await site.pass(10);
  }
  assertEquals(await site.events("one"), ["submitted", "leased", "requeued"]);
  assertEquals(site.wire.all("runJob").every(({ atMs }) => atMs < 600_000 + 1767225600_000), true);
});

Deno.test("an agent that was started anew under its JID loses the job of its earlier life", () =>
  withJob({}, async ({ site, agent }) => {
    await site.submit("two");
    const second = await takeJob(site, agent, "s2");
    assertEquals(second.job.id, "two");
    await site.pass(800);
    assertEquals((await site.job("one")).state, "waiting");
    assertEquals((await site.job("two")).state, "running");
  }));

Deno.test("a job that is taken back too often fails, and says why", async () => {
  await using site = new Site();
  site.manager();
  await site.submit("one", { maxAttempts: 3 });
  for (let attempt = 1; attempt <= 3; attempt++) {
    const agent = site.hand(`agent${attempt}`);
    await site.pass(0);
    await takeJob(site, agent);
    await agent.leave();
    await site.pass(1300);
  }
  const { state, attempts, reason } = await site.job("one");
  assertEquals([state, attempts], ["failed", 3]);
  assertStringIncludes(reason ?? "", "agent3@localhost/hand has been silent");
});

Deno.test("nothing is taken back while the link is down, nor within the time of silence after", () =>
  withJob({ leaseSeconds: 1000 }, async ({ site, agent }) => {
    site.broker.stop();
    await agent.leave();
    await site.pass(5000);
    assertEquals((await site.job("one")).state, "running");
    site.broker.start();
    await site.pass(60 + 590);
    assertEquals((await site.job("one")).state, "running");
    await site.pass(800);
    assertEquals((await site.job("one")).state, "waiting");
  }));

Deno.test("nothing is taken back while Redis is down, nor within the time of silence after", () =>
  withJob({ leaseSeconds: 1000 }, async ({ site, agent }) => {
    site.redisIsDown = true;
    await site.pass(5000);
    site.redisIsDown = false;
    await site.pass(500);
    assertEquals((await site.job("one")).state, "running");
    // The agent answers its pings, so that it keeps the job for good.
    await site.pass(5000);
    assertEquals((await site.job("one")).state, "running");
    agent.acknowledges = false;
    await site.pass(1300);
    assertEquals((await site.job("one")).state, "waiting");
  }));

Deno.test("the start of a job is stored after all when Redis was down as it was acknowledged", async () => {
  await using site = new Site();
  site.manager();
  const agent = site.hand("agent");
  agent.acknowledges = false;
  await site.pass(0);
  await site.submit("one");
  await takeJob(site, agent);
  site.redisIsDown = true;
  agent.acknowledge(agent.last("runJob"));
  agent.acknowledges = true;
  await site.pass(2000);
  site.redisIsDown = false;
  await site.pass(3000);
  assertEquals(await site.events("one"), ["submitted", "leased", "started"]);
});

Deno.test("a job is completed, not run again, when its output and status lie there already", () =>
  withJob({}, async ({ site, agent, run }) => {
    agent.say(MANAGER, {
      command: "getJobOutputDir",
      jobID: "one",
      agentHost: "vm",
      ...(run.jmJobData === undefined ? {} : { jmJobData: run.jmJobData }),
    });
    await site.pass(0);
    assertEquals(agent.last("storeJobOutputDir").command.outputDir, "one.1");
    await site.chirp.writeText("one.1/one.tgz", "output");
    await site.chirp.writeText("one.1/one.status", "exitCode=768####wallTime=1.5####");
    await agent.leave();
    await site.pass(1300);
    const { state, exitCode, archive, wallSeconds } = await site.job("one");
    assertEquals([state, exitCode, archive, wallSeconds], ["failed", 768, "20260101/one.tgz", 1.5]);
    assertEquals(await site.chirp.exists("one.1"), false);
  }));

Deno.test("a status file that cannot be read keeps no job from being taken back", async () => {
  const spoil = [
    (site: Site) => site.chirp.writeBytes("one.1/one.status", new Uint8Array(2 ** 20 + 1)),
    (site: Site) => site.chirp.makeDirectory("one.1/one.status"),
    (site: Site) => site.chirp.writeText("one.1/one.status", "exitCode=-1####"),
    (site: Site) => site.chirp.writeText("one.1/one.status", "wallTime=1####exitCode=76"),
    (site: Site) => site.chirp.link("one.1/one.status", "/etc/passwd"),
  ];
  for (const [number, place] of spoil.entries()) {
    await withJob({}, async ({ site, agent }) => {
      const other = site.hand("other");
      await site.pass(0);
      await site.submit("two");
      await takeJob(site, other);
      await site.chirp.makeDirectory("one.1");
      await place(site);
      await agent.leave();
      await other.leave();
      await site.pass(1500);
      assertEquals((await site.job("two")).state, "waiting", `file ${number}`);
      assertEquals((await site.job("one")).state, "waiting", `file ${number}`);
    });
  }
});

Deno.test("what an agent without the lease says changes nothing, is acknowledged and noted", () =>
  withJob({}, async ({ site, agent, run }) => {
    const stranger = site.hand("stranger");
    await site.pass(0);
    const before = await site.job("one");
    const stale = run.jmJobData?.replace("token=1", "token=7") ?? "";
    const said = [
      stranger.say(MANAGER, report(run)),
      stranger.say(MANAGER, report(run, { state: "returned" })),
      stranger.say(MANAGER, report(run, { state: "unable", failure: "No" })),
    ];
    agent.say(MANAGER, report(run, { jmJobData: stale }));
    agent.say(MANAGER, report(run, { jmJobData: "startedAt=1####" }));
    await site.pass(1);
    assertEquals(stranger.acks.sort(), said);
    assertEquals(agent.acks.length, 3);
    const { seenMs: _, deadlineMs: __, ...after } = await site.job("one");
    const { seenMs: ___, deadlineMs: ____, ...same } = before;
    assertEquals(after, same);
    const noted = (await site.store.history("one")).filter(({ event }) => event === "stale result");
    assertEquals(noted.map(({ agent }) => agent), [
      "stranger@localhost",
      "agent@localhost",
      "agent@localhost",
    ]);
  }));

Deno.test("an agent hands its job back, counted only where it was unable", async () => {
  for (const [state, attempts] of [["returned", 0], ["unable", 1]] as const) {
    await withJob({}, async ({ site, agent, run }) => {
      agent.say(MANAGER, report(run, { state, failure: "Because" }));
      await site.pass(0);
      const job = await site.job("one");
      assertEquals([job.state, job.attempts, job.reason], ["waiting", attempts, "Because"]);
    });
  }
});

Deno.test("managers that watch one queue together take a job back once", async () => {
  await using site = new Site();
  site.manager({ resource: "one" });
  site.manager({ resource: "two" });
  const agent = site.hand("agent");
  await site.pass(0);
  await site.submit("one");
  await takeJob(site, agent);
  await agent.leave();
  await site.pass(3000);
  const requeued = (await site.events("one")).filter((event) => event === "requeued");
  assertEquals(requeued.length, 1);
});

Deno.test("a manager that dies leaves its leases to the others", async () => {
  await using site = new Site();
  const life = new Life();
  site.manager({ resource: "one", life });
  const agent = site.hand("agent");
  await site.pass(0);
  await site.submit("one");
  await takeJob(site, agent);
  life.kill();
  site.manager({ resource: "two" });
  await agent.leave();
  await site.pass(1500);
  assertEquals((await site.job("one")).state, "waiting");
});

/** A store some of whose methods are replaced. */
function overriding(store: JobStore, methods: Partial<JobStore>): JobStore {
  return new Proxy(store, {
    get(target, key) {
      const member = Reflect.get(key in methods ? methods : target, key);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

Deno.test("a sign of life that could not be stored keeps that agent's lease, and nobody else's", async () => {
  await using site = new Site();
  const { store } = site;
  const touch: typeof store.touch = (agent, seconds) =>
    agent.startsWith("unlucky")
      ? Promise.reject(new RedisError("The call was lost"))
      : store.touch(agent, seconds);
  site.manager({ leaseSeconds: 3000, store: overriding(store, { touch }) });
  const [unlucky, silent] = [site.hand("unlucky"), site.hand("silent")];
  await site.pass(0);
  for (const [agent, id] of [[unlucky, "one"], [silent, "two"]] as const) {
    await site.submit(id);
    await takeJob(site, agent);
  }
  silent.acknowledges = false;
  for (let passed = 0; passed < 6000; passed += 100) {
    unlucky.say(MANAGER, { command: "pong" }, { noack: true });
    await site.pass(100);
  }
  assertEquals((await site.job("one")).state, "running");
  assertEquals((await site.job("two")).state, "waiting");
});

Deno.test("a call to Redis that is lost keeps one job from being taken back, and no other", async () => {
  await using site = new Site();
  const { store } = site;
  const requeue: JobStore["requeue"] = (lease, reason) =>
    lease.id === "one"
      ? Promise.reject(new RedisError("The call was lost"))
      : store.requeue(lease, reason);
  let pages = 0;
  const silentLeases: JobStore["silentLeases"] = (...page) =>
    ++pages % 3 === 0 ? store.silentLeases(...page) : Promise.reject(new RedisError("Lost, too"));
  site.manager({ store: overriding(store, { requeue, silentLeases }) });
  const ids = ["one", "two", "three", "four"];
  const agents = ids.map((id) => site.hand(id));
  await site.pass(0);
  for (const [index, agent] of agents.entries()) {
    await site.submit(ids[index] ?? "");
    await takeJob(site, agent);
    agent.acknowledges = false;
  }
  await site.pass(1500);
  const states = await Promise.all(ids.map(async (id) => (await site.job(id)).state));
  assertEquals(states, ["running", "waiting", "waiting", "waiting"]);
});
