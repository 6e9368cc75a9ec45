/**
 * What a dashboard is made of.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { JobStore } from "../../lib/jobs/job_store.ts";
import type { Logger } from "../../lib/log.ts";
import type { Graphite } from "./sources/graphite.ts";

/** Connects to a source; called at its first use, and again after a failure. */
export type OpenSource<T> = () => Promise<T>;

/** Where a dashboard has its data from; what is left out is shown as switched off. */
export interface DashboardSources {
  /** The job queue. */
  readonly queue?: OpenSource<JobStore> | undefined;
  /** Metrics over time. */
  readonly graphite?: OpenSource<Graphite> | undefined;
}

/** Options of a `Dashboard`. */
export interface DashboardOptions {
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Port; 0 for any free one. Default: 3274. */
  readonly port?: number | undefined;
  /** See {@linkcode DashboardSources}. Default: none. */
  readonly sources?: DashboardSources | undefined;
  /** Time between two looks at the sources while somebody watches, in milliseconds. Default: 2000. */
  readonly pollMs?: number | undefined;
  /** Told of what goes wrong. */
  readonly log: Logger;
  /** Time, and the waits between looks. Default: the machine's. */
  readonly clock?: Clock | undefined;
}
