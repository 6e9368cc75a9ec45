/**
 * What an agent has contributed, day by day. Pure.
 *
 * @module
 */
import type { AgentConnection } from "./sources/connections.ts";

/** Days that are told of: today and those before it. */
export const CONTRIBUTION_DAYS = 7;
const DAY_MS = 86_400_000;

/** One value a day: beginning of the day, UTC, milliseconds since the epoch. */
export type DailySeries = readonly (readonly [dayMs: number, value: number])[];

/** The original's form of an agent's contributions: only days on which there was a connection. */
export interface Contributions {
  /** Jobs that succeeded. */
  readonly succeeded: DailySeries;
  /** Jobs that failed. */
  readonly failed: DailySeries;
  /** Time that jobs took, in seconds. */
  readonly cputime: DailySeries;
}

/**
 * Tells from when on connections count.
 *
 * @param nowMs The present.
 * @returns Beginning of the first day.
 */
export function contributionsSince(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS) * DAY_MS - (CONTRIBUTION_DAYS - 1) * DAY_MS;
}

/**
 * Adds up contributions. As in the original, what a connection has brought counts for the day on which
 * it began.
 *
 * @param connections Connections of one agent since {@linkcode contributionsSince}.
 * @returns The contributions, by day.
 */
export function addUpContributions(connections: readonly AgentConnection[]): Contributions {
  const days = Map.groupBy(
    connections,
    ({ createdMs }) => Math.floor(createdMs / DAY_MS) * DAY_MS,
  );
  const series = (value: (connection: AgentConnection) => number): DailySeries =>
    [...days].map(([dayMs, ofDay]) =>
      [dayMs, ofDay.reduce((sum, connection) => sum + value(connection), 0)] as const
    ).toSorted(([one], [other]) => one - other);
  return {
    succeeded: series(({ succeeded }) => succeeded),
    failed: series(({ failed }) => failed),
    cputime: series(({ contributedSeconds }) => contributedSeconds),
  };
}
