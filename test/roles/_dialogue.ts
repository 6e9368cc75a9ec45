/**
 * A manager's half of a job's dialogue, played by hand.
 *
 * @module
 */
import { makeOutputDirectory } from "../../lib/jobs/chirp_folder.ts";
import type { RunJob } from "../../lib/protocol/commands.ts";
import type { Job } from "../../lib/protocol/job.ts";
import type { Hand } from "./_hand.ts";
import { CHIRP, type Site } from "./_site.ts";

/** What a manager of ours writes into `jmJobData`. */
export const FENCED = "startedAt=1767225600####token=1####ownDirectory=1####";
/** What a manager of the original writes there. */
export const UNFENCED = "startedAt=1767225600####";

/** A `runJob` with the input file `run.sh`. */
export function runJob(id: string, jmJobData = FENCED, more: Partial<Job> = {}): RunJob {
  return {
    command: "runJob",
    jmJobData,
    job: {
      id,
      chirpUrl: CHIRP,
      inputDir: `${id}.input`,
      inputFiles: ["run.sh"],
      command: "run.sh",
      arguments: "",
      environment: "",
      packages: "",
      ...more,
    },
  };
}

/** Offers a job to the agent that asked last, and gives it when it is taken. */
export async function giveJob(site: Site, manager: Hand, command: RunJob): Promise<void> {
  await site.makeInput(command.job.inputDir);
  manager.say(manager.last("want_getJob").from, { command: "have_getJob" });
  await site.pass(0);
  manager.say(manager.last("getJob").from, command);
  await site.pass(0);
}

/** Makes the directory for a job's output and tells the agent where it is. */
export async function takeOutput(
  site: Site,
  manager: Hand,
  outputDir: string,
): Promise<void> {
  const { jobID } = manager.last("want_getJobOutputDir").command;
  manager.say(manager.last("want_getJobOutputDir").from, { command: "have_getJobOutputDir" });
  await site.pass(0);
  await makeOutputDirectory(site.chirp, { directory: outputDir, inputDir: "", agentIp: undefined });
  manager.say(manager.last("getJobOutputDir").from, {
    command: "storeJobOutputDir",
    jobID,
    outputDir,
    outputChirpUrl: CHIRP,
  });
  await site.pass(0);
}
