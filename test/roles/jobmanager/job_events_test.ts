/** What roles tell the monitor. */
import { assert, assertEquals } from "@std/assert";
import type { Hand } from "../_hand.ts";
import { MANAGER, Site } from "../_site.ts";

const MONITOR = "mon@localhost";
const ALPHA = { monitor: MONITOR, component: "jobmanager.generic.alpha" };
const UUID = "18225d4f-e3f7-4c18-9a18-d6c06992d272";
const VOLUNTEER = `agent_s-10829_1_7_${UUID}_-g`;

/** What the monitor heard, in short; the machine's own readings aside. */
function heard(monitor: Hand): string[] {
  return monitor.commands.map(({ command, noack }) => {
    assert(noack, "A report must not be acknowledged");
    switch (command.command) {
      case "reportEvent":
        return `${command.component} ${command.event}`;
      case "reportEventDuration":
        return `${command.component} ${command.event} ${command.duration} s`;
      case "reportEventValue":
        return `${command.component} ${command.event} = ${command.value}`;
      case "updateEventDetails":
        return `${command.session} ${command.updates}`;
      default:
        return command.command;
    }
  });
}

Deno.test("JobManager tells the monitor of a job's start, its end and what the agent contributed", async () => {
  await using site = new Site();
  const monitor = site.hand("mon");
  site.manager({ monitor: ALPHA });
  await site.submit("one");
  site.agent({ user: VOLUNTEER, job: { durationMs: 90_000 } });
  await site.pass(120);
  await site.assertEndedOnce("one");
  const [start, end, contribution, ...rest] = heard(monitor).filter((line) =>
    !line.includes("queuedJobs")
  );
  assertEquals(start, "jobmanager.generic.alpha job.start");
  assert(end?.startsWith("jobmanager.generic.alpha job.succeeded 90"), end);
  assertEquals(
    contribution,
    `${UUID} {"$inc":{"succeeded_jobs":1,"contributed_time":90}}`,
  );
  assert(rest.every((line) => line.endsWith("error.emptyQueue")), rest.join("\n"));
});

/** What the manager did to its jobs, and when, with its monitor in some state. */
async function courseOfJobs(prepare: (site: Site) => void): Promise<unknown[]> {
  await using site = new Site();
  prepare(site);
  const manager = site.manager({ monitor: ALPHA });
  for (let n = 0; n < 20; n++) await site.submit(`job-${n}`);
  for (let n = 0; n < 4; n++) site.agent({ user: `agent${n}`, job: { durationMs: 30_000 } });
  await site.pass(1200);
  for (let n = 0; n < 20; n++) await site.assertEndedOnce(`job-${n}`);
  assertEquals(manager.log.records.filter(({ level }) => level === "error"), []);
  return site.wire.sent.filter(({ by, stanza }) =>
    by === "manager" && !stanza.attrs["to"]?.startsWith("mon@")
  ).map(({ what, atMs }) => `${what} ${atMs}`);
}

Deno.test("JobManager serves jobs at the same moments whether its monitor is there, away or far off", async () => {
  const there = await courseOfJobs((site) => void site.hand("mon"));
  const away = await courseOfJobs(() => {});
  const farOff = await courseOfJobs((site) => {
    site.hand("mon");
    site.wire.fate = ({ stanza }) => [stanza.attrs["to"]?.startsWith("mon@") ? 3_600_000 : 0];
  });
  assert(there.length >= 60, `${there.length} messages`);
  assertEquals(away, there);
  assertEquals(farOff, there);
});

Deno.test("JobManager tells the monitor once a minute how many jobs wait", async () => {
  await using site = new Site();
  const monitor = site.hand("mon");
  site.manager({ monitor: ALPHA });
  await site.submit("one");
  await site.submit("two");
  await site.pass(121);
  const line = "jobmanager.generic.alpha queuedJobs = 2";
  assertEquals(heard(monitor), [line, line]);
});

Deno.test("JobManager tells the monitor of requests in vain and of reports that nobody expects", async () => {
  await using site = new Site();
  const monitor = site.hand("mon");
  site.manager({ monitor: ALPHA });
  const agent = site.hand(VOLUNTEER);
  await site.pass(0);
  const about = { agentHost: "vm", jdl: "[\n]\n" };
  agent.say(MANAGER, { command: "want_getJob", ...about });
  agent.say(MANAGER, { command: "getJob", ...about });
  const report = { state: "ready", exitCode: "0", agentHost: "vm" };
  agent.say(MANAGER, { command: "jobDone", jobID: "never-heard-of", ...report });
  await site.pass(0);
  assertEquals(
    heard(monitor).sort(),
    ["emptyQueue", "emptyQueue", "invalidJobId"].map((name) =>
      `jobmanager.generic.alpha error.${name}`
    ),
  );
});

Deno.test("JobManager tells nobody anything without a monitor", async () => {
  await using site = new Site();
  const monitor = site.hand("mon");
  site.manager();
  await site.pass(120);
  assertEquals(heard(monitor), []);
});

Deno.test("an agent tells the monitor how long its jobs took, under the name of all agents", async () => {
  await using site = new Site();
  const monitor = site.hand("mon");
  site.manager();
  await site.submit("one");
  site.agent({ monitor: MONITOR, job: { durationMs: 5000 } });
  await site.pass(30);
  assertEquals(heard(monitor), ["agent job.start", "agent job 5 s", "agent job.end"]);
});
