/**
 * carbon-aggregator: makes one series of many.
 *
 * @module
 */

import type { Clock, Timer } from "../../lib/clock.ts";
import type { AggregationRule } from "./aggregation_rules.ts";
import { IntervalValues } from "./interval_values.ts";
import type { Point } from "./point_line.ts";

/** Options of {@linkcode Aggregator}. */
export interface AggregatorOptions {
  /** What becomes what. */
  readonly rules: readonly AggregationRule[];
  /** Source of time. */
  readonly clock: Clock;
  /** Takes every point that came in and every one that was made. */
  readonly onPoint: (point: Point) => void;
}

/** Paths whose outputs are remembered. */
const MOST_REMEMBERED = 100_000;
/** Most series that are made at a time; points for further ones are passed on alone. */
const MOST_OUTPUTS = 10_000;
/** Intervals of one series that are collected at a time; points of further ones are passed on alone. */
const MOST_INTERVALS = 1000;
/** Intervals for which late points still change what was made of their interval. */
const INTERVALS_KEPT = 5;

/** A series that is made. */
interface Output {
  readonly path: string;
  readonly rule: AggregationRule;
  /** Values by the first second of their interval. */
  readonly intervals: Map<number, IntervalValues>;
  timer: Timer;
}

interface Destination {
  readonly path: string;
  readonly rule: AggregationRule;
}

/**
 * Collects the values of each interval. One interval after the first value, and at every interval from
 * then on, it hands on what has changed; late values change what was handed on before.
 */
export class Aggregator implements Disposable {
  readonly #options: AggregatorOptions;
  readonly #outputs = new Map<string, Output>();
  readonly #remembered = new Map<string, readonly Destination[]>();

  /** @param options See {@linkcode AggregatorOptions}. */
  constructor(options: AggregatorOptions) {
    this.#options = options;
  }

  /** Takes a point: passes it on, and adds it to the series that are made of it. */
  take(point: Point): void {
    const destinations = this.#destinationsOf(point.path);
    for (const destination of destinations) this.#add(destination, point);
    if (!destinations.some(({ path }) => path === point.path)) this.#options.onPoint(point);
  }

  /** Hands on what was collected, and stops. */
  [Symbol.dispose](): void {
    for (const output of this.#outputs.values()) {
      output.timer.cancel();
      this.#handOn(output);
    }
    this.#outputs.clear();
  }

  #destinationsOf(path: string): readonly Destination[] {
    const remembered = this.#remembered.get(path);
    if (remembered !== undefined) return remembered;
    const destinations = this.#options.rules.flatMap((rule) => {
      const output = rule.outputFor(path);
      return output === undefined ? [] : [{ path: output, rule }];
    });
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(path, destinations);
    return destinations;
  }

  #add({ path, rule }: Destination, { value, timestamp }: Point): void {
    const output = this.#outputs.get(path) ?? this.#begin(path, rule);
    if (output === undefined) return;
    // Where several rules have one output, the first that made it keeps it, as in carbon.
    const { frequencySeconds, method } = output.rule;
    const start = timestamp - timestamp % frequencySeconds;
    let values = output.intervals.get(start);
    if (values === undefined) {
      if (output.intervals.size >= MOST_INTERVALS) return;
      output.intervals.set(start, values = new IntervalValues(method));
    }
    values.add(value);
  }

  #begin(path: string, rule: AggregationRule): Output | undefined {
    if (this.#outputs.size >= MOST_OUTPUTS) return undefined;
    const tick = () => {
      this.#handOn(output);
      if (output.intervals.size === 0) this.#outputs.delete(path);
      else output.timer = this.#options.clock.after(rule.frequencySeconds * 1000, tick);
    };
    const timer = this.#options.clock.after(rule.frequencySeconds * 1000, tick);
    const output: Output = { path, rule, intervals: new Map(), timer };
    this.#outputs.set(path, output);
    return output;
  }

  #handOn({ path, rule: { frequencySeconds }, intervals }: Output): void {
    const now = Math.floor(this.#options.clock.now() / 1000);
    const oldest = now - now % frequencySeconds - INTERVALS_KEPT * frequencySeconds;
    for (const [timestamp, values] of intervals) {
      if (values.hasChanged) this.#options.onPoint({ path, value: values.take(), timestamp });
      if (timestamp < oldest) intervals.delete(timestamp);
    }
  }
}
