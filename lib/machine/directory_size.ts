/**
 * How much a job has written.
 *
 * @module
 */

/**
 * Adds up the files below a directory, links not followed. Entries that vanish meanwhile don't count.
 *
 * @param directory Absolute path of the directory.
 * @param enoughBytes Where to stop counting. Default: nowhere.
 * @returns The sum of the files' sizes in bytes, or the first partial sum above `enoughBytes`.
 */
export async function directorySizeBytes(
  directory: string,
  enoughBytes: number = Infinity,
): Promise<number> {
  let sizeBytes = 0;
  const folders = [directory];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for await (const entry of Deno.readDir(folder)) {
        const path = `${folder}/${entry.name}`;
        if (entry.isDirectory) folders.push(path);
        if (!entry.isFile) continue;
        sizeBytes += await fileSizeBytes(path);
        if (sizeBytes > enoughBytes) return sizeBytes;
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return sizeBytes;
}

/** Size of a file that may have vanished. */
async function fileSizeBytes(path: string): Promise<number> {
  try {
    return (await Deno.lstat(path)).size;
  } catch (error) {
    if (isGone(error)) return 0;
    throw error;
  }
}

/** True for entries that vanished, or that the job made unreadable. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.PermissionDenied;
}
