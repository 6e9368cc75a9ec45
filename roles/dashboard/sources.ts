/**
 * The sources of a dashboard, together.
 *
 * @module
 */
import type { JobStore } from "../../lib/jobs/job_store.ts";
import type { DashboardSources } from "./options.ts";
import type { Graphite } from "./sources/graphite.ts";
import { Source, type SourceHealth, type SourceName } from "./sources/source.ts";

/** Each source behind its seam. */
export class Sources {
  /** The job queue. */
  readonly queue: Source<JobStore>;
  /** Metrics over time. */
  readonly graphite: Source<Graphite>;

  /** @param sources How each is opened. */
  constructor(sources: DashboardSources) {
    this.queue = new Source({
      name: "queue",
      hint: "The queue is not shown: DASH_QUEUE is off",
      open: sources.queue,
    });
    this.graphite = new Source({
      name: "graphite",
      hint: "There are no graphs of the past: DASH_GRAPHITE_HOST is not set",
      open: sources.graphite,
    });
  }

  /** How each is, at its last use. */
  health(): Record<SourceName, SourceHealth> {
    return {
      queue: this.queue.health,
      graphite: this.graphite.health,
    };
  }
}
