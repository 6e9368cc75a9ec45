/**
 * The logger that components are given.
 *
 * @module
 */

import { type Clock, systemClock } from "../clock.ts";
import type { LogFields } from "./fields.ts";
import { levelRank, type LogLevel } from "./level.ts";
import type { LogSink } from "./sink.ts";

/**
 * Takes what a component has to say. Messages may hold text from the wire: line ends and control
 * characters are escaped, and fields with the names of secrets are masked. No method throws.
 */
export interface Logger {
  /** Says what only someone who hunts an error wants to know. */
  debug(message: string, fields?: LogFields): void;
  /** Says what an operator likes to see. */
  info(message: string, fields?: LogFields): void;
  /** Says what is not right but does no harm yet. */
  warning(message: string, fields?: LogFields): void;
  /** Says what has failed. */
  error(message: string, fields?: LogFields): void;
  /** Says why the component cannot go on. */
  critical(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to each record. */
  with(fields: LogFields): Logger;
}

/** Options of {@linkcode createLogger}. */
export interface LoggerOptions {
  /** Where records go. */
  readonly sinks: readonly LogSink[];
  /** Time of the records. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /** Fields of every record. Default: none. */
  readonly fields?: LogFields | undefined;
}

const NO_FIELDS: LogFields = Object.freeze({});

/**
 * Makes a logger.
 *
 * @example
 * ```ts
 * import { createLogger } from "./logger.ts";
 * import { memorySink } from "./sink.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const sink = memorySink();
 * const logger = createLogger({ sinks: [sink] }).with({ jobId: "7a" });
 * logger.info("Job is done", { exitCode: 0 });
 * assertEquals(sink.records[0]?.fields, { jobId: "7a", exitCode: 0 });
 * ```
 *
 * @param options Sinks, clock and fields.
 * @returns The logger.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { sinks, clock = systemClock, fields: ownFields = NO_FIELDS } = options;
  const ranked = sinks.map((sink) => ({ sink, rank: levelRank(sink.minLevel) }));
  const lowestRank = Math.min(...ranked.map(({ rank }) => rank));
  const at = (level: LogLevel) => {
    const rank = levelRank(level);
    // The common case, a level that nobody wants, costs one comparison.
    if (!(rank >= lowestRank)) return () => {};
    return (message: string, fields?: LogFields) => {
      const all = fields === undefined ? ownFields : { ...ownFields, ...fields };
      const record = { timeMs: clock.now(), level, message, fields: all };
      for (const { sink, rank: minRank } of ranked) if (rank >= minRank) sink.write(record);
    };
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warning: at("warning"),
    error: at("error"),
    critical: at("critical"),
    with: (fields) => createLogger({ sinks, clock, fields: { ...ownFields, ...fields } }),
  };
}

/** A logger that nobody listens to. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warning() {},
  error() {},
  critical() {},
  with: () => silentLogger,
};
