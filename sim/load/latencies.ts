/**
 * How long the phases of a job's dialogue take, in histograms of bounded size (HDR: three digits hold
 * from a microsecond to days).
 *
 * @module
 */
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from "hdr-histogram-js";

/** The phases of a job's dialogue, each as its agent sees it. */
export const PHASES = ["offer", "lease", "store", "done", "job"] as const;

/** A phase:
 * - `offer`: `want_getJob` → `have_getJob`;
 * - `lease`: `want_getJob` → `runJob`;
 * - `store`: `want_getJobOutputDir` → `storeJobOutputDir`;
 * - `done`: `jobDone` → its acknowledgement;
 * - `job`: `want_getJob` → acknowledgement of `jobDone`, the job's own run included.
 */
export type Phase = typeof PHASES[number];

/** A phase in figures, in milliseconds. All are 0 where nothing was measured. */
export interface LatencySummary {
  /** Number of measurements. */
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Figures of all phases. */
export type LatencySummaries = Readonly<Record<Phase, LatencySummary>>;

/** Measurements, encoded to be added to others. */
export type EncodedLatencies = Readonly<Partial<Record<Phase, string>>>;

/** Longest time that is told from longer ones: ten days, in microseconds. */
const LONGEST_US = 864_000_000_000;

type Histogram = ReturnType<typeof build>;

function emptyHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    numberOfSignificantValueDigits: 3,
    autoResize: true,
    useWebAssembly: false,
  });
}

/** Measurements of all phases. */
export class Latencies {
  readonly #histograms: Readonly<Record<Phase, Histogram>> = {
    offer: emptyHistogram(),
    lease: emptyHistogram(),
    store: emptyHistogram(),
    done: emptyHistogram(),
    job: emptyHistogram(),
  };

  /** Takes a measurement in. */
  record(phase: Phase, milliseconds: number): void {
    const microseconds = Math.min(LONGEST_US, Math.max(1, Math.round(milliseconds * 1000)));
    this.#histograms[phase].recordValue(microseconds);
  }

  /** The measurements so far, as text; {@linkcode add} reads it. Empty phases are left out. */
  encode(): EncodedLatencies {
    const used = PHASES.filter((phase) => this.#histograms[phase].totalCount > 0);
    return Object.fromEntries(
      used.map((phase) => [phase, encodeIntoCompressedBase64(this.#histograms[phase])]),
    );
  }

  /** Takes measurements of another process in. */
  add(encoded: EncodedLatencies): void {
    for (const phase of PHASES) {
      const text = encoded[phase];
      if (text === undefined) continue;
      this.#histograms[phase].add(decodeFromCompressedBase64(text, 32, false));
    }
  }

  /** Begins anew. */
  reset(): void {
    for (const phase of PHASES) this.#histograms[phase].reset();
  }

  /** The figures. */
  summaries(): LatencySummaries {
    const summary = (phase: Phase) => summarize(this.#histograms[phase]);
    return {
      offer: summary("offer"),
      lease: summary("lease"),
      store: summary("store"),
      done: summary("done"),
      job: summary("job"),
    };
  }
}

function summarize(histogram: Histogram): LatencySummary {
  const count = histogram.totalCount;
  if (count === 0) return { count, mean: 0, p50: 0, p90: 0, p95: 0, p99: 0, max: 0 };
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1000;
  return {
    count,
    mean: histogram.mean / 1000,
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    max: histogram.maxValue / 1000,
  };
}
