/**
 * What a world is told and what it tells.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { JobState } from "../../lib/jobs/job_state.ts";
import type { Link } from "../../lib/messaging/link.ts";
import type { TraceLine } from "../../lib/trace/format.ts";
import type { DefectName } from "./defects.ts";
import type { Faults, ProfileName } from "./faults.ts";

/** Options of {@linkcode runWorld}. */
export interface WorldOptions {
  /** Where all chance comes from; the low 32 bits count. Default: 1. */
  readonly seed?: number | undefined;
  /** Named setting of the faults. Default: `calm`. */
  readonly profile?: ProfileName | undefined;
  /** Faults that differ from the profile's. Default: none. */
  readonly faults?: Partial<Faults> | undefined;
  /** Agents at a time. Default: 10. */
  readonly agents?: number | undefined;
  /** Managers, on one JID and one queue. Default: 2. */
  readonly managers?: number | undefined;
  /** Jobs submitted. Default: 50. */
  readonly jobs?: number | undefined;
  /** Time over which they are submitted, in hours, beginning at once. Default: 0, all at once. */
  readonly arrivalHours?: number | undefined;
  /** Length of the storm in hours; all must end well after it. Default: 6. */
  readonly hours?: number | undefined;
  /** Mean run of a job in seconds; each takes from half to one and a half times as long. Default: 600. */
  readonly jobSeconds?: number | undefined;
  /** Share of jobs that end with another exit code than 0. Default: 0.05. */
  readonly jobFailures?: number | undefined;
  /** Hand-outs of a job at most. Default: 50. */
  readonly maxAttempts?: number | undefined;
  /** Length of a lease in seconds, see `JM_LEASE_SECONDS`. Default: 86,400. */
  readonly leaseSeconds?: number | undefined;
  /** Silence that ends a lease in seconds, see `JM_LEASE_SILENCE`. Default: 600. */
  readonly silenceSeconds?: number | undefined;
  /**
   * `off`: a hand-out is final and whoever reports is believed, see `JM_LEASES`; what is lost then is counted,
   * but breaks no invariant. Default: `on`.
   */
  readonly leases?: "on" | "off" | undefined;
  /**
   * Age in seconds at which managers forget a job that has ended, with all that belongs to it, see
   * `JM_JOB_RETENTION` and `JM_ARCHIVE_RETENTION`. Default: they never do.
   */
  readonly retentionSeconds?: number | undefined;
  /** False: jobs have neither input nor output, and no file is kept. Default: true. */
  readonly files?: boolean | undefined;
  /**
   * `varied`: the seed decides on cooldown, room, form of messages and on managers that only hand out or
   * only take in. Default: `plain`, none of it.
   */
  readonly habits?: "plain" | "varied" | undefined;
  /** True: every stanza is written as XML and parsed again. Default: false. */
  readonly xml?: boolean | undefined;
  /** A known defect to be put in. Default: none. */
  readonly defect?: DefectName | undefined;
  /** Faults, by name, that alone may strike. Default: all that chance decides on. */
  readonly only?: readonly string[] | undefined;
  /** How long each job runs and how it ends, instead of what `jobSeconds` and `jobFailures` say. */
  readonly model?: WorldJobs | undefined;
  /** When each job is submitted, instead of what `arrivalHours` says: milliseconds by its number, never falling. */
  readonly arrivalMs?: ((number: number) => number) | undefined;
  /** Is given every agent's link and true time; what it returns takes the link's place. Default: none. */
  readonly watchLink?: ((link: Link, clock: Clock) => Link) | undefined;
  /** Told how the world stands whenever so much virtual time has passed. Default: nobody. */
  readonly progress?: {
    readonly everyMs: number;
    readonly tell: (progress: WorldProgress) => void;
  } | undefined;
  /** Ends the world early, unjudged. */
  readonly signal?: AbortSignal | undefined;
  /** Told of every stanza as it leaves and as it arrives. Default: nobody. */
  readonly onTrace?: ((line: TraceLine) => void) | undefined;
}

/** Jobs of a world's maker, by their numbers from 0; the same for every machine that gets them. */
export interface WorldJobs {
  /** How long a job runs, in milliseconds. */
  durationMs(number: number): number;
  /** How it ends. */
  waitStatus(number: number): number;
}

/** How a world stands. */
export interface WorldProgress {
  /** Virtual time that has passed, in milliseconds. */
  readonly passedMs: number;
  /** Jobs in each state. */
  readonly states: Readonly<Record<JobState, number>>;
  /** Leases that were ended and whose job went back into the queue. */
  readonly requeued: number;
  /** Stanzas that were sent. */
  readonly stanzas: number;
  /** Faults that struck. */
  readonly faults: number;
}

/** What must always hold, and at some moment did not. */
export interface Violation {
  /** Which invariant, such as `fence`; the same word for the same cause. */
  readonly invariant: string;
  /** What was seen, in a sentence. */
  readonly detail: string;
  /** Virtual time since the beginning, in milliseconds. */
  readonly atMs: number;
}

/** What came of a world. */
export interface WorldResult {
  /** Agents at a time. */
  readonly agents: number;
  /** Jobs submitted. */
  readonly jobs: number;
  /** Jobs that ended well. */
  readonly succeeded: number;
  /** Jobs that ended otherwise. */
  readonly failed: number;
  /** Leases that were ended and whose job went back into the queue. */
  readonly requeued: number;
  /** Jobs that had not ended when they should have, or were gone. */
  readonly lost: number;
  /** Jobs that ended twice. */
  readonly duplicated: number;
  /** Jobs that ran twice to their end, which is allowed. */
  readonly reexecuted: number;
  /** Effects that Redis lost by power failures. */
  readonly rolledBack: number;
  /** Stanzas that were sent. */
  readonly stanzas: number;
  /** Faults that struck. */
  readonly faults: number;
  /** Real time that it took. */
  readonly seconds: number;
  /** Virtual time that passed. */
  readonly virtualSeconds: number;
  /** The seed. */
  readonly seed: number;
  /** Hash of all events: equal for equal runs. */
  readonly eventHash: string;
  /** What did not hold; the run ends at the first. */
  readonly violations: readonly Violation[];
  /** Names of the faults that struck, in order. */
  readonly struck: readonly string[];
}
