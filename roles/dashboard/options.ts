/**
 * What a dashboard is made of.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { OpenQueue } from "../../lib/jobs/open_queue.ts";
import type { Logger } from "../../lib/log.ts";
import type { Connections } from "./sources/connections.ts";
import type { Graphite } from "./sources/graphite.ts";

/** Connects to a source; called at its first use, and again after a failure. */
export type OpenSource<T> = () => Promise<T>;

/** Where a dashboard has its data from; what is left out is shown as switched off. */
export interface DashboardSources {
  /** The job queue. */
  readonly queue?: OpenSource<Pick<OpenQueue, "store" | "view">> | undefined;
  /** Metrics over time. */
  readonly graphite?: OpenSource<Graphite> | undefined;
  /** Connections of agents. */
  readonly mongodb?: OpenSource<Connections> | undefined;
}

/** Options of a `Dashboard`. */
export interface DashboardOptions {
  /** Address to listen on. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Port; 0 for any free one. Default: 3274. */
  readonly port?: number | undefined;
  /**
   * Names under which it may be asked, besides addresses and `localhost`. Default: any, but none where it
   * listens on loopback alone.
   */
  readonly names?: readonly string[] | undefined;
  /** See {@linkcode DashboardSources}. Default: none. */
  readonly sources?: DashboardSources | undefined;
  /** Secret with which jobs may be changed. Default: nobody may. */
  readonly token?: string | undefined;
  /** Time between two looks at the sources while somebody watches, in milliseconds. Default: 2000. */
  readonly pollMs?: number | undefined;
  /** Told of what goes wrong, and of changes to jobs. */
  readonly log: Logger;
  /** Time, and the waits between looks. Default: the machine's. */
  readonly clock?: Clock | undefined;
}
