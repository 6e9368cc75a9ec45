/** How an agent hands a finished job over. The manager is moved by hand. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { silentLogger } from "../../../lib/log.ts";
import type { DeliveryOutcome } from "../../../lib/messaging/delivery.ts";
import { deliverOutput } from "../../../roles/agent/deliver_output.ts";
import { FENCED, giveJob, runJob, takeOutput, UNFENCED } from "../_dialogue.ts";
import type { Hand } from "../_hand.ts";
import { type AgentSetup, CHIRP, Site } from "../_site.ts";

interface Scene {
  readonly site: Site;
  readonly manager: Hand;
  readonly agent: ReturnType<Site["agent"]>;
}

/** An agent that has just run job `one`, and its manager. */
async function withFinishedJob(
  test: (scene: Scene) => Promise<void>,
  jmJobData = FENCED,
  setup: AgentSetup = {},
): Promise<void> {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  const agent = site.agent(setup);
  await site.pass(0);
  await giveJob(site, manager, runJob("one", jmJobData));
  await site.pass(2);
  await test({ site, manager, agent });
}

Deno.test("deliverOutput() asks any manager, then the one that answers", () =>
  withFinishedJob(async ({ site, manager }) => {
    const { command } = manager.last("want_getJobOutputDir");
    assertEquals([command.jobID, command.agentHost, command.agentIP], [
      "one",
      "vm.localhost",
      "10.0.0.1",
    ]);
    assertEquals(command.jmJobData?.startsWith(FENCED), true);
    const storage = site.hand("storage", "s");
    await site.pass(0);
    // Only managers that the agent trusts are heard.
    storage.say(manager.last("want_getJobOutputDir").from, { command: "have_getJobOutputDir" });
    await site.pass(1);
    assertEquals(storage.count("getJobOutputDir"), 0);
    await takeOutput(site, manager, "one.1");
    assertEquals(manager.count("jobDone"), 1);
  }));

Deno.test("deliverOutput() says 'todo' where it does not know its own address", async () => {
  await using site = new Site();
  const manager = site.hand("jobmanager", "one");
  site.agent();
  await site.pass(0);
  // Without input the agent has not met the file server yet.
  await giveJob(site, manager, runJob("one", FENCED, { inputFiles: [] }));
  await site.pass(2);
  assertEquals(manager.last("want_getJobOutputDir").command.agentIP, "todo");
});

Deno.test("deliverOutput() uploads archive and status to a directory of the lease's own", () =>
  withFinishedJob(async ({ site, manager }) => {
    await takeOutput(site, manager, "one.1");
    assertEquals(await site.chirp.list("one.1"), [".__acl", "one.status", "one.tgz"]);
    assertStringIncludes(await site.chirp.readText("one.1/one.status"), "exitCode=0####");
    const { command } = manager.last("jobDone");
    assertEquals([command.jobID, command.state, command.exitCode], ["one", "ready", "0"]);
    assertMatch(command.jmJobData ?? "", /token=1####ownDirectory=1####wallTime=1.00####elapsed=1/);
  }));

Deno.test("deliverOutput() uploads to a manager of the original what it expects, and no more", () =>
  withFinishedJob(async ({ site, manager }) => {
    await takeOutput(site, manager, "one");
    assertEquals(await site.chirp.list("one"), [".__acl", "one.tgz"]);
    assertEquals(
      manager.last("jobDone").command.jmJobData,
      "startedAt=1767225600####wallTime=1.00####",
    );
  }, UNFENCED));

Deno.test("deliverOutput() takes a file that exists already for its own, uploaded before", () =>
  withFinishedJob(async ({ site, manager }) => {
    await site.chirp.makeDirectory("one.1");
    await site.chirp.writeText("one.1/one.tgz", "uploaded before");
    await takeOutput(site, manager, "one.1");
    assertEquals(manager.count("jobDone"), 1);
    assertEquals(manager.last("jobDone").command.failure, undefined);
  }));

Deno.test("deliverOutput() reports to whoever sent storeJobOutputDir, with that manager's data", () =>
  withFinishedJob(async ({ site, manager }) => {
    const other = site.hand("jobmanager", "two");
    await site.pass(0);
    const { from } = manager.last("want_getJobOutputDir");
    manager.say(from, { command: "have_getJobOutputDir" });
    await site.pass(0);
    await site.makeInput("one.1");
    other.say(from, {
      command: "storeJobOutputDir",
      jobID: "one",
      outputDir: "one.1",
      outputChirpUrl: CHIRP,
      jmJobData: "mine=yes####",
    });
    await site.pass(1);
    // The directory takes no output, so the agent begins again; it is still the other's data.
    assertEquals([manager.count("jobDone"), other.count("jobDone")], [0, 0]);
    await site.pass(60);
    await takeOutput(site, other, "one.2");
    assertEquals([manager.count("jobDone"), other.count("jobDone")], [0, 1]);
  }));

Deno.test("deliverOutput() begins again when nobody answers, or not to the second question", () =>
  withFinishedJob(async ({ site, manager }) => {
    await site.pass(60);
    assertEquals(manager.count("want_getJobOutputDir"), 2);
    manager.say(manager.last("want_getJobOutputDir").from, { command: "have_getJobOutputDir" });
    await site.pass(11);
    assertEquals(manager.count("getJobOutputDir"), 1);
    assertEquals(manager.count("want_getJobOutputDir"), 3);
    await takeOutput(site, manager, "one.1");
    assertEquals(manager.count("jobDone"), 1);
  }));

Deno.test("deliverOutput() begins again when the manager of the job has gone meanwhile", () =>
  withFinishedJob(async ({ site, manager }) => {
    site.wire.fate = ({ what }) => what === "jobDone" ? [5000] : [0];
    const { from } = manager.last("want_getJobOutputDir");
    await takeOutput(site, manager, "one.1");
    await manager.leave();
    await site.pass(6);
    const restarted = site.hand("jobmanager", "restarted");
    await site.pass(20);
    assertEquals(restarted.count("want_getJobOutputDir"), 1);
    assertEquals(restarted.last("want_getJobOutputDir").from, from);
    await takeOutput(site, restarted, "one.1");
    await site.pass(10);
    assertEquals(restarted.count("jobDone"), 1);
    assertEquals(restarted.count("want_getJob"), 1);
  }));

Deno.test("deliverOutput() waits longer and longer while the file server cannot be reached", () =>
  withFinishedJob(async ({ site, manager }) => {
    site.chirpIsDown = true;
    await takeOutput(site, manager, "one.1");
    assertEquals(manager.count("jobDone"), 0);
    await site.pass(61);
    assertEquals(manager.count("want_getJobOutputDir"), 2);
    site.chirpIsDown = false;
    await takeOutput(site, manager, "one.1");
    assertEquals(manager.count("jobDone"), 1);
  }));

Deno.test("deliverOutput() reports a job failed when its output cannot be uploaded at all", () =>
  withFinishedJob(async ({ site, manager }) => {
    site.chirpIsDown = true;
    for (let upload = 0; upload < 10; upload++) {
      const asked = manager.count("want_getJobOutputDir");
      await takeOutput(site, manager, "one.1");
      if (manager.count("jobDone") > 0) break;
      for (let waits = 0; manager.count("want_getJobOutputDir") === asked; waits++) {
        assert(waits < 1000, "The agent asks no more");
        await site.pass(60);
      }
    }
    const { failure = "" } = manager.last("jobDone").command;
    assertStringIncludes(failure, "Cannot upload the output of job one");
  }));

Deno.test("deliverOutput() asks for the next job as soon as the report is acknowledged", () =>
  withFinishedJob(async ({ site, manager }) => {
    const asked = manager.count("want_getJob");
    await takeOutput(site, manager, "one.1");
    assertEquals(manager.count("want_getJob"), asked + 1);
    const done = site.wire.all("jobDone")[0]?.atMs;
    assertEquals(site.wire.all("want_getJob").at(-1)?.atMs, done);
  }));

Deno.test("deliverOutput() repeats the report until it is acknowledged, and keeps the job till then", () =>
  withFinishedJob(async ({ site, manager, agent }) => {
    manager.acknowledges = false;
    const asked = manager.count("want_getJob");
    await takeOutput(site, manager, "one.1");
    await site.pass(600);
    assertEquals(manager.count("want_getJob"), asked);
    assert(manager.count("jobDone") > 3);
    assertEquals((await agent.disk.list(".")).length, 1);
    manager.acknowledges = true;
    await site.pass(301);
    assertEquals(manager.count("want_getJob"), asked + 1);
    assertEquals(await agent.disk.list("."), []);
  }));

Deno.test("deliverOutput() uploads under a new name after a report that nobody stored", () =>
  withFinishedJob(async ({ site, manager }) => {
    manager.acknowledges = false;
    await takeOutput(site, manager, "one.1");
    // The manager has moved the archive away, and then did not get further.
    await site.chirp.remove("one.1/one.tgz");
    await site.pass(3600);
    manager.acknowledges = true;
    await takeOutput(site, manager, "one.1");
    assertEquals(await site.chirp.exists("one.1/one.tgz"), false);
    assert(await site.chirp.exists("one.1/one.1.tgz"));
    assertStringIncludes(manager.last("jobDone").command.jmJobData ?? "", "upload=1####");
  }));

Deno.test("deliverOutput() lets nothing escape when it is broken off", async () => {
  const ended = new Error("ended");
  const pending: PromiseWithResolvers<DeliveryOutcome>[] = [];
  const failed = deliverOutput({
    report: { command: "jobDone", jobID: "one", state: "ready", exitCode: "0", agentHost: "vm" },
    jmJobData: undefined,
    measured: {},
    archivePath: "/x",
    statusPath: "/y",
    agentIp: undefined,
  }, {
    dialogue: {
      tell: () => {
        const answer = Promise.withResolvers<DeliveryOutcome>();
        pending.push(answer);
        return answer.promise;
      },
      listen: () => Promise.reject(ended),
      pause: () => Promise.resolve(),
    },
    manager: "jm@localhost",
    openTransfer: () => {
      throw new Error("Not reached");
    },
    log: silentLogger,
    retryMs: 1,
    longestRetryMs: 1,
    outputDirMs: 1,
  }).catch((error) => error);
  // What was asked before ends the same way; nobody waits for it, and it must not end the process.
  for (const { reject } of pending) reject(ended);
  assertEquals(await failed, ended);
});
