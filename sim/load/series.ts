/**
 * The state of things over time, in a bounded number of points.
 *
 * @module
 */
import { type LatencySummaries, type LatencySummary, PHASES } from "./latencies.ts";
import type { Snapshot } from "./options.ts";

/** Points at most; then two each become one. */
const MOST_POINTS = 600;

/** Snapshots, closer together in short tests than in long ones. */
export class Series {
  #points: Snapshot[] = [];
  /** Snapshots in one point. */
  #width = 1;
  /** Those that do not make a point yet. */
  #open: Snapshot | undefined;
  #inOpen = 0;

  /** The points, in order; the last may stand for fewer snapshots than the others. */
  get points(): readonly Snapshot[] {
    return this.#open === undefined ? this.#points : [...this.#points, this.#open];
  }

  /** Takes a snapshot in. */
  add(snapshot: Snapshot): void {
    this.#open = this.#open === undefined ? snapshot : joinSnapshots(this.#open, snapshot);
    if (++this.#inOpen < this.#width) return;
    this.#points.push(this.#open);
    this.#open = undefined;
    this.#inOpen = 0;
    if (this.#points.length >= MOST_POINTS) this.#halve();
  }

  #halve(): void {
    const halved: Snapshot[] = [];
    for (let index = 0; index + 1 < this.#points.length; index += 2) {
      const [one, next] = [this.#points[index], this.#points[index + 1]];
      if (one !== undefined && next !== undefined) halved.push(joinSnapshots(one, next));
    }
    this.#points = halved;
    this.#width *= 2;
  }
}

/** Counts and states are those of the later one; of the times the worst are kept. */
function joinSnapshots(one: Snapshot, next: Snapshot): Snapshot {
  const latencies = Object.fromEntries(
    PHASES.map((phase) => [phase, joinSummaries(one.latencies[phase], next.latencies[phase])]),
  ) as unknown as LatencySummaries;
  return { ...next, latencies };
}

function joinSummaries(one: LatencySummary, next: LatencySummary): LatencySummary {
  const count = one.count + next.count;
  const worst = (key: "p50" | "p90" | "p95" | "p99" | "max") => Math.max(one[key], next[key]);
  return {
    count,
    mean: count === 0 ? 0 : (one.mean * one.count + next.mean * next.count) / count,
    p50: worst("p50"),
    p90: worst("p90"),
    p95: worst("p95"),
    p99: worst("p99"),
    max: worst("max"),
  };
}
