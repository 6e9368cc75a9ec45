/**
 * Counting what belongs to nobody any more.
 *
 * @module
 */
import { join } from "@std/path";

const JOB_ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** The id that a name bears, of a file or a key; empty where it bears none. */
export function idIn(name: string): string {
  return JOB_ID.exec(name)?.[0] ?? "";
}

/**
 * Counts everything below a folder: files, folders, links. A folder that is missing holds nothing.
 *
 * @param folder The folder.
 * @param jobs Ids of jobs that are known: what bears one in its name is left out. Default: none.
 */
export async function countEntries(
  folder: string,
  jobs: ReadonlySet<string> = new Set(),
): Promise<number> {
  let count = 0;
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (jobs.has(idIn(name))) continue;
      count += 1 + (isDirectory ? await countEntries(join(folder, name), jobs) : 0);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return count;
}
