/**
 * Steps on absolute paths that a disk workspace is made of: durable writes, moves across file systems,
 * removal of what a job has locked.
 *
 * @module
 */

import { type Random, randomHex } from "../random.ts";
import { sync, syncFolder } from "./_folder_sync.ts";

/** Makes a name beside a path for something unfinished; it starts with a dot and ends in `.part`. */
export function temporaryNeighbour(path: string, random: Random): string {
  return `${path.slice(0, path.lastIndexOf("/"))}/.${randomHex(random, 16)}.part`;
}

/** Folder of an absolute path. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** Calls `work` with a temporary neighbour of a path, which is gone afterwards whatever happens. */
export async function withTemporary<T>(
  path: string,
  random: Random,
  work: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = temporaryNeighbour(path, random);
  try {
    return await work(temporary);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    throw error;
  }
}

/** Options of {@linkcode writeWhole}. */
export interface WriteOptions {
  /** Unix permission bits. */
  readonly mode: number;
  /** Source of the temporary name. */
  readonly random: Random;
}

/**
 * Writes a file so that its name holds the old or the new content, never a part of either.
 *
 * @param path Absolute path of the file.
 * @param fill Writes the content.
 * @param options See {@linkcode WriteOptions}.
 */
export async function writeWhole(
  path: string,
  fill: (file: Deno.FsFile) => Promise<void> | void,
  options: WriteOptions,
): Promise<void> {
  const { mode, random } = options;
  await withTemporary(path, random, async (temporary) => {
    {
      using file = Deno.openSync(temporary, { write: true, createNew: true, mode: 0o600 });
      await fill(file);
      // After the fact, because the mode of a new file is subject to the process' umask.
      Deno.chmodSync(temporary, mode);
      await file.sync();
    }
    Deno.renameSync(temporary, path);
  });
}

/** Copies an entry with all below it; links stay links, devices and the like are left out. */
async function copyTree(from: string, to: string): Promise<void> {
  const status = await Deno.lstat(from);
  if (status.isSymlink) return await Deno.symlink(await Deno.readLink(from), to);
  if (status.isDirectory) {
    await Deno.mkdir(to, { mode: 0o700 });
    for await (const entry of Deno.readDir(from)) {
      await copyTree(`${from}/${entry.name}`, `${to}/${entry.name}`);
    }
  } else if (status.isFile) {
    await Deno.copyFile(from, to);
  } else {
    return;
  }
  const modified = status.mtime ?? new Date(0);
  await Deno.utime(to, modified, modified);
  await sync(to);
  await Deno.chmod(to, (status.mode ?? 0o700) & 0o7777);
}

/** True for the error of a rename between two file systems. */
function crossesFileSystems(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EXDEV";
}

/**
 * Moves an entry, replacing a file, and has it on the disk when it returns: a job's archive must not
 * vanish in a power cut after its message was acknowledged. Between file systems it is copied beside
 * its new place first; a crash leaves the source, and at most a file `.….part` beside the target.
 *
 * @param from Absolute path of the entry.
 * @param to Absolute path of its new place.
 * @param random Source of the temporary name.
 */
export async function moveEntry(from: string, to: string, random: Random): Promise<void> {
  if (Deno.lstatSync(from).isFile) await sync(from);
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!crossesFileSystems(error)) throw error;
    await withTemporary(to, random, async (temporary) => {
      await copyTree(from, temporary);
      Deno.renameSync(temporary, to);
    });
    await syncFolder(folderOf(to));
    return await removeTree(from);
  }
  await syncFolder(folderOf(to));
}

/** Gives the owner back the right to change what lies in a directory, and below it. */
async function unlock(path: string): Promise<void> {
  if (!(await Deno.lstat(path)).isDirectory) return;
  await Deno.chmod(path, 0o700);
  for await (const entry of Deno.readDir(path)) {
    if (entry.isDirectory) await unlock(`${path}/${entry.name}`);
  }
}

/**
 * Removes an entry with all below it, links as links; also directories whose rights a job took away.
 *
 * @param path Absolute path; nothing happens where there is nothing.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    await unlock(path);
    await Deno.remove(path, { recursive: true });
  }
}
