/**
 * A submitter's own files.
 *
 * @module
 */
import { join } from "@std/path";

/** Files below one directory at most, and levels; more is a mistake in a submit command. */
const MOST_ENTRIES = 100_000;
const DEEPEST = 64;

/** True where a local file or directory exists. */
export async function existsLocal(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** One file or directory of a submitter. */
export interface LocalEntry {
  /** Path below the one that was asked for; `""` for that one itself. */
  readonly below: string;
  /** True for a directory, or a link to one; all else is copied as a file. */
  readonly isDirectory: boolean;
}

/**
 * Lists a file, or a directory with all below it, directories before what they hold. Links are followed.
 *
 * @param path The file or directory.
 * @throws {Deno.errors.NotFound} When it is missing.
 * @throws {RangeError} When there is too much, or a link leads round a circle.
 */
export async function listLocal(path: string): Promise<LocalEntry[]> {
  const entries: LocalEntry[] = [];
  await addEntries(path, "", entries, DEEPEST);
  return entries;
}

async function addEntries(
  path: string,
  below: string,
  entries: LocalEntry[],
  levelsLeft: number,
): Promise<void> {
  const { isDirectory } = await Deno.stat(path);
  entries.push({ below, isDirectory });
  if (!isDirectory) return;
  if (levelsLeft === 0 || entries.length > MOST_ENTRIES) {
    throw new RangeError(
      `Cannot list ${path}: more than ${MOST_ENTRIES} files or ${DEEPEST} levels`,
    );
  }
  const names = (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
  for (const name of names) {
    await addEntries(
      join(path, name),
      below === "" ? name : `${below}/${name}`,
      entries,
      levelsLeft - 1,
    );
  }
}

/**
 * Copies one file; the copy is readable for other users, such as the Chirp server's.
 *
 * @param from The file; links are followed.
 * @param to Where the copy is made.
 * @throws {Deno.errors.NotFound} When it is missing.
 */
export async function copyLocal(from: string, to: string): Promise<void> {
  await Deno.copyFile(from, to);
  const { mode } = await Deno.stat(from);
  await Deno.chmod(to, 0o644 | ((mode ?? 0) & 0o111));
}
