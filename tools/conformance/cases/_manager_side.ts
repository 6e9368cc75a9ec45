/**
 * The manager's half of a job's dialogue (report 2.2.1 to 2.2.3), as cases against agents play it: in the
 * original's words.
 *
 * @module
 */
import { makeInputDirectory } from "../../../lib/jobs/chirp_folder.ts";
import { encodeInfo } from "../../../lib/protocol/info.ts";
import type { Heard, Peer } from "../peer.ts";
import type { AgentStage } from "../stage.ts";
import { mustEqual } from "../verdict.ts";

/** What the original writes into `jmJobData`. */
export const JOB_DATA = "startedAt=1767225600####";
/** Access list that the original gives to a directory for output. */
const OUTPUT_ACL = "hostname:* rwl\naddress:* rwl\n\n";
/** Longest time that an agent may take for a short job, in milliseconds. */
const JOB_MS = 60_000;

/** A job that the suite gives to an agent. */
export interface GivenJob {
  readonly id: string;
  /** Attributes of `<job>`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The manager's own data; `undefined`: none is sent. */
  readonly jmJobData: string | undefined;
}

/** How a job differs from a plain one. */
export interface JobTraits {
  /** Attributes of `<job>` beside the usual ones, or instead of them. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  /** Input files beside `run.sh`: text by name. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** The manager's own data; `null`: none is sent. Default: that of the original. */
  readonly jmJobData?: string | null | undefined;
}

/**
 * Makes a job: its input lies on the Chirp server, its command is `run.sh`.
 *
 * @param script Shell text of the command.
 * @param traits How it differs from a plain one.
 */
export async function makeJob(
  { chirp, chirpAddress, manager, willMake }: AgentStage,
  script: string,
  traits: JobTraits = {},
): Promise<GivenJob> {
  const id = manager.newId();
  const inputDir = `${id}.input`;
  for (const directory of [inputDir, id, `${id}.unpacked`]) willMake(directory);
  const files: Readonly<Record<string, string>> = {
    ...traits.files,
    "run.sh": `#!/bin/sh\n${script}\n`,
  };
  await makeInputDirectory(chirp, inputDir);
  for (const [name, text] of Object.entries(files)) {
    const folder = name.includes("/") ? name.slice(0, name.lastIndexOf("/")) : "";
    if (folder !== "") await makeInputDirectory(chirp, `${inputDir}/${folder}`);
    await chirp.writeText(`${inputDir}/${name}`, text, 0o644);
  }
  const names = Object.keys(files);
  const { jmJobData = JOB_DATA } = traits;
  return {
    id,
    jmJobData: jmJobData ?? undefined,
    attributes: {
      id,
      chirpUrl: chirpAddress,
      inputDir,
      inputFiles: names.length === 1 ? "###run.sh" : names.join("###"),
      command: "run.sh",
      arguments: "",
      environment: "",
      packages: "",
      ...traits.attributes,
    },
  };
}

/** Says `runJob`; returns the message's id. */
export function sayRunJob(
  peer: Peer,
  agent: string,
  job: GivenJob,
  id: string = peer.newId(),
): string {
  const { attributes, jmJobData } = job;
  const info = encodeInfo("info", {
    attributes: { command: "runJob", ...(jmJobData === undefined ? {} : { jmJobData }) },
    children: { job: { attributes, children: {} } },
  });
  return peer.sayInfo(agent, info, { id });
}

/** Offers a job to the agent that asks, and gives it when it is taken; returns the agent's full JID. */
export async function giveJob(stage: AgentStage, job: GivenJob): Promise<string> {
  const { manager } = stage;
  const agent = (await stage.request()).from;
  await manager.ask(agent, { command: "have_getJob" }, "getJob");
  await manager.hearAck(sayRunJob(manager, agent, job));
  return agent;
}

/** Makes sure that nothing comes of what was said: the agent at most asks for a job as before. */
export async function mustOnlyAsk({ manager, patience }: AgentStage): Promise<void> {
  const before = manager.heard.length;
  await manager.pass(patience.silenceMs);
  const more = manager.heard.slice(before).filter(({ name }) => name !== "want_getJob");
  mustEqual(more.map(({ name }) => name), [], "What came");
}

/** What an agent said of a job that it has run. */
export interface Ending {
  readonly want: Heard;
  readonly get: Heard;
  readonly done: Heard;
}

/** Says where a job's output goes; makes the directory. */
export async function sayStore(
  { chirp, chirpAddress }: AgentStage,
  peer: Peer,
  agent: string,
  { id }: GivenJob,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  await chirp.makeDirectory(id);
  await chirp.setMode(id, 0o777);
  await chirp.writeText(`${id}/.__acl`, OUTPUT_ACL);
  return peer.say(agent, {
    command: "storeJobOutputDir",
    jobID: id,
    outputDir: id,
    outputChirpUrl: chirpAddress,
    ...more,
  });
}

/** Takes a job's output in and hears the report. */
export async function takeOutput(
  stage: AgentStage,
  job: GivenJob,
  more: Readonly<Record<string, string>> = {},
): Promise<Ending> {
  const { manager } = stage;
  const want = await manager.hear("want_getJobOutputDir", { withinMs: JOB_MS });
  const get = await manager.ask(want.from, { command: "have_getJobOutputDir" }, "getJobOutputDir");
  await manager.hearAck(await sayStore(stage, manager, get.from, job, more));
  const done = await manager.hear("jobDone", { withinMs: JOB_MS });
  return { want, get, done };
}

/** A job from its making to its report. */
export interface RunJob extends Ending {
  readonly job: GivenJob;
}

/** Makes a job, lets the agent run it and takes its output in. */
export async function runJob(
  stage: AgentStage,
  script: string,
  traits: JobTraits = {},
): Promise<RunJob> {
  const job = await makeJob(stage, script, traits);
  await giveJob(stage, job);
  return { job, ...await takeOutput(stage, job) };
}

/** Unpacks the archive that the agent uploaded; returns the folder's name. */
export async function unpackOutput({ chirp }: AgentStage, { id }: GivenJob): Promise<string> {
  const folder = `${id}.unpacked`;
  await chirp.makeDirectory(folder);
  await chirp.unpack(`${id}/${id}.tgz`, folder);
  return folder;
}

/** Runs a job and reads one file of its output. */
export async function outputOf(
  stage: AgentStage,
  script: string,
  file: string,
  traits: JobTraits = {},
): Promise<string> {
  const { job } = await runJob(stage, script, traits);
  const folder = await unpackOutput(stage, job);
  return await stage.chirp.readText(`${folder}/${file}`);
}
