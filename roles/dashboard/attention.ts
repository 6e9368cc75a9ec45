/**
 * What needs attention first: rules over the state of now. Pure.
 *
 * @module
 */
import type { Manager } from "./managers.ts";
import { type QueueOverview, SILENT_SECONDS } from "./queue_overview.ts";
import type { SourceHealth, SourceName } from "./sources/source.ts";

/** Something that somebody should look at. */
export interface Attention {
  /** `error`: work stands still or is lost; `warning`: it may soon; `note`: good to know. */
  readonly level: "error" | "warning" | "note";
  /** What it is, in a sentence. */
  readonly title: string;
  /** What it means or what to do, in a sentence. */
  readonly detail: string;
  /** View that shows more, as its path and query below `/dashboard/`; empty where there is none. */
  readonly view: string;
}

/** What the rules look at. */
export interface AttentionFacts {
  readonly sources: Readonly<Record<SourceName, SourceHealth>>;
  readonly queue?: QueueOverview | undefined;
  readonly managers?: readonly Manager[] | undefined;
  /** Agents that are connected; undefined where nobody counts them. */
  readonly agentsConnected?: number | undefined;
  /** The present, milliseconds since the epoch. */
  readonly nowMs: number;
}

const SOURCE_TITLES: Readonly<Record<SourceName, string>> = {
  queue: "The queue cannot be read",
  graphite: "Graphite cannot be read",
  mongodb: "MongoDB cannot be read",
};
/** Share of failures among the jobs of the last hour from which on people should know. */
const MANY_FAILURES = 0.2;
/** Jobs that must have ended for that share to mean something. */
const ENOUGH_ENDED = 5;
/** Use of a disk or of memory from which on people should know. */
const NEARLY_FULL = 0.9;
/** A manager that reports each minute has stopped after so long. */
const MANAGER_SILENT_MS = 5 * 60_000;

const ORDER = { error: 0, warning: 1, note: 2 };

/**
 * Lists what needs attention.
 *
 * @param facts See {@linkcode AttentionFacts}.
 * @returns The worst first; empty where all is well.
 */
export function attentionOf(facts: AttentionFacts): Attention[] {
  return [
    ...sourceAttention(facts),
    ...queueAttention(facts),
    ...(facts.managers ?? []).flatMap((manager) => managerAttention(manager, facts.nowMs)),
  ].sort((one, other) => ORDER[one.level] - ORDER[other.level]);
}

function sourceAttention({ sources }: AttentionFacts): Attention[] {
  const names = Object.keys(sources) as SourceName[];
  return names.filter((name) => sources[name].state === "broken").map((name) => ({
    level: "error",
    title: SOURCE_TITLES[name],
    detail: sources[name].message,
    view: "",
  }));
}

function queueAttention({ queue, agentsConnected }: AttentionFacts): Attention[] {
  if (queue === undefined) return [];
  const { counts, ended, silentLeases } = queue;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const [succeeded, failed] = [sum(ended.counts.succeeded), sum(ended.counts.failed)];
  const found: Attention[] = [];
  const isIdle = counts.leased + counts.running === 0 && succeeded + failed === 0;
  if (counts.waiting > 0 && (agentsConnected === 0 || isIdle)) {
    found.push({
      level: "error",
      title: `${several(counts.waiting, "job")} wait${counts.waiting === 1 ? "s" : ""}, ` +
        (agentsConnected === 0 ? "and no agent is connected" : "and nobody takes any"),
      detail: "See that a job manager runs, and that agents reach it",
      view: "jobs?state=waiting",
    });
  }
  if (succeeded + failed >= ENOUGH_ENDED && failed >= MANY_FAILURES * (succeeded + failed)) {
    const percent = Math.round(100 * failed / (succeeded + failed));
    const reason = queue.failures[0];
    found.push({
      level: failed > succeeded ? "error" : "warning",
      title: `${percent} % of the jobs of the last hour failed`,
      detail: reason === undefined ? "" : `Most often: ${reason.reason}`,
      view: "jobs?state=failed",
    });
  }
  if (silentLeases > 0) {
    found.push({
      level: "warning",
      title: `${several(silentLeases, "agent")} at work gave no sign of life for ` +
        `${SILENT_SECONDS / 60} minutes`,
      detail: "Their jobs go back to the queue when their leases end",
      view: "jobs?state=running",
    });
  }
  if (counts.held > 0) {
    found.push({
      level: "note",
      title: `${several(counts.held, "job")} ${counts.held === 1 ? "is" : "are"} held`,
      detail: "Held jobs wait until somebody releases them",
      view: "jobs?state=held",
    });
  }
  return found;
}

function managerAttention(manager: Manager, nowMs: number): Attention[] {
  const { name, seenMs } = manager;
  if (nowMs - seenMs > MANAGER_SILENT_MS) {
    const minutes = Math.floor((nowMs - seenMs) / 60_000);
    return [{
      level: "warning",
      title: `Manager ${name} has reported nothing for ${minutes} minutes`,
      detail: "It may be down, or the monitor may not hear it",
      view: "managers",
    }];
  }
  const full = manager.disks.filter(({ used, available }) =>
    used > NEARLY_FULL * (used + available)
  );
  return full.map((disk) => ({
    level: disk.available < 1024 ? "error" : "warning",
    title: `Disk ${disk.name} of manager ${name} is nearly full`,
    detail: `${Math.round(disk.available / 102.4) / 10} GiB left`,
    view: "managers",
  }));
}

function several(count: number, noun: string): string {
  return `${count.toLocaleString("en-GB")} ${noun}${count === 1 ? "" : "s"}`;
}
