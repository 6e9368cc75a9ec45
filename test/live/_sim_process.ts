/**
 * One of our simulated servers in a process of its own, to be killed.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";

const CONFIG = fromFileUrl(new URL("../../deno.json", import.meta.url));

/** A process, and the line by which it said that it is ready. */
export interface SimProcess {
  readonly process: Deno.ChildProcess;
  readonly line: string;
}

/**
 * Runs a program, and waits for its first line.
 *
 * @param program Its text.
 * @param argument Its only argument.
 */
export async function startSimProcess(program: string, argument: string): Promise<SimProcess> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", `--config=${CONFIG}`, "-", argument],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const reader = process.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return { process, line: new TextDecoder().decode(value).trim() };
}
