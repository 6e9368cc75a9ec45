/**
 * An agent that dies with its job.
 *
 * @module
 */
import { sleep, systemClock } from "../../lib/clock.ts";
import type { DemoSite } from "./demo_site.ts";

/**
 * Lets a process take a job, and kills it while the job runs.
 *
 * @param site The site.
 * @param id The job; it must be the next one.
 * @param say Told what happens.
 * @param signal Ends the wait.
 */
export async function loseAgent(
  site: DemoSite,
  id: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  say("An agent in a process of its own takes a job …");
  const victim = site.startVictim();
  let exited = false;
  victim.status.then(() => exited = true);
  while ((await site.queue.store.get(id))?.state !== "running") {
    if (exited) throw new Error("The agent ended by itself before it took the job");
    await sleep(systemClock, 50, { signal });
  }
  victim.kill("SIGKILL");
  await victim.status;
  say("… and is killed while the job runs (SIGKILL): its lease will end");
}
