/**
 * The state of a load test in one line, where there is no terminal to draw on.
 *
 * @module
 */
import type { Snapshot } from "../../sim/load/mod.ts";
import { numberText, sizeText, timeText } from "./figures.ts";

/** Writes the line. */
export function progressLine(snapshot: Snapshot): string {
  const { seconds, online, states, latencies, rssBytes, warmingUp } = snapshot;
  const ended = states.succeeded + states.failed;
  return [
    `${timeText(seconds * 1000)}${warmingUp ? " (warming up)" : ""}:`,
    `${numberText(online)} agents,`,
    `${numberText(states.waiting)} jobs waiting,`,
    `${numberText(states.leased + states.running)} at work,`,
    `${numberText(ended)} ended;`,
    `lease p99 ${timeText(latencies.lease.p99)};`,
    sizeText(rssBytes),
  ].join(" ");
}
