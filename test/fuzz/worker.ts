/// <reference lib="deno.worker" />
/**
 * The thread that fuzzes.
 *
 * @module
 */
import { hunt } from "./hunt.ts";
import type { Target } from "./target.ts";
import { type Assignment, type CampaignReport, PROGRESS } from "./watch.ts";

self.onmessage = async ({ data }: MessageEvent<Assignment>) => {
  const { TARGETS }: { readonly TARGETS: readonly Target[] } = await import(data.module);
  for (const [number, name] of data.names.entries()) {
    const target = TARGETS.find((candidate) => candidate.name === name);
    if (target === undefined) throw new Error(`Cannot find target ${name} in ${data.module}`);
    Atomics.store(data.progress, PROGRESS.target, number);
    self.postMessage(campaign(target, data));
  }
  self.postMessage("over");
};

function campaign(target: Target, { seed, from, mutants, progress }: Assignment): CampaignReport {
  const startedMs = performance.now();
  let [slowestMs, slowestIndex, lastMs, last] = [0, from, startedMs, from];
  const lap = (next: number) => {
    const nowMs = performance.now();
    if (nowMs - lastMs > slowestMs) [slowestMs, slowestIndex] = [nowMs - lastMs, last];
    [lastMs, last] = [nowMs, next];
  };
  const finding = hunt(target, {
    seed,
    from,
    mutants,
    onMutant(index) {
      lap(index);
      Atomics.store(progress, PROGRESS.index, index);
      Atomics.add(progress, PROGRESS.begun, 1);
    },
  });
  lap(from + mutants);
  return { target: target.name, finding, tookMs: lastMs - startedMs, slowestMs, slowestIndex };
}
