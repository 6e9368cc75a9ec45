/**
 * The end of a job (report 2.2.3): its report, its archive, and reports that should change nothing.
 *
 * @module
 */
import { againstManager } from "../case.ts";
import type { ManagerStage } from "../stage.ts";
import { must, mustEqual, mustMatch } from "../verdict.ts";
import {
  aboutJob,
  ARCHIVE,
  askDirectory,
  finishJob,
  GET_JOB,
  putArchive,
  reportDone,
  takeJob,
  type TakenJob,
} from "./_agent_side.ts";
import { PROBE, PROBED } from "./_probe.ts";

/** Path of a job's archive in the folder of finished jobs; `undefined` where it is not there. */
async function archiveOf({ jobs }: ManagerStage, id: string): Promise<string | undefined> {
  const { done } = jobs;
  if (done === undefined) return undefined;
  for (const day of await done.list(".")) {
    if (await done.exists(`${day}/${id}.tgz`)) return `${day}/${id}.tgz`;
  }
  return undefined;
}

const REPORT = againstManager([
  {
    id: "done/jobDone/1",
    level: "MUST",
    rule: "A report that a job is done is acknowledged.",
    source: "report 2.2.3, 2.1",
    needs: ["jobs"],
    run: async (stage) => {
      await finishJob(stage, await takeJob(stage));
    },
  },
  {
    id: "done/jobDone/2",
    level: "MUST",
    rule: "It is not answered beyond that.",
    source: "report 2.2.3, figure 2.3",
    needs: ["jobs"],
    run: async (stage) => {
      const job = await takeJob(stage);
      await finishJob(stage, job);
      await job.agent.hearNo(undefined);
    },
  },
  {
    id: "done/jobDone/3",
    level: "MUST",
    rule: "A report of failure, the exit code as a raw wait status, is acknowledged.",
    source: "measured",
    needs: ["jobs"],
    run: async (stage) => {
      await finishJob(stage, await takeJob(stage), { exitCode: "768" });
    },
  },
  {
    id: "done/jobDone/4",
    level: "MUST",
    rule: "state='done', as the report has it, is accepted like the original's 'ready'.",
    source: "report 2.2.3.1",
    needs: ["jobs"],
    run: async (stage) => {
      await finishJob(stage, await takeJob(stage), { state: "done" });
    },
  },
  {
    id: "done/jobDone/5",
    level: "MUST",
    rule: "A report with a validation's exit code is acknowledged.",
    source: "measured",
    needs: ["jobs"],
    run: async (stage) => {
      await finishJob(stage, await takeJob(stage), { validateExitCode: "256" });
    },
  },
  {
    id: "done/jobDone/6",
    level: "MUST",
    rule: "A job that is done is not handed out again.",
    source: "report 2.2.3",
    needs: ["jobs"],
    run: async (stage) => {
      await finishJob(stage, await takeJob(stage));
      mustEqual(await stage.jobs.waiting(), [], "The queue");
      const other = await stage.peer();
      await other.hearAck(other.say(stage.manager, GET_JOB));
      await other.hearNo("runJob");
    },
  },
  {
    id: "done/jobDone/7",
    level: "MUST",
    rule: "A report that comes twice under two ids is acknowledged twice and harmless.",
    source: "design: an acknowledgement may be lost",
    needs: ["jobs"],
    run: async (stage) => {
      const job = await takeJob(stage);
      await finishJob(stage, job);
      await job.agent.hearAck(reportDone(job));
      await job.agent.ask(job.manager, PROBE, PROBED);
    },
  },
  {
    id: "done/jobDone/8",
    level: "MUST",
    rule: "A report of a job that nobody knows is acknowledged and harmless.",
    source: "measured",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      const report = { ...PROBE, command: "jobDone", jobID: "NOJOB", exitCode: "0" };
      await agent.hearAck(agent.say(manager, report));
      await agent.ask(manager, PROBE, PROBED);
    },
  },
  {
    id: "done/jobDone/9",
    level: "MUST",
    rule: "A report without an exit code is acknowledged.",
    source: "design",
    needs: ["jobs"],
    run: async (stage) => {
      const job = await takeJob(stage);
      await askDirectory(job);
      await putArchive(stage, job);
      await job.agent.hearAck(job.agent.say(job.manager, aboutJob("jobDone", job)));
    },
  },
  {
    id: "done/jobDone/10",
    level: "MUST",
    rule: "A report whose output never arrived is acknowledged.",
    source: "design: the agent must not repeat it for ever",
    needs: ["jobs"],
    run: async (stage) => {
      const job = await takeJob(stage);
      await job.agent.hearAck(reportDone(job));
    },
  },
]);

const ARCHIVES = againstManager([
  {
    id: "done/archive/1",
    level: "MUST",
    rule: "The archive ends up as DONE_DIR/YYYYMMDD/ID.tgz.",
    source: "measured (the report: DONE_DIR/ID/ID.tgz)",
    needs: ["jobs", "done"],
    run: async (stage) => {
      const job = await takeJob(stage);
      await finishJob(stage, job);
      await job.agent.pass(stage.patience.silenceMs);
      mustMatch(await archiveOf(stage, job.id), /^\d{8}\/[^/]+\.tgz$/, "The archive's path");
    },
  },
  {
    id: "done/archive/2",
    level: "MUST",
    rule: "It is byte for byte what the agent uploaded.",
    source: "report 1: provides space for storing the job output",
    needs: ["jobs", "done"],
    run: async (stage) => {
      const job = await takeJob(stage);
      await finishJob(stage, job);
      await job.agent.pass(stage.patience.silenceMs);
      const path = await archiveOf(stage, job.id);
      must(path !== undefined, "There is no archive");
      mustEqual(await stage.jobs.done?.readText(path), ARCHIVE, "The archive");
    },
  },
  {
    id: "done/archive/3",
    level: "SHOULD",
    rule: "The report is acknowledged once the archive is kept, not before.",
    source: "design",
    known: { perl: "it acknowledges before the effect is stored" },
    needs: ["jobs", "done"],
    run: async (stage) => {
      const job = await takeJob(stage);
      await finishJob(stage, job);
      must(await archiveOf(stage, job.id) !== undefined, "There is no archive yet");
    },
  },
  {
    id: "done/archive/4",
    level: "MUST",
    rule: "The output of a failed job is kept, too.",
    source: "measured: trace job-fails-exit3",
    needs: ["jobs", "done"],
    run: async (stage) => {
      const job = await takeJob(stage);
      await finishJob(stage, job, { exitCode: "768" });
      await job.agent.pass(stage.patience.silenceMs);
      must(await archiveOf(stage, job.id) !== undefined, "There is no archive");
    },
  },
]);

/** Lets somebody else report a job that another agent holds; its archive must stay where it is. */
async function reportByStranger(stage: ManagerStage, job: TakenJob): Promise<void> {
  await askDirectory(job);
  await putArchive(stage, job);
  const stranger = await stage.peer();
  await stranger.hearAck(
    stranger.say(stage.manager, { ...aboutJob("jobDone", job), state: "ready", exitCode: "0" }),
  );
}

const STRANGE = againstManager([
  {
    id: "done/fence/1",
    level: "SHOULD",
    rule: "Who does not hold a job cannot end it: its report is acknowledged and changes nothing.",
    source: "design",
    known: { perl: "it believes anybody" },
    needs: ["jobs", "done"],
    run: async (stage) => {
      const job = await takeJob(stage);
      await reportByStranger(stage, job);
      await job.agent.pass(stage.patience.silenceMs);
      mustEqual(await archiveOf(stage, job.id), undefined, "The archive's path");
    },
  },
  {
    id: "done/fence/2",
    level: "MUST",
    rule: "After a stranger's report the holder's own is stored.",
    source: "design",
    needs: ["jobs", "done"],
    run: async (stage) => {
      const job = await takeJob(stage);
      await reportByStranger(stage, job);
      await job.agent.hearAck(reportDone(job));
      await job.agent.pass(stage.patience.silenceMs);
      must(await archiveOf(stage, job.id) !== undefined, "There is no archive");
    },
  },
  {
    id: "done/fence/3",
    level: "SHOULD",
    rule: "A report from another session of the same account counts: agents reconnect.",
    source: "design",
    needs: ["jobs", "done"],
    run: async (stage) => {
      const job = await takeJob(stage);
      await askDirectory(job);
      await putArchive(stage, job);
      const later = await stage.sibling(job.agent);
      await later.hearAck(reportDone({ ...job, agent: later }));
      await later.pass(stage.patience.silenceMs);
      must(await archiveOf(stage, job.id) !== undefined, "There is no archive");
    },
  },
]);

/** Cases about the end of jobs. */
export const JOB_DONE_CASES = [...REPORT, ...ARCHIVES, ...STRANGE];
