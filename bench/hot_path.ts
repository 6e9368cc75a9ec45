/**
 * Rates of short work without waiting in it.
 *
 * @module
 */
import type { Run } from "./rounds.ts";
import type { BenchContext } from "./row.ts";

/** Calls between two looks at the clock, at first. */
const FIRST_BATCH = 8;
/** Share of a run's time that one batch takes at most. */
const BATCH_SHARE = 20;

/**
 * Makes a run that calls a function again and again for a while, after as long a warm-up in its first.
 *
 * @param call The work.
 * @param context Quick runs take 100 ms, full ones 500 ms.
 * @returns The run; its figure is calls a second.
 */
export function callsPerSecond(call: () => void, { mode }: Pick<BenchContext, "mode">): Run {
  const runMs = mode === "quick" ? 100 : 500;
  let isWarm = false;
  return () => {
    if (!isWarm) measure(call, runMs);
    isWarm = true;
    return measure(call, runMs);
  };
}

function measure(call: () => void, runMs: number): number {
  let batch = FIRST_BATCH;
  let calls = 0;
  const startMs = performance.now();
  for (;;) {
    const batchStartMs = performance.now();
    for (let index = 0; index < batch; index++) call();
    calls += batch;
    const nowMs = performance.now();
    if (nowMs - startMs >= runMs) return calls * 1000 / (nowMs - startMs);
    if (nowMs - batchStartMs < runMs / BATCH_SHARE / 2) batch *= 2;
  }
}
