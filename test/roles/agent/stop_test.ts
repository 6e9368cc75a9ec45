/** What an agent does with its job when it is stopped (SIGTERM), or cannot do it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { agentTransfer } from "../../../sim/machine/agent_transfer.ts";
import { FENCED, giveJob, runJob, takeOutput, UNFENCED } from "../_dialogue.ts";
import type { Hand } from "../_hand.ts";
import { type AgentProcess, type AgentSetup, Site } from "../_site.ts";

/** An agent, and a manager that has given it job `one`, which runs for 100 s. */
async function withJob(
  jmJobData: string,
  test: (site: Site, manager: Hand, agent: AgentProcess) => Promise<void>,
  setup: AgentSetup = {},
): Promise<void> {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  const agent = site.agent({ job: { durationMs: 100_000 }, ...setup });
  await site.pass(0);
  await giveJob(site, manager, runJob("one", jmJobData));
  await test(site, manager, agent);
}

/** Stops an agent and lets time pass until it has ended; returns how long that took. */
async function stopAndWait(site: Site, agent: AgentProcess, most = 7200): Promise<number> {
  let over = false;
  void agent.stop().finally(() => over = true);
  for (let seconds = 0; seconds <= most; seconds++) {
    await site.pass(0);
    if (over) return seconds;
    await site.pass(1);
  }
  throw new Error(`The agent runs still after ${most} s`);
}

Deno.test("a stopped agent that is idle ends at once", async () => {
  await using site = new Site();
  const agent = site.agent();
  await site.pass(10);
  assertEquals(await stopAndWait(site, agent), 0);
});

Deno.test("a stopped agent hands a running job back to a manager of ours, uncounted", () =>
  withJob(FENCED, async (site, manager, agent) => {
    await site.pass(10);
    assertEquals(await stopAndWait(site, agent), 0);
    const { command, from } = manager.last("jobDone");
    assertEquals([command.state, command.jobID, command.jmJobData], ["returned", "one", FENCED]);
    assertStringIncludes(from, "agent@localhost/");
    assertEquals(await agent.disk.list("."), []);
  }));

Deno.test("a stopped agent finishes the job of a manager of the original", () =>
  withJob(UNFENCED, async (site, manager, agent) => {
    await site.pass(10);
    const stopping = agent.stop();
    await site.pass(91);
    await takeOutput(site, manager, "one");
    await stopping;
    assertEquals(manager.last("jobDone").command.state, "ready");
    assertEquals(manager.last("jobDone").command.exitCode, "0");
  }));

Deno.test("a stopped agent hands back a job whose input it is fetching", async () => {
  const fetching = Promise.withResolvers<void>();
  await withJob(FENCED, async (site, manager, agent) => {
    assertEquals(await stopAndWait(site, agent), 0);
    assertEquals(manager.last("jobDone").command.state, "returned");
  }, {
    openTransfer: () => {
      const refuse = () => Promise.reject(new Error("Not asked for"));
      return agentTransfer({
        get: (_remote, _local, options) => {
          options?.signal?.addEventListener("abort", () => fetching.reject(options.signal?.reason));
          return fetching.promise;
        },
        whoami: refuse,
        put: refuse,
      });
    },
  });
});

Deno.test("a stopped agent finishes delivering within its grace", () =>
  withJob(FENCED, async (site, manager, agent) => {
    await site.pass(101);
    const stopping = agent.stop();
    await site.pass(10);
    await takeOutput(site, manager, "one.1");
    await stopping;
    assertEquals(manager.last("jobDone").command.state, "ready");
  }));

Deno.test("a stopped agent that cannot deliver ends after its grace", () =>
  withJob(FENCED, async (site, _manager, agent) => {
    await site.pass(101);
    site.broker.stop();
    assertEquals(await stopAndWait(site, agent), 30);
  }));

Deno.test("a stopped agent that cannot hand back ends after its grace", () =>
  withJob(FENCED, async (site, manager, agent) => {
    manager.acknowledges = false;
    assertEquals(await stopAndWait(site, agent), 30);
    assert(manager.count("jobDone") >= 1);
  }));

Deno.test("an agent hands a job back to the manager's account when its session is gone", () =>
  withJob(FENCED, async (site, manager, agent) => {
    await manager.leave();
    const restarted = site.hand("jobmanager", "restarted");
    await site.pass(1);
    assertEquals(await stopAndWait(site, agent), 0);
    assertEquals(restarted.last("jobDone").command.state, "returned");
  }));

Deno.test("an agent is unable to do a job whose file server cannot be reached, and rests", async () => {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  site.agent();
  await site.pass(0);
  site.chirpIsDown = true;
  await giveJob(site, manager, runJob("one"));
  const { command } = manager.last("jobDone");
  assertEquals([command.state, command.jmJobData], ["unable", FENCED]);
  assertStringIncludes(command.failure ?? "", "Cannot reach the server");
  await site.pass(59);
  assertEquals(manager.count("want_getJob"), 1);
  await site.pass(2);
  assertEquals(manager.count("want_getJob"), 2);
});

Deno.test("an agent reports such a job failed to a manager of the original", async () => {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  site.agent();
  await site.pass(0);
  site.chirpIsDown = true;
  await giveJob(site, manager, runJob("one", UNFENCED));
  site.chirpIsDown = false;
  await takeOutput(site, manager, "one");
  const { command } = manager.last("jobDone");
  assertEquals([command.state, command.exitCode], ["ready", "65280"]);
});

Deno.test("an agent reports a job with a missing input file failed, and lives", async () => {
  for (const jmJobData of [FENCED, UNFENCED]) {
    await using site = new Site();
    const manager = site.hand("jobmanager", "one");
    site.agent();
    await site.pass(0);
    const inputFiles = ["run.sh", "missing.txt"];
    await giveJob(site, manager, runJob("one", jmJobData, { inputFiles }));
    await takeOutput(site, manager, "one");
    const { command } = manager.last("jobDone");
    assertEquals([command.state, command.exitCode], ["ready", "65280"]);
    assertStringIncludes(command.failure ?? "", "missing.txt");
    await site.chirp.unpack("one/one.tgz", "one");
    assertStringIncludes(await site.chirp.readText("one/stderr"), "missing.txt");
    assertEquals(manager.count("want_getJob"), 2);
  }
});

Deno.test("an agent hands back a job that its disk does not take, and lives", () =>
  withJob(FENCED, async (site, manager, agent) => {
    await site.pass(1);
    assertEquals(manager.last("jobDone").command.state, "unable");
    assertStringIncludes(manager.last("jobDone").command.failure ?? "", "No space");
    await site.pass(61);
    assertEquals(manager.count("want_getJob"), 2);
    assert(!agent.log.records.some(({ level }) => level === "critical"));
  }, { workspace: fullDisk() }));

Deno.test("an agent lives through jobs whose ids are no names", async () => {
  for (const id of ["../x", "a/b", "", ".", "x\0y"]) {
    await using site = new Site();
    const manager = site.hand("jobmanager", "one");
    site.agent();
    await site.pass(0);
    await giveJob(site, manager, runJob(id, FENCED, { inputDir: "in" }));
    await site.pass(300);
    assert(manager.count("jobDone") + manager.count("want_getJobOutputDir") > 0, id);
  }
});

/** A work directory on a disk that is full. */
function fullDisk() {
  const full = () => Promise.reject(new Error("No space left on device"));
  const fullStream = () => ({ [Symbol.asyncIterator]: () => ({ next: full }) });
  return {
    path: (path: string) => `/full/${path}`,
    makeDirectory: full,
    remove: full,
    move: full,
    moveTo: full,
    writeText: full,
    write: full,
    read: fullStream,
    members: fullStream,
    readText: full,
    exists: () => Promise.resolve(false),
    size: full,
    setMode: full,
    list: full,
    pack: full,
    unpack: full,
  };
}
