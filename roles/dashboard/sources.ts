/**
 * The three sources of a dashboard, together.
 *
 * @module
 */
import type { OpenQueue } from "../../lib/jobs/open_queue.ts";
import type { DashboardSources } from "./options.ts";
import type { Connections } from "./sources/connections.ts";
import type { Graphite, RenderRequest, Series } from "./sources/graphite.ts";
import { Source, SourceError, type SourceHealth, type SourceName } from "./sources/source.ts";

/** Each source behind its seam. */
export class Sources {
  /** The job queue. */
  readonly queue: Source<Pick<OpenQueue, "store" | "view">>;
  /** Metrics over time. */
  readonly graphite: Source<Graphite>;
  /** Connections of agents. */
  readonly mongodb: Source<Connections>;

  /** @param sources How each is opened. */
  constructor(sources: DashboardSources) {
    this.queue = new Source({
      name: "queue",
      hint: "The queue is not shown: DASH_QUEUE is off",
      open: sources.queue,
    });
    this.graphite = new Source({
      name: "graphite",
      hint: "There are no graphs: DASH_GRAPHITE_HOST is not set",
      open: sources.graphite,
    });
    this.mongodb = new Source({
      name: "mongodb",
      hint: "Agents are not shown: DASH_MONGODB_HOST is not set",
      open: sources.mongodb,
    });
  }

  /**
   * Asks Graphite for series.
   *
   * @param request What for.
   * @returns The series.
   * @throws {SourceError} When Graphite is off, breaks, or is closed meanwhile.
   */
  render(request: RenderRequest): Promise<Series[]> {
    return this.graphite.use((graphite, signal) => graphite.render({ ...request, signal }));
  }

  /** How each is, at its last use. */
  health(): Record<SourceName, SourceHealth> {
    return {
      queue: this.queue.health,
      graphite: this.graphite.health,
      mongodb: this.mongodb.health,
    };
  }

  /** Ends all uses and allows no more; resolves when nothing of them is left. */
  async close(): Promise<void> {
    await Promise.all([this.queue.close(), this.graphite.close(), this.mongodb.close()]);
  }
}

/**
 * Goes on without what a source cannot give.
 *
 * @param action A use of a source.
 * @returns What it gives; undefined where the source is off or broken.
 */
export async function unlessBroken<T>(action: Promise<T>): Promise<T | undefined> {
  try {
    return await action;
  } catch (error) {
    if (error instanceof SourceError) return undefined;
    throw error;
  }
}
