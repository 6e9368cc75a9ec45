/**
 * A worker of `deno task world`: runs the seeds that it is sent, one after the other.
 *
 * @module
 */
/// <reference lib="webworker" />
import { runSeed, type SeedTask } from "./run_one.ts";

/** What a worker answers with. */
export type WorkerAnswer =
  | { readonly done: Awaited<ReturnType<typeof runSeed>> }
  | { readonly failed: string };

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = async ({ data }: MessageEvent<SeedTask>) => {
  let answer: WorkerAnswer;
  try {
    answer = { done: await runSeed(data) };
  } catch (error) {
    answer = { failed: error instanceof Error ? error.stack ?? error.message : String(error) };
  }
  scope.postMessage(answer);
};
