/**
 * `copilot-jobs output`: reads a job's archive.
 *
 * @module
 */
import { EXIT, printErrorLine, printJson, printLine, UsageError } from "../../lib/cli.ts";
import { readJobOutput } from "../../lib/jobs/job_output.ts";
import type { JobStore } from "../../lib/jobs/job_store.ts";
import { unpackInto } from "../../lib/machine/disk_archive.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { noSuchJob } from "./show.ts";

/** What is wanted of a job's output. */
export interface OutputRequest {
  readonly id: string;
  /** A member of the archive. */
  readonly file: string;
  /** Directory to unpack all of it into, instead of printing the file. */
  readonly to?: string | undefined;
  readonly json: boolean;
}

/** Prints one member of a job's archive, or unpacks the whole. */
export async function showOutput(
  store: JobStore,
  doneJobDir: string | undefined,
  request: OutputRequest,
): Promise<number> {
  if (doneJobDir === undefined) {
    throw new UsageError("Cannot read output: JM_DONE_JOB_DIR is not set");
  }
  const { id, file, to, json } = request;
  const job = await store.get(id);
  if (job === undefined) return noSuchJob(id);
  if (job.archive === undefined) {
    printErrorLine(`Job ${id} is ${job.state} and has no output`);
    return EXIT.failed;
  }
  const done = diskWorkspace(doneJobDir);
  const archive = done.path(job.archive);
  if (to === undefined) {
    if (await readJobOutput(done, job.archive, file, writeAll)) return EXIT.done;
    printErrorLine(`${archive} has no file ${JSON.stringify(file)}`);
    return EXIT.failed;
  }
  await Deno.mkdir(to, { recursive: true });
  await unpackInto(archive, await Deno.realPath(to), {});
  if (json) printJson({ id, archive, directory: to });
  else printLine(`Unpacked ${archive} into ${to}`);
  return EXIT.done;
}

/** Copies bytes to standard output, whatever they are. */
async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let left = bytes; left.length > 0;) left = left.subarray(await Deno.stdout.write(left));
}
