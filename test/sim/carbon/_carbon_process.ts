/**
 * Starts `sim/carbon` in a process of its own, which tests stop as they like.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { CarbonServerOptions } from "../../../sim/carbon/mod.ts";

const SCRIPT = fromFileUrl(new URL("_server_process.ts", import.meta.url));

/** The process. */
export interface CarbonProcess {
  readonly carbonPort: number;
  readonly aggregatorPort: number;
  readonly graphitePort: number;
  /** Sends a signal and waits for its end. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** Starts one; resolves once it listens. */
export async function startCarbonProcess(options: CarbonServerOptions): Promise<CarbonProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", SCRIPT, JSON.stringify(options)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const ports = JSON.parse((await reader.read()).value ?? "");
  return {
    ...ports,
    async stop(signal) {
      child.kill(signal);
      await child.status;
      await reader.cancel();
    },
  };
}
