/**
 * The state of now, which the front page shows and its viewers follow live.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { type Attention, attentionOf } from "./attention.ts";
import { MANAGERS_REQUEST, readManagers } from "./managers.ts";
import { type QueueOverview, readQueueOverview } from "./queue_overview.ts";
import { type Sources, unlessBroken } from "./sources.ts";
import type { SourceHealth, SourceName } from "./sources/source.ts";
import { SlowSource } from "./slow_source.ts";

/** Everything at a glance. */
export interface Overview {
  /** How each source is. */
  readonly sources: Readonly<Record<SourceName, SourceHealth>>;
  /** What needs attention, the worst first. */
  readonly attention: readonly Attention[];
  /** Whether jobs can be changed with a token. */
  readonly mayAct: boolean;
  /** Missing where the queue is off or broken. */
  readonly queue?: QueueOverview | undefined;
  /** Agents that are connected; missing where nobody counts them. */
  readonly agentsConnected?: number | undefined;
}

/** Options of {@linkcode overviewReader}. */
export interface OverviewOptions {
  /** Where the data is. */
  readonly sources: Sources;
  /** Whether a token is configured. */
  readonly mayAct: boolean;
  /** The present. */
  readonly clock: Clock;
}

/** Readings come once a minute, and agents come and go slowly: so often is enough for both. */
const SLOW_MS = 10_000;

/**
 * Makes the function that reads the state of now; a source that is off or broken is named in it.
 *
 * @param options See {@linkcode OverviewOptions}.
 * @returns The function.
 */
export function overviewReader(options: OverviewOptions): () => Promise<Overview> {
  const { sources, mayAct, clock } = options;
  const managers = new SlowSource(
    clock,
    SLOW_MS,
    async () => readManagers(await sources.render(MANAGERS_REQUEST)),
  );
  const connected = new SlowSource(
    clock,
    SLOW_MS,
    () => sources.mongodb.use((connections) => connections.connected()),
  );
  return async () => {
    // What is slow must not hold up the queue: it gives what it knows, and reads on.
    const [queue, known, agentsConnected] = await Promise.all([
      unlessBroken(sources.queue.use(readQueueOverview)),
      managers.latest(),
      connected.latest(),
    ]);
    const health = sources.health();
    const facts = { sources: health, queue, managers: known, agentsConnected, nowMs: clock.now() };
    return {
      sources: health,
      attention: attentionOf(facts),
      mayAct,
      ...queue === undefined ? {} : { queue },
      ...agentsConnected === undefined ? {} : { agentsConnected },
    };
  };
}
