/**
 * A queue in which something has happened, for tests of the dashboard.
 *
 * @module
 */
import type { JobStore } from "../../../lib/jobs/job_store.ts";

const COMMANDS = ["simulate.sh", "reconstruct.sh", "merge.sh"];

/**
 * Fills a queue: of ten jobs six succeed, one fails, one runs, two wait; one more is held.
 *
 * @param store The queue.
 * @param jobs Number of jobs.
 */
export async function fillQueue(store: JobStore, jobs: number): Promise<void> {
  for (let number = 0; number < jobs; number++) {
    const id = jobId(number);
    const job = {
      id,
      chirpUrl: "chirp.example.org:9094",
      inputDir: id,
      inputFiles: ["run.sh"],
      command: COMMANDS[number % COMMANDS.length] ?? "run.sh",
      arguments: `${number}`,
      environment: "",
      packages: "",
    };
    await store.submit(job, { held: number === 0 });
  }
  for (let number = 1; number < jobs; number++) {
    if (number % 10 > 7) continue;
    const agent = `agent_a${number}_1_7_u${number}_g@site.example.org/r${number}`;
    const manager = "jobmanager@site.example.org/alpha";
    const request = { agent, manager, leaseSeconds: 3600, unacknowledgedSeconds: 60 };
    const { lease } = await store.lease(request);
    if (lease === undefined) return;
    const { token, job: { id } } = lease;
    await store.confirm(id, token, 3600);
    if (number % 10 === 7) continue;
    const isFailure = number % 10 === 6;
    await store.complete({
      id,
      token,
      agent,
      outcome: isFailure ? "failed" : "succeeded",
      exitCode: isFailure ? 768 : 0,
      wallSeconds: 60 + number,
      ...(isFailure ? { reason: "The job exited with 3" } : {}),
    });
  }
}

/** Id of the job of that number. */
export function jobId(number: number): string {
  return `${`${number}`.padStart(8, "0")}-0000-4000-8000-000000000000`;
}
