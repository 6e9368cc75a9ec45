/**
 * How a load test goes, while it goes: one screen on a terminal, else a line now and then.
 *
 * @module
 */
import { print } from "../../lib/cli.ts";
import { stopwatchMs } from "../../lib/clock.ts";
import type { Snapshot } from "../../sim/load/mod.ts";
import { numberText, sizeText, timeText } from "./figures.ts";
import { type Goal, Screen } from "./screen.ts";

/** Lines come at most so often: in virtual time a snapshot may take a few milliseconds. */
const LINE_MS = 1000;

/** Shows snapshots. */
export interface Progress extends Disposable {
  /** Takes the latest in. */
  show(snapshot: Snapshot): void;
}

/**
 * Begins to show.
 *
 * @param goal What is to be reached.
 * @param isTerminal Whether there is a terminal to draw on.
 * @returns Shows until disposed of.
 */
export function openProgress(goal: Goal, isTerminal: boolean): Progress {
  return isTerminal ? new ScreenProgress(goal) : new LineProgress();
}

class LineProgress implements Progress {
  #lastMs = -Infinity;

  show(snapshot: Snapshot): void {
    if (stopwatchMs() - this.#lastMs < LINE_MS / 2) return;
    this.#lastMs = stopwatchMs();
    print(`${progressLine(snapshot)}\n`);
  }

  [Symbol.dispose](): void {}
}

/** Draws over what it drew before, and takes it away at the end. */
class ScreenProgress implements Progress {
  readonly #screen: Screen;
  #drawn = 0;
  #lastMs = -Infinity;

  constructor(goal: Goal) {
    this.#screen = new Screen(goal);
  }

  show(snapshot: Snapshot): void {
    this.#screen.add(snapshot);
    if (stopwatchMs() - this.#lastMs < LINE_MS / 4) return;
    this.#lastMs = stopwatchMs();
    const { columns } = Deno.consoleSize();
    const lines = this.#screen.lines(columns);
    print(`${this.#erase()}${lines.join("\n")}\n`);
    this.#drawn = lines.length;
  }

  [Symbol.dispose](): void {
    print(this.#erase());
  }

  #erase(): string {
    return this.#drawn === 0 ? "" : `\x1b[${this.#drawn}A\x1b[J`;
  }
}

/** Writes how things stand in one line. */
export function progressLine(snapshot: Snapshot): string {
  const { seconds, online, states, latencies, rssBytes, warmingUp } = snapshot;
  const ended = states.succeeded + states.failed;
  return [
    `${timeText(seconds * 1000)}${warmingUp ? " (warming up)" : ""}:`,
    `${numberText(online)} agents,`,
    `${numberText(states.waiting)} jobs waiting,`,
    `${numberText(states.leased + states.running)} at work,`,
    `${numberText(ended)} ended;`,
    `lease p99 ${latencies.lease.count === 0 ? "–" : timeText(latencies.lease.p99)};`,
    sizeText(rssBytes),
  ].join(" ");
}
