/**
 * An agent that dies with its job.
 *
 * @module
 */
import { sleep, systemClock } from "../../lib/clock.ts";
import type { DemoSite } from "./demo_site.ts";

/** A job whose agent is lost. */
export interface LostJob {
  /** Its id; it must be the next one. */
  readonly id: string;
  /** True once it is at work. Default: as soon as the site says so. */
  readonly isAtWork?: (() => boolean) | undefined;
}

/**
 * Lets a process take a job, and kills it while the job runs.
 *
 * @param site The site.
 * @param job See {@linkcode LostJob}.
 * @param say Told what happens.
 * @param signal Ends the wait.
 */
export async function loseAgent(
  site: DemoSite,
  { id, isAtWork = () => true }: LostJob,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  say("An agent in a process of its own takes a job …");
  const victim = site.startVictim();
  let exited = false;
  victim.status.then(() => exited = true);
  while ((await site.queue.store.get(id))?.state !== "running" || !isAtWork()) {
    if (exited) throw new Error("The agent ended by itself before it took the job");
    await sleep(systemClock, 50, { signal });
  }
  victim.kill("SIGKILL");
  await victim.status;
  say("… and is killed while the job runs (SIGKILL): its lease will end");
}
