/**
 * The words of a diagram: labels, details and pauses, the same in the terminal and in pictures.
 *
 * @module
 */
import { escapeControls } from "../../../lib/log.ts";
import { shortenValue } from "../../../lib/trace/mod.ts";
import type { Saying, Step } from "./story.ts";

/** How a saying stands out. */
export type Mood = "plain" | "acked" | "repeated" | "failed";

/** A pause longer than this is marked, in seconds. */
const LONG_PAUSE_SECONDS = 2;

/** Says how a saying stands out. */
export function moodOf(saying: Saying): Mood {
  if (saying.kind === "error" || saying.bounced !== undefined || !saying.arrived) return "failed";
  if (saying.copy > 1) return "repeated";
  return saying.acks > 0 ? "acked" : "plain";
}

/** What stands on an arrow, without its acknowledgements. */
export function labelOf(saying: Saying): string {
  const again = saying.copy > 1 ? ` ↻${saying.copy}` : "";
  return `${escapeControls(shortenValue(saying.title, 60))}${again}`;
}

/** What became of a saying. */
export function fateOf(saying: Saying): string {
  if (saying.bounced !== undefined) return `✗ ${escapeControls(saying.bounced)}`;
  if (!saying.arrived) return "✗ lost";
  if (saying.acks === 0) return "";
  return saying.acks === 1 ? "✓" : `✓${saying.acks}`;
}

/** What people look for first, and what they rarely look at. */
const FIRST = [
  "info.command",
  "jobID",
  "job.id",
  "job.command",
  "job.arguments",
  "exitCode",
  "validateExitCode",
];
const LAST = ["jmJobData", "jdl", "agentSession", "agentSoftware"];

function rankOf(name: string): number {
  const first = FIRST.indexOf(name);
  if (first >= 0) return first - FIRST.length;
  return LAST.indexOf(name) + 1;
}

/** The values of a saying, shortened, in one line; the most telling come first. */
export function detailsOf({ values }: Saying): string {
  return values.filter(({ value }) => value !== "")
    .toSorted((one, other) => rankOf(one.name) - rankOf(other.name))
    .map(({ name, value }) => `${escapeControls(name)}=${escapeControls(shortenValue(value, 32))}`)
    .join("  ");
}

/** The pause before a step, where it is worth a mark. */
export function pauseBefore(step: Step, previous: Step | undefined): string | undefined {
  const seconds = previous === undefined ? 0 : step.t - previous.t;
  if (seconds < LONG_PAUSE_SECONDS) return undefined;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}
