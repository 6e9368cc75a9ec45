/**
 * Reading what a job left, from its archive in the folder of finished jobs.
 *
 * @module
 */
import type { Workspace } from "../machine/workspace.ts";

/**
 * Reads a file of a job's archive, streaming.
 *
 * @param done The folder of finished jobs.
 * @param archive The archive in it, as the job's record names it.
 * @param name The file, such as `stdout`.
 * @param take Is given its bytes, chunk by chunk.
 * @returns False where there is no such file.
 * @throws {ArchiveError} When the archive is damaged.
 * @throws {Deno.errors.NotFound} When there is no archive.
 */
export async function readJobOutput(
  done: Workspace,
  archive: string,
  name: string,
  take: (chunk: Uint8Array) => Promise<void> | void,
): Promise<boolean> {
  for await (const member of done.members(archive)) {
    if (member.path !== name || member.type !== "file") continue;
    for await (const chunk of member.content()) await take(chunk);
    return true;
  }
  return false;
}
