/**
 * The parts of a load test: agents, managers, servers. A part runs in this process or in one of its own,
 * and tells the same of itself.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import type { EncodedLatencies } from "./latencies.ts";

/** Figures that add up over all parts. */
export interface Counters {
  /** Agents that are online. */
  online: number;
  /** Stanzas sent. */
  stanzas: number;
  /** Leases taken back from agents that were silent, or handed back by them. */
  requeued: number;
  /** Jobs that ended twice. */
  duplicated: number;
  /** Jobs that the same part ran to their end more than once. */
  reexecuted: number;
  /** Agents that died and were replaced. */
  deaths: number;
  /** Faults of the load test itself: an agent or manager that ended with an error. */
  crashes: number;
}

/** All counters at 0. */
export function noCounts(): Counters {
  return {
    online: 0,
    stanzas: 0,
    requeued: 0,
    duplicated: 0,
    reexecuted: 0,
    deaths: 0,
    crashes: 0,
  };
}

/** What a part tells when it is asked, and at its end. */
export interface PartReport {
  readonly counters: Readonly<Counters>;
  /** Times measured since the last report. */
  readonly latencies: EncodedLatencies;
  /** CPU time of its process so far, in seconds; 0 for a part within another one's process. */
  readonly cpuSeconds: number;
  /** Memory of its process in bytes; 0 for a part within another one's process. */
  readonly rssBytes: number;
  /** Jobs that ran to their end, see `JobNumbers`; in the last report only. */
  readonly executed?: string | undefined;
  /** Jobs that ended for the first time by its doing; in the last report only. */
  readonly ended?: string | undefined;
  /** The last error that befell it, in a sentence. */
  readonly problem?: string | undefined;
}

/** A part at work; disposing of it ends it. */
export interface Part extends AsyncDisposable {
  /** Asks how it is. */
  report(): Promise<PartReport>;
  /** Ends the work and tells for the last time. */
  finish(): Promise<PartReport>;
}

/** CPU time and memory of this process. */
export function processFigures(): { readonly cpuSeconds: number; readonly rssBytes: number } {
  const { user, system } = cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, rssBytes: Deno.memoryUsage().rss };
}
