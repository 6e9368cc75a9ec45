/**
 * Programs that jobs of the demo need.
 *
 * @module
 */
import { existsLocal } from "../../lib/jobs/local_files.ts";

/** True where a program is on the search path. */
export async function hasProgram(name: string): Promise<boolean> {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const found = await Promise.all(folders.map((folder) => existsLocal(`${folder}/${name}`)));
  return found.includes(true);
}
