/**
 * Where the files of the measurements lie.
 *
 * @module
 */
import { statfs } from "node:fs/promises";

const MEMORY = "/dev/shm";

/** A place for files. */
export interface Place {
  readonly folder: string;
  /** What is said of it below the table. */
  readonly note: string;
}

/**
 * Chooses a place: in memory, where there is room. Beside a disk, neither client nor server would count;
 * and what a page cache costs changes from run to run, on a virtual machine several-fold.
 *
 * @param bytes Room that is needed.
 */
export async function placeFor(bytes: number): Promise<Place> {
  const space = await statfs(MEMORY).catch(() => undefined);
  if (space !== undefined && space.bavail * space.bsize >= bytes) {
    return { folder: MEMORY, note: `files in memory (${MEMORY})` };
  }
  const folder = Deno.env.get("TMPDIR") ?? "/tmp";
  return { folder, note: `files in ${folder}, for want of room in ${MEMORY}: trust them less` };
}
