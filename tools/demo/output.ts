/**
 * What a finished job printed.
 *
 * @module
 */
import { readJobOutput } from "../../lib/jobs/job_output.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";

/**
 * Reads the last line of a job's standard output.
 *
 * @param doneFolder Folder of finished jobs.
 * @param archive The job's archive in it.
 * @returns The line; `undefined` where there is no archive or nothing was printed.
 */
export async function lastLine(
  doneFolder: string,
  archive: string | undefined,
): Promise<string | undefined> {
  if (archive === undefined) return undefined;
  const decoder = new TextDecoder();
  let text = "";
  const found = await readJobOutput(diskWorkspace(doneFolder), archive, "stdout", (chunk) => {
    // The end is enough.
    text = (text + decoder.decode(chunk, { stream: true })).slice(-1000);
  });
  return found ? text.trimEnd().split("\n").at(-1) || undefined : undefined;
}
