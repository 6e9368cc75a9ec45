/**
 * Files that a tool writes besides its output.
 *
 * @module
 */
import { dirname } from "@std/path";
import { UsageError } from "./exit_code.ts";

/**
 * Makes sure that reports will have a place, before a run of minutes is made for them.
 *
 * @param files Where they will be written; `undefined` for one that is not wanted.
 * @throws {UsageError} When the folder of one is not there.
 */
export async function checkReportFiles(...files: readonly (string | undefined)[]): Promise<void> {
  for (const file of files) {
    if (file === undefined) continue;
    const isThere = await Deno.stat(dirname(file)).then((stat) => stat.isDirectory, () => false);
    if (!isThere) throw new UsageError(`Cannot write ${file}: there is no such folder`);
  }
}
