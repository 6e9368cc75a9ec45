/** How a manager takes output in. The agents are moved by hand. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { SubmitOptions } from "../../../lib/jobs/job_store.ts";
import type { GetJobOutputDir, JobDone, RunJob } from "../../../lib/protocol/commands.ts";
import type { Job } from "../../../lib/protocol/job.ts";
import type { Hand } from "../_hand.ts";
import { MANAGER, type ManagerSetup, Site, type SiteOptions } from "../_site.ts";

const GET = { command: "getJob", agentHost: "vm", jdl: "[\n]\n" } as const;
const OURS = { agentSoftware: "copilot-deno/1", agentSession: "s1" };

interface Scene {
  readonly site: Site;
  readonly agent: Hand;
  readonly run: RunJob;
  /** Asks for the directory of the output; returns its name. */
  askForDirectory(more?: Partial<GetJobOutputDir>): Promise<string>;
  /** Reports the job done. */
  report(more?: Partial<JobDone>): Promise<void>;
}

interface Setup extends ManagerSetup {
  /** What agents of ours add to getJob. Default: nothing, as the original. */
  readonly agentIs?: Partial<typeof OURS>;
  readonly job?: Partial<Job> & SubmitOptions;
  readonly siteOptions?: SiteOptions;
}

/** A job `one` in the hands of an agent. */
async function withJob(setup: Setup, test: (scene: Scene) => Promise<void>): Promise<void> {
  const { agentIs = {}, job = {}, siteOptions, ...manager } = setup;
  await using site = new Site(siteOptions);
  site.manager(manager);
  const agent = site.hand("agent", "a1");
  await site.pass(0);
  await site.submit("one", job);
  agent.say(MANAGER, { ...GET, ...agentIs });
  await site.pass(0);
  const run = agent.last("runJob").command;
  const data = run.jmJobData === undefined ? {} : { jmJobData: run.jmJobData };
  await test({
    site,
    agent,
    run,
    async askForDirectory(more = {}) {
      agent.say(MANAGER, {
        command: "getJobOutputDir",
        jobID: "one",
        agentHost: "vm",
        ...data,
        ...more,
      });
      await site.pass(0);
      return agent.last("storeJobOutputDir").command.outputDir;
    },
    async report(more = {}) {
      agent.say(MANAGER, {
        command: "jobDone",
        jobID: "one",
        state: "ready",
        exitCode: "0",
        agentHost: "vm",
        ...data,
        ...more,
      });
      await site.pass(0);
    },
  });
}

Deno.test("output directories admit writing once and nothing else, byte for byte", () =>
  withJob({ agentIs: OURS }, async ({ site, askForDirectory }) => {
    assertEquals(await askForDirectory({ agentIP: "todo" }), "one.1");
    assertEquals(await site.chirp.readText("one.1/.__acl"), "hostname:* p\naddress:* p\n");
    assertEquals(await site.chirp.mode("one.1"), 0o777);
  }));

Deno.test("output directories admit the agent's address alone where it is known", () =>
  withJob({ agentIs: OURS }, async ({ site, askForDirectory }) => {
    await askForDirectory({ agentIP: "192.0.2.7" });
    assertEquals(await site.chirp.readText("one.1/.__acl"), "address:192.0.2.7 p\n");
    for (const agentIP of ["*", "1 rwlda\nhostname:*", "vm.localhost", ""]) {
      await askForDirectory({ agentIP });
      assertEquals(await site.chirp.readText("one.1/.__acl"), "hostname:* p\naddress:* p\n");
    }
  }));

Deno.test("an output directory that is the job's input directory stays readable", () =>
  withJob({ job: { inputDir: "one" } }, async ({ site, askForDirectory }) => {
    assertEquals(await askForDirectory({ agentIP: "192.0.2.7" }), "one");
    assertEquals(await site.chirp.readText("one/.__acl"), "hostname:* rlp\naddress:* rlp\n");
  }));

Deno.test("nobody takes the reading rights from another job's input directory", () =>
  withJob({}, async ({ site, askForDirectory }) => {
    for (let turn = 0; turn < 2; turn++) {
      await askForDirectory({ jobID: "one.input", jmJobData: "" });
      assertEquals(
        await site.chirp.readText("one.input/.__acl"),
        "hostname:* rlp\naddress:* rlp\n",
      );
    }
  }));

Deno.test("an agent of the original uploads to ID/ID.tgz, which ends in the done folder", () =>
  withJob({}, async ({ site, askForDirectory, report }) => {
    assertEquals(await askForDirectory(), "one");
    await site.chirp.writeText("one/one.tgz", "output");
    await report();
    await site.assertEndedOnce("one");
    assertEquals(await site.done.readText("20260101/one.tgz"), "output");
    assertEquals(await site.done.mode("20260101/one.tgz"), 0o666);
    assertEquals((await site.job("one")).archive, "20260101/one.tgz");
  }));

Deno.test("a new lease of an agent of the original moves aside what an earlier one left", () =>
  withJob({}, async ({ site, agent, askForDirectory }) => {
    await askForDirectory();
    await site.chirp.writeText("one/one.tgz", "of the first lease");
    await agent.leave();
    await site.pass(1300);
    assertEquals((await site.job("one")).state, "waiting");
    const other = site.hand("other");
    await site.pass(0);
    other.say(MANAGER, GET);
    await site.pass(0);
    assertEquals(await site.chirp.exists("one/one.tgz"), false);
    assertEquals(await site.chirp.readText("one/.stale.tgz"), "of the first lease");
  }));

Deno.test("a report with an odd exit code fails the job, and harms nothing", async () => {
  for (const exitCode of ["", "banana", "-1", "1e9999", "0x0", "256; rm -rf /", "768"]) {
    await withJob({}, async ({ site, askForDirectory, report }) => {
      await askForDirectory();
      await site.chirp.writeText("one/one.tgz", "output");
      await report({ exitCode });
      await site.assertEndedOnce("one", "failed");
      const { exitCode: stored, reason } = await site.job("one");
      assertEquals(stored, exitCode === "768" ? 768 : 255 << 8, exitCode);
      assert(reason !== undefined);
    });
  }
});

Deno.test("a failed validation fails the job", () =>
  withJob({}, async ({ site, askForDirectory, report }) => {
    await askForDirectory();
    await site.chirp.writeText("one/one.tgz", "output");
    await report({ validateExitCode: "256" });
    const { state, validateExitCode, reason } = await site.job("one");
    assertEquals([state, validateExitCode, reason], [
      "failed",
      256,
      "Its validation exited with 1",
    ]);
  }));

Deno.test("a job without output has failed, whatever its agent says", () =>
  withJob({ agentIs: OURS }, async ({ site, askForDirectory, report }) => {
    await askForDirectory();
    await report();
    assertEquals((await site.job("one")).reason, "Its output did not arrive");
    await site.assertEndedOnce("one", "failed");
  }));

Deno.test("what went wrong first is told first", () =>
  withJob({ agentIs: OURS }, async ({ site, askForDirectory, report }) => {
    await askForDirectory();
    await report({ exitCode: "65280", failure: "Cannot get one.input/x" });
    const { reason } = await site.job("one");
    assertEquals(reason, "Cannot get one.input/x; Its output did not arrive");
  }));

Deno.test("output that is larger than allowed fails the job", () =>
  withJob({ agentIs: OURS, job: { outputBytes: 5 } }, async ({ site, askForDirectory, report }) => {
    await askForDirectory();
    await site.chirp.writeText("one.1/one.tgz", "123456");
    await report();
    const { state, reason } = await site.job("one");
    assertEquals([state, reason], ["failed", "Its output has 6 bytes, 5 are allowed"]);
  }));

Deno.test("a report that comes again, under another id, changes nothing", () =>
  withJob({ agentIs: OURS }, async ({ site, agent, askForDirectory, report }) => {
    await askForDirectory();
    await site.chirp.writeText("one.1/one.tgz", "output");
    await report();
    const { changedMs } = await site.job("one");
    await site.pass(10);
    await report({ exitCode: "256" });
    await site.assertEndedOnce("one");
    const job = await site.job("one");
    assertEquals([job.changedMs, job.exitCode], [changedMs, 0]);
    assertEquals(agent.acks.length, 4);
    assertEquals(await site.chirp.exists("one.1"), false);
  }));

Deno.test("what an agent uploads again, its report stored but not acknowledged, is removed", () =>
  withJob({ agentIs: OURS }, async ({ site, askForDirectory, report }) => {
    await askForDirectory();
    await site.chirp.writeText("one.1/one.tgz", "output");
    await report();
    await askForDirectory();
    await site.chirp.writeText("one.1/one.tgz", "output");
    await report();
    await site.assertEndedOnce("one");
    assertEquals(await site.chirp.exists("one.1"), false);
    assertEquals(await site.done.readText("20260101/one.tgz"), "output");
  }));

Deno.test("ids that are no names are acknowledged and touch nothing", async () => {
  const ids = [
    "../x",
    "..",
    ".",
    "",
    "a/b",
    "/etc/passwd",
    "x\0y",
    ";rm -rf .",
    "$(touch hacked)",
    "one.input/run.sh",
    "nosuch",
    "x".repeat(5000),
  ];
  for (const leases of [true, false]) {
    const siteOptions = { store: { leases } };
    await withJob({ leases, siteOptions }, async ({ site, agent, report }) => {
      for (const jobID of ids) {
        const jmJobData = "token=1####ownDirectory=1####";
        for (const more of [{ jobID }, { jobID, jmJobData }]) {
          const acks = agent.acks.length;
          await report(more);
          assertEquals(agent.acks.length, acks + 1, jobID);
        }
      }
      assertEquals((await site.job("one")).state, "running");
      assertEquals(await site.chirp.list("."), ["one.input"]);
      assertEquals(await site.done.list("."), []);
    });
  }
});

Deno.test("directories are made inside the shared folder or not at all", () =>
  withJob({}, async ({ site, agent }) => {
    for (const jobID of ["../x", "..", "", "a/b", "/etc", "x\0y"]) {
      agent.say(MANAGER, { command: "getJobOutputDir", jobID, agentHost: "vm" });
      const jmJobData = "token=1####ownDirectory=1####";
      agent.say(MANAGER, { command: "getJobOutputDir", jobID, agentHost: "vm", jmJobData });
    }
    await site.pass(0);
    assertEquals(agent.count("storeJobOutputDir"), 0);
    assertEquals(agent.acks.length, 13);
    assertEquals(await site.chirp.list("."), ["one.input"]);
  }));

Deno.test("a storage manager takes output for jobs of managers that it knows nothing of", async () => {
  await using site = new Site();
  site.manager({ mode: "storage" });
  const agent = site.hand("agent");
  await site.pass(0);
  agent.say(MANAGER, { command: "want_getJobOutputDir", jobID: "J1", agentHost: "vm" });
  await site.pass(0);
  agent.say(MANAGER, { command: "getJobOutputDir", jobID: "J1", agentHost: "vm" });
  await site.pass(0);
  assertEquals(agent.last("storeJobOutputDir").command.outputDir, "J1");
  assertEquals(await site.chirp.readText("J1/.__acl"), "hostname:* p\naddress:* p\n");
});

Deno.test("output stays in the shared folder where no done folder is set", () =>
  withJob({ doneFolder: undefined }, async ({ site, askForDirectory, report }) => {
    await askForDirectory();
    await site.chirp.writeText("one/one.tgz", "output");
    await report();
    assertEquals((await site.job("one")).state, "succeeded");
    assertEquals(await site.chirp.exists("one/one.tgz"), true);
  }));

Deno.test("finished jobs are forgotten in time, with their directories and archives", async () => {
  for (const archives of [true, false]) {
    const retention = { jobSeconds: 3600, archives };
    await withJob({ agentIs: OURS, retention }, async ({ site, askForDirectory, report }) => {
      await askForDirectory();
      await site.chirp.writeText("one.1/one.tgz", "output");
      await report();
      await site.pass(3500);
      assert(await site.store.get("one") !== undefined);
      await site.pass(300);
      assertEquals(await site.store.get("one"), undefined);
      assertEquals(await site.chirp.list("."), []);
      assertEquals(await site.done.exists("20260101/one.tgz"), !archives);
    });
  }
});

Deno.test("an agent that comes back with a job long forgotten gets no directory that would stay", () =>
  withJob(
    { agentIs: OURS, retention: { jobSeconds: 3600 } },
    async ({ site, agent, askForDirectory, report }) => {
      assertEquals(await askForDirectory(), "one.1");
      await report();
      assertEquals((await site.store.get("one"))?.state, "failed");
      await site.pass(2 * 3600);
      assertEquals(await site.store.get("one"), undefined);
      assertEquals(await askForDirectory(), "one.1");
      assertEquals(await site.chirp.exists("one.1"), false);
      const acks = agent.acks.length;
      await report();
      assertEquals(agent.acks.length, acks + 1);
    },
  ));

Deno.test("a directory that cannot be removed keeps no other from being forgotten", async () => {
  await using site = new Site();
  const remove = (path: string) =>
    path.startsWith("one") ? Promise.reject(new Error("Busy")) : site.chirp.remove(path);
  const chirpFolder = new Proxy(site.chirp, {
    get: (folder, key) => {
      const member = key === "remove" ? remove : Reflect.get(folder, key, folder);
      return typeof member === "function" ? member.bind(folder) : member;
    },
  });
  const manager = site.manager({ chirpFolder, retention: { jobSeconds: 60 } });
  for (const id of ["one", "two"]) {
    await site.submit(id);
    await site.store.cancel(id, "Not wanted");
  }
  await site.pass(300);
  assertEquals(await site.chirp.list("."), ["one.input"]);
  const warnings = manager.log.records.map(({ message }) => message).join("\n");
  assertStringIncludes(warnings, "Cannot remove one.input: Busy");
});
