/**
 * What a load test is told and what it tells.
 *
 * @module
 */
import type { JobStore } from "../../lib/jobs/job_store.ts";
import type { QueueView } from "../../lib/jobs/queue_view.ts";
import type { JobState } from "../../lib/jobs/job_state.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/random.ts";
import type { Violation } from "../world/mod.ts";
import type { Arrival } from "./arrival.ts";
import type { LatencySummaries } from "./latencies.ts";

/** A server that was there before. */
export interface Address {
  /** Name or address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
}

/** An XMPP server that was there before, with accounts on it. */
export interface XmppTarget extends Address {
  /** Domain that it serves. */
  readonly domain: string;
  /** Account of the managers, the part of the JID before `@`. */
  readonly managerAccount: string;
  readonly managerPassword: string;
  /** Account of the agents; `{n}` in it stands for an agent's number, from 1. */
  readonly agentAccount: string;
  readonly agentPassword: string;
  /** How connections are encrypted. Default: as the server offers. */
  readonly tls?: "starttls-if-offered" | "require-starttls" | "direct" | "off" | undefined;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly caFile?: string | undefined;
}

/**
 * Where a job's output goes:
 * - `none`: nowhere, and the manager looks for none;
 * - `folder`: agents write it into the managers' folder, as a file server that costs nothing would;
 * - `own`: through our Chirp server;
 * - an address: through that Chirp server, whose folder managers share.
 */
export type ChirpChoice = "none" | "folder" | "own" | Address & { readonly folder: string };

/** Options of {@linkcode runLoad}. */
export interface LoadOptions {
  /** Agents at a time. Default: 10. */
  readonly agents?: number | undefined;
  /** Managers, on one JID and one queue. Default: 1. */
  readonly managers?: number | undefined;
  /** Jobs. Default: with `forSeconds` as many as are taken, else ten for each agent. */
  readonly jobs?: number | undefined;
  /** The test ends after this time, jobs left or not. Default: when all jobs have ended. */
  readonly forSeconds?: number | undefined;
  /** What happens in this time is not counted. Default: 0. */
  readonly warmUpSeconds?: number | undefined;
  /** Agents start evenly over this time. Default: at once, with `tcp` a thousand a second. */
  readonly startSeconds?: number | undefined;
  /** Where the jobs' properties come from. Default: 1. */
  readonly seed?: number | undefined;
  /**
   * How stanzas travel: in this process as they are, in this process as XML, or over TCP between
   * processes. Default: `memory`.
   */
  readonly transport?: "memory" | "memory-xml" | "tcp" | undefined;
  /** The XMPP server of `tcp`. Default: our own, in a process of its own. */
  readonly server?: XmppTarget | undefined;
  /** Redis: in the manager's process, our own in a process of its own, or another. Default, by transport: `memory`, `own`. */
  readonly redis?: "memory" | "own" | Address | undefined;
  /** See {@linkcode ChirpChoice}. Default: `none`. */
  readonly chirp?: ChirpChoice | undefined;
  /** How long a job runs, see `parseDistribution`. Default: `100ms`. */
  readonly jobDuration?: string | undefined;
  /** Bytes that it leaves behind. Default: `1kB`. */
  readonly jobOutput?: string | undefined;
  /** How likely it fails. Default: `0`. */
  readonly jobFailures?: string | undefined;
  /** When jobs come. Default: `saturate` with `forSeconds` and no `jobs`, else `at-once`. */
  readonly arrival?: Arrival | undefined;
  /** How long an agent lives until it vanishes and another takes its place. Default: for ever. */
  readonly churn?: string | undefined;
  /** An agent's wait before its second request for a job, doubled up to five times as long. Default: 2 s. */
  readonly requestSeconds?: number | undefined;
  /** Silence that ends a lease, see `JM_LEASE_SILENCE`. Default: 600. */
  readonly silenceSeconds?: number | undefined;
  /** Form of messages, see `XMPP_ENVELOPE`. Default: `original`. */
  readonly envelope?: "auto" | "original" | "namespaced" | undefined;
  /** Agents in one process at most, with `tcp`; each takes a file descriptor. Default: 5000. */
  readonly agentsPerProcess?: number | undefined;
  /** Told of the state of things once a second and at the end. Default: nobody. */
  readonly onSnapshot?: ((snapshot: Snapshot) => void) | undefined;
  /** Told of the test's queue before anything starts; what it returns is disposed of at the end. Default: nobody. */
  readonly onQueue?:
    | ((queue: { readonly store: JobStore; readonly view: QueueView }) => Promise<AsyncDisposable>)
    | undefined;
  /** Ends the test early; what was measured until then is the result. */
  readonly signal?: AbortSignal | undefined;
  /** Clock of agents and waits. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Source of ids and jitter. Default: the machine's. */
  readonly random?: Random | undefined;
}

/** How things stand at a moment. Numbers count from the beginning unless they say otherwise. */
export interface Snapshot {
  /** Since the agents began to start, in seconds; virtual ones in virtual time. */
  readonly seconds: number;
  /** True while nothing is counted yet. */
  readonly warmingUp: boolean;
  /** Agents that are online. */
  readonly online: number;
  /** Jobs submitted. */
  readonly submitted: number;
  /** Jobs in each state. */
  readonly states: Readonly<Record<JobState, number>>;
  /** Stanzas that agents and managers sent. */
  readonly stanzas: number;
  /** Leases taken back. */
  readonly requeued: number;
  /** Agents that died and were replaced; in virtual time all faults that struck. */
  readonly faults: number;
  /** Times since the last snapshot. */
  readonly latencies: LatencySummaries;
  /** CPU time by kind of process, in seconds. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** Memory of all processes in bytes. */
  readonly rssBytes: number;
}

/** What came of a load test. Counts and times are those after the warm-up. */
export interface LoadResult {
  readonly agents: number;
  /** Jobs submitted. */
  readonly jobs: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Jobs that had not ended when the test did. */
  readonly unfinished: number;
  /** Leases that were ended and whose job went back into the queue. */
  readonly requeued: number;
  /** Jobs that are in no state at the end. */
  readonly lost: number;
  /** Jobs that ended twice. */
  readonly duplicated: number;
  /** Jobs that ran twice to their end, which is allowed. */
  readonly reexecuted: number;
  /** Effects that Redis lost by power failures. */
  readonly rolledBack: number;
  /** Faults that struck; in real time agents that died. */
  readonly faults: number;
  /** Stanzas that agents and managers sent. */
  readonly stanzas: number;
  /** Time that was measured, in seconds of real time. */
  readonly seconds: number;
  /** The same in virtual time; in real time both are one. */
  readonly virtualSeconds: number;
  /** Jobs that ended in a second of real time. */
  readonly jobsPerSecond: number;
  /** Times of the phases in milliseconds. */
  readonly latencies: LatencySummaries;
  /** CPU time by kind of process, in seconds. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** Greatest memory of all processes together, in bytes. */
  readonly rssBytes: number;
  readonly seed: number;
  /** Hash of all events, equal for equal runs; `null` in real time, which never repeats itself. */
  readonly eventHash: string | null;
  /** What must always hold and did not. */
  readonly violations: readonly Violation[];
  /** The last error that befell an agent's or manager's process, in a sentence; `null`: none did. */
  readonly problem: string | null;
  /** The state of things over the test, at most some hundred points. */
  readonly series: readonly Snapshot[];
  /** True where the test was ended before its time. */
  readonly interrupted: boolean;
}
