/**
 * The agent's half of a job's dialogue (report 2.2.1 to 2.2.3), as cases against managers play it.
 *
 * @module
 */
import type { Heard, Peer } from "../peer.ts";
import type { ManagerStage, WaitingJob } from "../stage.ts";

/** What agents of the original say of their machine. */
const JDL = '[\nRequirements=(other.Type=="Job");\nType="machine";\nVersion="0";\n]\n';
/** Asks whether there is a job. */
export const WANT_JOB = { command: "want_getJob", agentHost: "vm.example.org", jdl: JDL };
/** Asks for it. */
export const GET_JOB = { ...WANT_JOB, command: "getJob" };
/** Content of an archive; managers do not look into it. */
export const ARCHIVE = "not really an archive";

/** A job in the hands of the suite. */
export interface TakenJob {
  readonly agent: Peer;
  readonly id: string;
  /** The manager's own data, to be echoed. */
  readonly jmJobData: string;
  /** Full JID of the manager. */
  readonly manager: string;
  readonly runJob: Heard;
}

/** Submits a job and takes it. */
export async function takeJob(
  stage: ManagerStage,
  job: Partial<WaitingJob> = {},
): Promise<TakenJob> {
  await stage.jobs.submit(job);
  return await takeNext(stage, await stage.peer());
}

/** Takes the next job of the queue. */
export async function takeNext({ manager, jobs }: ManagerStage, agent: Peer): Promise<TakenJob> {
  const runJob = await agent.ask(manager, GET_JOB, "runJob");
  const id = runJob.info.children["job"]?.attributes["id"] ?? "";
  jobs.own(id);
  const jmJobData = runJob.attributes["jmJobData"] ?? "";
  return { agent, id, jmJobData, manager: runJob.from, runJob };
}

/** Attributes of the `<job>` of a command. */
export function jobOf({ info }: Heard): Readonly<Record<string, string>> {
  return info.children["job"]?.attributes ?? {};
}

/** What an agent of the original says of a job at work. */
export function aboutJob(
  command: string,
  { id, jmJobData }: Pick<TakenJob, "id" | "jmJobData">,
): Record<string, string> {
  return { command, jobID: id, agentHost: "vm.example.org", jmJobData };
}

/** Asks for the job's output directory. */
export async function askDirectory(job: TakenJob): Promise<Heard> {
  const { agent, manager } = job;
  await agent.ask(
    manager,
    { ...aboutJob("want_getJobOutputDir", job), agentIP: "todo" },
    "have_getJobOutputDir",
  );
  return await agent.ask(manager, aboutJob("getJobOutputDir", job), "storeJobOutputDir");
}

/** Puts the archive where agents of the original put it, past the Chirp protocol. */
export async function putArchive({ chirp }: ManagerStage, { id }: TakenJob): Promise<void> {
  await chirp.writeText(`${id}/${id}.tgz`, ARCHIVE, 0o666);
}

/** Says that the job is done, as an agent of the original; returns the message's id. */
export function reportDone(
  job: TakenJob,
  more: Readonly<Record<string, string>> = {},
): string {
  return job.agent.say(job.manager, {
    ...aboutJob("jobDone", job),
    jmJobData: `${job.jmJobData}wallTime=0.12####`,
    state: "ready",
    exitCode: "0",
    ...more,
  });
}

/** Plays a job to its end; returns when the report is acknowledged. */
export async function finishJob(
  stage: ManagerStage,
  job: TakenJob,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  await askDirectory(job);
  await putArchive(stage, job);
  await job.agent.hearAck(reportDone(job, more));
}
