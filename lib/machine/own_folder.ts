/**
 * Folders that belong to one process each, below a folder that several share. A process that is killed
 * leaves its folder behind; the next one that comes removes it.
 *
 * @module
 */
import { join } from "@std/path";
import { type Random, randomHex } from "../random.ts";

/** A folder of one's own; disposing of it removes it with all below it. */
export interface OwnFolder extends Disposable {
  /** Absolute path, where that of the shared folder is. */
  readonly path: string;
}

/** Options of {@linkcode claimFolder}. */
export interface ClaimOptions {
  /** Beginning of the folder's name; folders with another beginning are left alone. */
  readonly prefix: string;
  /** Where names come from. */
  readonly random: Random;
  /** True: what others left stays, and so does this folder. Default: false. */
  readonly keep?: boolean | undefined;
}

const LOCK = ".lock";
const NAME_DIGITS = 16;

/**
 * Makes a folder and removes those whose owners are gone. The owner holds a lock on a file beside the
 * folder: the system gives it back whatever way the owner ends.
 *
 * @param parent The shared folder; made where it is missing.
 * @param options See {@linkcode ClaimOptions}.
 * @returns The folder, empty.
 */
export function claimFolder(parent: string, options: ClaimOptions): OwnFolder {
  const { prefix, random, keep = false } = options;
  Deno.mkdirSync(parent, { recursive: true });
  if (!keep) removeAbandoned(parent, prefix);
  for (;;) {
    const path = join(parent, `${prefix}${randomHex(random, NAME_DIGITS)}`);
    const lock = Deno.openSync(path + LOCK, { write: true, createNew: true });
    lock.lockSync(true);
    // Whoever looked between the two calls took the file for one that was left, and removed it.
    if (!exists(path + LOCK)) {
      lock.close();
      continue;
    }
    Deno.mkdirSync(path);
    return { path, [Symbol.dispose]: () => release(path, lock, keep) };
  }
}

function release(path: string, lock: Deno.FsFile, keep: boolean): void {
  if (!keep) remove(path);
  lock.close();
}

/** Removes what was left. A folder that is being removed by another process at the same time is its. */
function removeAbandoned(parent: string, prefix: string): void {
  for (const { name, isFile } of Deno.readDirSync(parent)) {
    if (!isFile || !name.startsWith(prefix) || !name.endsWith(LOCK)) continue;
    const path = join(parent, name.slice(0, -LOCK.length));
    try {
      using lock = Deno.openSync(path + LOCK, { write: true });
      if (lock.tryLockSync(true)) remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Removes a folder, and then its lock: should this process be killed in between, nothing is forgotten. */
function remove(path: string): void {
  for (const entry of [path, path + LOCK]) {
    try {
      Deno.removeSync(entry, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
