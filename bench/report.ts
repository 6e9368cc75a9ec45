/**
 * Rows as figures and verdicts; this is also what `--json` prints.
 *
 * @module
 */
import type { Machine } from "./machine.ts";
import type { BenchSettings, Peer, Row } from "./row.ts";
import { spread, summarize, timesBetter } from "./statistics.ts";

/** Samples and what is said about them. */
export interface Figure {
  readonly median: number;
  /** Half the distance of the quartiles, as a part of the median. */
  readonly spread: number;
  readonly samples: readonly number[];
}

/** A peer's part of a row. */
export interface PeerReport {
  readonly name: string;
  /** Missing where the peer was skipped. */
  readonly figure?: Figure;
  /** How many times better ours is. */
  readonly times?: number;
  /** How many times it must be. */
  readonly floor?: number;
  /** Missing where there is no floor or no figure. */
  readonly reached?: boolean;
  readonly skipped?: string;
  readonly source?: string;
}

/** A row with its verdict. */
export interface RowReport {
  readonly bench: string;
  readonly what: string;
  readonly unit: string;
  readonly better: "more" | "less";
  /** Missing where what measures is not installed. */
  readonly ours?: Figure;
  /** What ours must reach by itself. */
  readonly floor?: number;
  readonly peers: readonly PeerReport[];
  /** Whether every floor that could be tried is reached. */
  readonly reached: boolean;
  readonly note?: string;
}

/** What a bench gave. */
export interface MeasuredBench {
  /** Its name. */
  readonly bench: string;
  /** `undefined` when it failed. */
  readonly rows: readonly Row[] | undefined;
}

/** All that was measured. */
export interface BenchReport extends BenchSettings {
  readonly machine: Machine;
  readonly rows: readonly RowReport[];
  /** Names of benches that failed. */
  readonly failed: readonly string[];
  /** Whether every bench gave its rows and every row reaches its floors. */
  readonly reached: boolean;
}

function figureOf(samples: readonly number[]): Figure {
  const summary = summarize(samples);
  return { median: summary.median, spread: spread(summary), samples };
}

function peerReport({ better, ours }: Row, peer: Peer): PeerReport {
  const { samples, floor, ...about } = peer;
  const promised = floor === undefined ? {} : { floor };
  if (samples.length === 0 || ours.length === 0) return { ...about, ...promised };
  const times = timesBetter(ours, samples, better);
  return {
    ...about,
    ...promised,
    figure: figureOf(samples),
    times,
    ...(floor === undefined ? {} : { reached: times >= floor }),
  };
}

function rowReport(bench: string, row: Row): RowReport {
  const { what, unit, better, floor, note } = row;
  const ours = row.ours.length === 0 ? undefined : figureOf(row.ours);
  const peers = (row.peers ?? []).map((peer) => peerReport(row, peer));
  const own = floor === undefined || ours === undefined ||
    (better === "more" ? ours.median >= floor : ours.median <= floor);
  return {
    bench,
    what,
    unit,
    better,
    ...(ours === undefined ? {} : { ours }),
    ...(floor === undefined ? {} : { floor }),
    peers,
    reached: own && peers.every(({ reached }) => reached ?? true),
    ...(note === undefined ? {} : { note }),
  };
}

/** Judges what was measured. */
export function reportOf(
  measured: readonly MeasuredBench[],
  settings: BenchSettings,
  machine: Machine,
): BenchReport {
  const rows = measured.flatMap(({ bench, rows = [] }) => rows.map((row) => rowReport(bench, row)));
  const failed = measured.filter(({ rows }) => rows === undefined).map(({ bench }) => bench);
  const reached = failed.length === 0 && rows.every(({ reached }) => reached);
  return { ...settings, machine, rows, failed, reached };
}
