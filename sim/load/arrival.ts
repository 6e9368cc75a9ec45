/**
 * When jobs come into the queue.
 *
 * @module
 */
import { parseSeconds } from "../../lib/config/values.ts";

/**
 * How jobs arrive:
 * - `at-once`: all at the beginning;
 * - `saturate`: so that some always wait, for as long as the run lasts;
 * - `timed`: each at a time of its own.
 */
export type Arrival =
  | { readonly kind: "at-once" }
  | { readonly kind: "saturate" }
  | {
    readonly kind: "timed";
    /** Time of a job's arrival in milliseconds after the beginning, by its number from 0. */
    readonly atMs: (number: number) => number;
    /** Jobs there are; Infinity: as many as are asked for. */
    readonly jobs: number;
  };

/** Reads a rate such as `100/s`, `30/m`, `5/h`; returns jobs a millisecond. */
function parseRate(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\/([smh])$/.exec(text) ?? [];
  if (amount === undefined) throw new SyntaxError("is no rate: write 100/s, 30/m or 5/h");
  return Number(amount) / (1000 * parseSeconds(`1${unit}`));
}

/** Jobs come at a rate that stays. */
function atRate(rate: number): Arrival {
  return { kind: "timed", atMs: (number) => number / rate, jobs: Infinity };
}

/**
 * The rate changes evenly from one to another and then stays. After a time t on the way
 * `from * t + (to - from) * t² / (2 * length)` jobs have come.
 */
function ramp(from: number, to: number, lengthMs: number): Arrival {
  const growth = (to - from) / lengthMs;
  const onTheWay = (from + to) / 2 * lengthMs;
  const atMs = (number: number) => {
    if (number >= onTheWay) return lengthMs + (number - onTheWay) / to;
    if (growth === 0) return number / from;
    return (Math.sqrt(from * from + 2 * growth * number) - from) / growth;
  };
  return { kind: "timed", atMs, jobs: Infinity };
}

/**
 * Reads an arrival model: `at-once`, `saturate`, a rate `100/s`, `ramp(10/s,200/s,60s)`.
 *
 * @param text The words.
 * @returns The model.
 * @throws {SyntaxError} When the text is none; the message says what may be written.
 */
export function parseArrival(text: string): Arrival {
  if (text === "at-once" || text === "saturate") return { kind: text };
  const [, inner] = /^ramp\(([^()]*)\)$/.exec(text) ?? [];
  if (inner !== undefined) {
    const [from = "", to = "", length = "", ...more] = inner.split(",").map((word) => word.trim());
    if (length === "" || more.length > 0) {
      throw new SyntaxError("needs two rates and a time: ramp(10/s,200/s,60s)");
    }
    const [toRate, lengthMs] = [parseRate(to), parseSeconds(length) * 1000];
    if (toRate === 0 || lengthMs === 0) throw new SyntaxError("leads nowhere: no job would come");
    return ramp(parseRate(from), toRate, lengthMs);
  }
  if (!text.includes("/")) {
    throw new SyntaxError("is no arrival: write at-once, saturate, 100/s or ramp(10/s,200/s,60s)");
  }
  const rate = parseRate(text);
  if (rate === 0) throw new SyntaxError("leads nowhere: no job would come");
  return atRate(rate);
}

/**
 * Jobs arrive at recorded times.
 *
 * @param timesMs The times in any unit of milliseconds; the first is the beginning.
 * @returns The model.
 */
export function arrivalAtTimes(timesMs: readonly number[]): Arrival {
  const sorted = timesMs.toSorted((one, other) => one - other);
  const [startMs = 0] = sorted;
  return {
    kind: "timed",
    atMs: (number) => (sorted[number] ?? Infinity) - startMs,
    jobs: sorted.length,
  };
}
