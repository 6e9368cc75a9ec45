/**
 * Managers that are configured otherwise: cooldown, required file, half of the work, two on one JID.
 *
 * @module
 */
import { againstManager } from "../case.ts";
import type { Peer } from "../peer.ts";
import type { ManagerStage } from "../stage.ts";
import { must, mustEqual } from "../verdict.ts";
import { aboutJob, askDirectory, GET_JOB, jobOf, putArchive, WANT_JOB } from "./_agent_side.ts";
import { PROBE, PROBED } from "./_probe.ts";

const SETUP = "cooldown";

const COOLDOWN = againstManager([
  {
    id: "cooldown/sleep/1",
    level: "MUST",
    setup: SETUP,
    rule: "A want_getJob within the cooldown after the agent's last is answered with sleep.",
    source: "measured: 60 s",
    needs: ["asks"],
    run: async ({ manager, peer }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, WANT_JOB));
      await agent.ask(manager, WANT_JOB, "sleep");
    },
  },
  {
    id: "cooldown/sleep/2",
    level: "MUST",
    setup: SETUP,
    rule: "The first want_getJob of an account is not answered with sleep.",
    source: "measured",
    needs: ["asks"],
    run: async ({ manager, peer }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, WANT_JOB));
      await agent.hearNo("sleep");
    },
  },
  {
    id: "cooldown/sleep/3",
    level: "MUST",
    setup: SETUP,
    rule: "The cooldown is the account's: another session of it is sent to sleep, too.",
    source: "measured: the key is agentseen::LOCALPART",
    needs: ["asks"],
    run: async ({ manager, peer, sibling }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, WANT_JOB));
      await (await sibling(agent)).ask(manager, WANT_JOB, "sleep");
    },
  },
  {
    id: "cooldown/sleep/4",
    level: "MUST",
    setup: SETUP,
    rule: "Another account is not concerned.",
    source: "measured",
    needs: ["asks"],
    run: async ({ manager, peer }) => {
      const [one, other] = [await peer(), await peer()];
      await one.hearAck(one.say(manager, WANT_JOB));
      await other.hearAck(other.say(manager, WANT_JOB));
      await other.hearNo("sleep");
    },
  },
  {
    id: "cooldown/sleep/5",
    level: "MUST",
    setup: SETUP,
    rule: "Other commands are served within the cooldown.",
    source: "measured",
    needs: ["asks"],
    run: async ({ manager, peer }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, WANT_JOB));
      await agent.ask(manager, PROBE, PROBED);
    },
  },
  {
    id: "cooldown/sleep/6",
    level: "MUST",
    setup: SETUP,
    rule: "Within the cooldown no job is offered, though one waits.",
    source: "measured",
    needs: ["jobs", "asks"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit();
      const agent = await peer();
      await agent.ask(manager, WANT_JOB, "have_getJob");
      await agent.ask(manager, WANT_JOB, "sleep");
      await agent.hearNo("have_getJob");
    },
  },
  {
    id: "cooldown/sleep/7",
    level: "MUST",
    setup: SETUP,
    slow: true,
    rule: "After the cooldown the agent is served again.",
    source: "measured",
    needs: ["asks"],
    run: async ({ manager, peer, cooldownSeconds }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, WANT_JOB));
      await agent.pass((cooldownSeconds + 2) * 1000);
      await agent.hearAck(agent.say(manager, WANT_JOB));
      await agent.hearNo("sleep");
    },
  },
]);

const REQUIRE_FILE = againstManager([
  {
    id: "require/file/1",
    level: "MUST",
    setup: "require-file",
    rule: "A manager with a prerequisite names the file in have_getJob.",
    source: "report 2.2.1.2",
    needs: ["jobs", "asks"],
    run: async ({ manager, peer, jobs, requireFile }) => {
      await jobs.submit();
      const { attributes } = await (await peer()).ask(manager, WANT_JOB, "have_getJob");
      mustEqual(attributes["requireFile"], requireFile, "requireFile");
    },
  },
  {
    id: "require/file/2",
    level: "MUST",
    setup: "require-file",
    rule: "Whether the file is there is the agent's business: getJob is served.",
    source: "report 2.2.1.2",
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit();
      await (await peer()).ask(manager, GET_JOB, "runJob");
    },
  },
]);

/** Says a command that the other half would answer: it is acknowledged, and that is all. */
async function mustOnlyAck(
  { manager, peer }: ManagerStage,
  command: Readonly<Record<string, string>>,
): Promise<void> {
  const agent = await peer();
  await agent.hearAck(agent.say(manager, command));
  await agent.hearNo(undefined);
}

const HALVES = againstManager([
  {
    id: "mode/queue-only/1",
    level: "MUST",
    setup: "queue-only",
    rule: "A queue-only manager acknowledges want_getJobOutputDir and does not answer it.",
    source: "measured",
    run: (stage) => mustOnlyAck(stage, PROBE),
  },
  {
    id: "mode/queue-only/2",
    level: "MUST",
    setup: "queue-only",
    rule: "A queue-only manager acknowledges getJobOutputDir and does not answer it.",
    source: "measured",
    run: (stage) => mustOnlyAck(stage, { ...PROBE, command: "getJobOutputDir" }),
  },
  {
    id: "mode/queue-only/3",
    level: "MUST",
    setup: "queue-only",
    rule: "A queue-only manager offers and hands out jobs.",
    source: "measured",
    needs: ["jobs", "asks"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit();
      const agent = await peer();
      const { from } = await agent.ask(manager, WANT_JOB, "have_getJob");
      await agent.ask(from, GET_JOB, "runJob");
    },
  },
  {
    id: "mode/storage-only/1",
    level: "MUST",
    setup: "storage-only",
    rule: "A storage-only manager acknowledges want_getJob and does not answer it.",
    source: "measured",
    needs: ["asks"],
    run: (stage) => mustOnlyAck(stage, WANT_JOB),
  },
  {
    id: "mode/storage-only/2",
    level: "MUST",
    setup: "storage-only",
    rule: "A storage-only manager acknowledges getJob and hands nothing out, though a job waits.",
    source: "measured",
    needs: ["jobs"],
    run: async (stage) => {
      const { id } = await stage.jobs.submit();
      await mustOnlyAck(stage, GET_JOB);
      mustEqual(await stage.jobs.waiting(), [id], "The queue");
    },
  },
  {
    id: "mode/storage-only/3",
    level: "MUST",
    setup: "storage-only",
    rule: "A storage-only manager takes output.",
    source: "measured",
    run: async ({ manager, peer }) => {
      await (await peer()).ask(manager, PROBE, PROBED);
    },
  },
]);

/** Hears one answer of each of the two managers; returns their full JIDs. */
async function bothAnswers(agent: Peer, answer: string): Promise<readonly [string, string]> {
  const first = await agent.hear(answer);
  const second = await agent.hear(answer, { where: ({ from }) => from !== first.from });
  return [first.from, second.from];
}

const TWO = againstManager([
  {
    id: "two/managers/1",
    level: "MUST",
    setup: "two-managers",
    rule: "A broadcast to the JID that managers share is answered by each that has jobs.",
    source: "report 2.2.1; measured on Prosody",
    known: { perl: "the slower one finds the cooldown begun and answers sleep" },
    needs: ["jobs", "asks"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit();
      const agent = await peer();
      await agent.hearAck(agent.say(manager, WANT_JOB));
      await bothAnswers(agent, "have_getJob");
    },
  },
  {
    id: "two/managers/2",
    level: "MUST",
    setup: "two-managers",
    rule:
      "getJob that reaches both hands the only job out once: both say the same, or one is silent.",
    source: "measured: they share one Redis",
    needs: ["jobs"],
    run: async ({ manager, peer, jobs, patience }) => {
      await jobs.submit();
      const agent = await peer();
      agent.say(manager, GET_JOB);
      const jobsGiven = new Set([jobOf(await agent.hear("runJob"))["id"]]);
      await agent.pass(patience.silenceMs);
      for (const heard of agent.heard) jobsGiven.add(jobOf(heard)["id"]);
      mustEqual(jobsGiven.size, 1, "Number of jobs handed out");
      mustEqual(await jobs.waiting(), [], "The queue");
    },
  },
  {
    id: "two/managers/3",
    level: "MUST",
    setup: "two-managers",
    rule: "A job of one manager can be delivered to the other.",
    source: "measured: jobDone goes to whichever sent storeJobOutputDir",
    needs: ["jobs", "done"],
    run: async (stage) => {
      const { manager, jobs, patience } = stage;
      const agent = await stage.peer();
      agent.say(manager, PROBE);
      const [one, other] = await bothAnswers(agent, PROBED);
      await jobs.submit();
      const runJob = await agent.ask(one, GET_JOB, "runJob");
      const id = jobOf(runJob)["id"] ?? "";
      const jmJobData = runJob.attributes["jmJobData"] ?? "";
      const job = { agent, id, jmJobData, manager: other, runJob };
      await askDirectory(job);
      await putArchive(stage, job);
      const done = { ...aboutJob("jobDone", job), state: "ready", exitCode: "0" };
      await agent.hearAck(agent.say(other, done));
      await agent.pass(patience.silenceMs);
      const days = await jobs.done?.list(".") ?? [];
      const kept = await Promise.all(days.map((day) => jobs.done?.exists(`${day}/${id}.tgz`)));
      must(kept.includes(true), "There is no archive");
    },
  },
  {
    id: "two/managers/4",
    level: "MUST",
    setup: "two-managers",
    rule: "An answer to the full JID of one manager is not taken up by the other.",
    source: "report 2.2.1.3",
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      const agent = await peer();
      agent.say(manager, PROBE);
      const [one] = await bothAnswers(agent, PROBED);
      await jobs.submit();
      await jobs.submit();
      const { from } = await agent.ask(one, GET_JOB, "runJob");
      mustEqual(from, one, "The manager that handed out");
      await agent.hearNo("runJob");
    },
  },
]);

/** Cases about managers that are configured otherwise. */
export const SETUP_CASES = [...COOLDOWN, ...REQUIRE_FILE, ...HALVES, ...TWO];
