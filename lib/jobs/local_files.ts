/**
 * A submitter's own files.
 *
 * @module
 */
import { join } from "@std/path";

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

/**
 * Copies a file, or a directory with all below it; the copies are readable for the Chirp server.
 *
 * @param from The file or directory; links are followed.
 * @param to Where the copy is made.
 * @throws {Deno.errors.NotFound} When it is missing.
 */
export async function copyLocal(from: string, to: string): Promise<void> {
  const { isDirectory, mode } = await Deno.stat(from);
  if (!isDirectory) {
    await Deno.copyFile(from, to);
    await Deno.chmod(to, 0o644 | (mode ?? 0) & 0o111);
    return;
  }
  await Deno.mkdir(to, { recursive: true });
  await Deno.chmod(to, 0o777);
  for await (const { name } of Deno.readDir(from)) {
    await copyLocal(join(from, name), join(to, name));
  }
}
