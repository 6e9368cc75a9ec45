/**
 * A difference between a trace and what happens now, and how it is told.
 *
 * @module
 */
import { summarizeStanza } from "../../../lib/trace/mod.ts";
import type { Mismatch, XmlElement } from "../../../lib/trace/mod.ts";
import type { Hear } from "./script.ts";

/** One difference. */
export interface Difference {
  /**
   * `missing`: the peer did not say what it said in the trace. `unexpected`: it said something that is
   * not in the trace there. `changed`: it said something else. `early`, `late`: at another time.
   * `order`: before its acknowledgement.
   */
  readonly kind: "missing" | "unexpected" | "changed" | "early" | "late" | "order";
  /** Line of the trace: of what was expected, or of the last thing that was as expected. */
  readonly line: number;
  /** Seconds since the trace began. */
  readonly t: number;
  /** Full JID of the peer, as in the trace. */
  readonly peer: string;
  readonly expected?: string | undefined;
  readonly came?: string | undefined;
  /** What exactly differs. */
  readonly detail?: string | undefined;
}

/** Says that something did not come. */
export function missing(hear: Hear, t: number): Difference {
  const { line, peer, stanza } = hear;
  return { kind: "missing", line, t, peer, expected: summarizeStanza(stanza) };
}

/** Says that something came otherwise than expected. */
export function changed(hear: Hear, came: XmlElement, t: number, mismatch: Mismatch): Difference {
  const { line, peer, stanza } = hear;
  const { what, expected = "none", came: now = "none" } = mismatch;
  return {
    kind: "changed",
    line,
    t,
    peer,
    expected: summarizeStanza(stanza),
    came: summarizeStanza(came),
    detail: `${what}: expected ${expected}, came ${now}`,
  };
}

const VERDICTS: Readonly<Record<Difference["kind"], string>> = {
  missing: "nothing came",
  unexpected: "not expected here",
  changed: "not the same",
  early: "too early",
  late: "too late",
  order: "before its acknowledgement",
};

/**
 * Tells a difference in a few lines: what was expected, what came, and where.
 *
 * @param difference The difference.
 * @param file Name of the trace.
 * @returns The text, without a newline at its end.
 */
export function differenceText(difference: Difference, file: string): string {
  const { kind, line, t, expected = "nothing", came = "nothing", detail, peer } = difference;
  const where = `${kind === "unexpected" ? "after" : "at"} ${file}:${line}`;
  return [
    `Difference ${where}, ${t.toFixed(1)} s, from ${peer}: ${VERDICTS[kind]}`,
    `  expected  ${expected}`,
    `  came      ${came}`,
    ...detail === undefined
      ? []
      : [`  ${kind === "unexpected" ? "then   " : "differs"}   ${detail}`],
  ].join("\n");
}
