/**
 * Graphite over HTTP: what the dashboard asks `/render` of graphite-web, or of the embedded Carbon.
 *
 * @module
 */
import { type Clock, inTime, systemClock } from "../../../lib/clock.ts";
import { boundedText } from "../../../lib/http/bounded_text.ts";
import { QuestionError } from "./source.ts";

/** One metric over time, as Graphite sends it. */
export interface Series {
  /** Path of the metric, or what a function calls its result. */
  readonly target: string;
  /** Value, or null where there is none, and time in seconds since the epoch. */
  readonly datapoints: readonly (readonly [value: number | null, atSeconds: number])[];
}

/** A question to `/render`. */
export interface RenderRequest {
  /** Paths, patterns or functions of them. */
  readonly targets: readonly string[];
  /** Beginning in Graphite's words: `-1h`, seconds since the epoch. Default: a day ago. */
  readonly from?: string | undefined;
  /** End. Default: now. */
  readonly until?: string | undefined;
  /** Ends the wait for the answer. Default: nothing but time does. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode Graphite}. */
export interface GraphiteOptions {
  /** Where graphite-web is, such as `http://localhost:8000`. */
  readonly url: string;
  /** Longest wait for an answer, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Clock of the wait. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** Longest question in characters: what every web server takes as an address. */
const LONGEST_QUERY = 7500;
/** Largest answer in bytes. */
const LARGEST_ANSWER_BYTES = 32 * 2 ** 20;

/** A client of Graphite. */
export class Graphite {
  readonly #options: GraphiteOptions;

  /**
   * Sends nothing yet.
   *
   * @param options See {@linkcode GraphiteOptions}.
   */
  constructor(options: GraphiteOptions) {
    this.#options = options;
  }

  /**
   * Asks for series.
   *
   * @param request See {@linkcode RenderRequest}.
   * @returns The series, in Graphite's order.
   * @throws {QuestionError} When the question has no target, is too long, or makes no sense to Graphite.
   * @throws {Error} When Graphite does not answer, or not with series.
   */
  async render(request: RenderRequest): Promise<Series[]> {
    const text = await this.renderText(request);
    const series: unknown = JSON.parse(text);
    if (!Array.isArray(series) || !series.every(isSeries)) {
      throw new Error(`Cannot read the answer of Graphite at ${this.#options.url}: no series`);
    }
    return series;
  }

  /**
   * Asks for series, as the text that Graphite sends.
   *
   * @param request See {@linkcode RenderRequest}.
   * @returns JSON.
   * @throws As {@linkcode Graphite.render}.
   */
  async renderText(request: RenderRequest): Promise<string> {
    const { url, timeoutMs = 10_000, clock = systemClock } = this.#options;
    const query = queryOf(request);
    try {
      return await inTime(clock, timeoutMs, async (signal) => {
        const response = await fetch(new URL(`/render?${query}`, url), { signal });
        const text = await boundedText(response, LARGEST_ANSWER_BYTES);
        if (response.status === 400) throw new QuestionError("Graphite does not understand this");
        if (!response.ok) throw new Error(`status ${response.status}`);
        return text;
      }, request.signal);
    } catch (cause) {
      if (cause instanceof QuestionError) throw cause;
      throw new Error(`Cannot read from Graphite at ${url}`, { cause });
    }
  }
}

function queryOf({ targets, from, until }: RenderRequest): URLSearchParams {
  if (targets.length === 0) throw new QuestionError("Expected a target, found none");
  const query = new URLSearchParams({ format: "json" });
  for (const target of targets) query.append("target", target);
  if (from !== undefined) query.set("from", from);
  if (until !== undefined) query.set("until", until);
  if (`${query}`.length > LONGEST_QUERY) {
    throw new QuestionError(`Expected targets of at most ${LONGEST_QUERY} characters in all`);
  }
  return query;
}

function isSeries(value: unknown): value is Series {
  return typeof value === "object" && value !== null &&
    "target" in value && typeof value.target === "string" &&
    "datapoints" in value && Array.isArray(value.datapoints) &&
    value.datapoints.every((point) =>
      Array.isArray(point) && (point[0] === null || Number.isFinite(point[0])) &&
      Number.isFinite(point[1])
    );
}
