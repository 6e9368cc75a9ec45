/**
 * Runs worlds in processes of their own.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { WorldOptions } from "../../sim/world/mod.ts";
import type { WorldFigures } from "./world_process.ts";

const SCRIPT = fromFileUrl(new URL("world_process.ts", import.meta.url));
/** Young objects get more room than V8 gives them by itself: most live longer than one stanza. */
const SEMI_SPACE_MIB = 64;

/**
 * Runs a world to its end.
 *
 * @param options The world.
 * @param heapMib What the process may keep on its heap: V8 collects as little as it is allowed to.
 * @param signal Ends it.
 * @returns What it took.
 * @throws {Error} When an invariant breaks or a job is lost.
 */
export async function runWorldApart(
  options: WorldOptions,
  heapMib: number,
  signal: AbortSignal,
): Promise<WorldFigures> {
  const flags = `--max-semi-space-size=${SEMI_SPACE_MIB},--max-old-space-size=${heapMib}`;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", `--v8-flags=${flags}`, SCRIPT, JSON.stringify(options)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    signal,
  }).output();
  signal.throwIfAborted();
  if (!success) throw new Error("Cannot measure a world: its process failed");
  return JSON.parse(new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1) ?? "");
}
