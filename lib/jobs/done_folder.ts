/**
 * The folder of finished jobs (`JM_DONE_JOB_DIR`): `YYYYMMDD/ID.tgz` by local date, as in the original.
 *
 * @module
 */
import type { Workspace } from "../machine/workspace.ts";

/** Everybody may read and write an archive there, as in the original. */
const ARCHIVE_MODE = 0o666;
const DAY_MS = 86_400_000;

/** Name of a day's directory, such as `20110325`, by local time. */
export function dayDirectory(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number) => `${value}`.padStart(2, "0");
  return `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
}

/**
 * Moves an archive from the shared folder to the folder of finished jobs. Harmless to repeat: an
 * archive that a crash left moved, today or the day before, is found where it is.
 *
 * @param folders The shared folder and that of finished jobs.
 * @param from The archive in the shared folder.
 * @param id The job.
 * @param nowMs The time.
 * @returns Its new place, relative to the folder of finished jobs; `undefined` where there is no archive.
 */
export async function storeArchive(
  folders: { readonly chirp: Workspace; readonly done: Workspace },
  from: string,
  id: string,
  nowMs: number,
): Promise<string | undefined> {
  const { chirp, done } = folders;
  const day = dayDirectory(nowMs);
  const place = `${day}/${id}.tgz`;
  const move = async () => {
    await chirp.moveTo(done, from, place);
    await done.setMode(place, ARCHIVE_MODE);
    return place;
  };
  try {
    return await move();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  // There is no archive, or it is the day's first.
  if (await chirp.exists(from)) {
    await done.makeDirectory(day);
    return await move();
  }
  for (const earlier of [place, `${dayDirectory(nowMs - DAY_MS)}/${id}.tgz`]) {
    if (await done.exists(earlier)) return earlier;
  }
  return undefined;
}
