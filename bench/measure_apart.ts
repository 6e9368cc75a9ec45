/**
 * Runs one bench in a process of its own.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { BenchSettings, Row } from "./row.ts";

const SCRIPT = fromFileUrl(new URL("measure.ts", import.meta.url));

/**
 * Measures.
 *
 * @param name Name of the bench.
 * @param settings How to measure.
 * @param signal Ends it.
 * @returns Its rows; `undefined` when it failed, which its process has explained on standard error.
 */
export async function measureApart(
  name: string,
  settings: BenchSettings,
  signal: AbortSignal,
): Promise<readonly Row[] | undefined> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", SCRIPT, name, JSON.stringify(settings)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    signal,
  }).output();
  signal.throwIfAborted();
  if (!success) return undefined;
  const lastLine = new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1) ?? "";
  return JSON.parse(lastLine);
}
