/**
 * The screen of a load test: progress, rates, queue, times, CPU and memory.
 *
 * @module
 */
import { paint } from "../../lib/cli.ts";
import { type Phase, PHASES, type Snapshot } from "../../sim/load/mod.ts";
import { numberText, sizeText, timeText } from "./figures.ts";

/** What is to be reached. */
export interface Goal {
  readonly agents: number;
  /** Jobs that must end; `undefined`: as many as are taken. */
  readonly jobs: number | undefined;
  /** Length of the test in seconds, warm-up included; `undefined`: until all jobs have ended. */
  readonly seconds: number | undefined;
}

/** Snapshots that the little plot shows. */
const PLOT_WIDTH = 32;
const BAR_WIDTH = 40;
const LEVELS = "▁▂▃▄▅▆▇█";
const NAME_WIDTH = 10;

/** A bar of so much of its whole. */
export function bar(share: number, width = BAR_WIDTH): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

/** Numbers as a line of small columns, the greatest as the highest. */
export function sparkline(values: readonly number[]): string {
  const greatest = Math.max(0, ...values);
  return values.map((value) => {
    const level = greatest === 0 ? 0 : Math.round(value / greatest * (LEVELS.length - 1));
    return LEVELS[level] ?? "";
  }).join("");
}

/** Draws snapshots as lines of text. */
export class Screen {
  readonly #goal: Goal;
  readonly #colours: boolean;
  #last: Snapshot | undefined;
  #rates: number[] = [];
  #stanzaRate = 0;
  #cores: Readonly<Record<string, number>> = {};
  /** The last times of each phase: in some intervals nothing is measured. */
  #times: Partial<Record<Phase, Snapshot["latencies"][Phase]>> = {};

  /**
   * @param goal See {@linkcode Goal}.
   * @param colours Whether to use colours. Default: as the terminal wants.
   */
  constructor(goal: Goal, colours = !Deno.noColor) {
    this.#goal = goal;
    this.#colours = colours;
  }

  /** Takes a snapshot in. */
  add(snapshot: Snapshot): void {
    const last = this.#last;
    const passed = snapshot.seconds - (last?.seconds ?? 0);
    for (const phase of PHASES) {
      if (snapshot.latencies[phase].count > 0) this.#times[phase] = snapshot.latencies[phase];
    }
    if (passed > 0) {
      const jobs = ended(snapshot) - (last === undefined ? 0 : ended(last));
      this.#rates = [...this.#rates, jobs / passed].slice(-PLOT_WIDTH);
      this.#stanzaRate = (snapshot.stanzas - (last?.stanzas ?? 0)) / passed;
      this.#cores = Object.fromEntries(
        Object.entries(snapshot.cpuSeconds).map(([kind, seconds]) => {
          return [kind, Math.max(0, seconds - (last?.cpuSeconds[kind] ?? seconds)) / passed];
        }),
      );
    }
    this.#last = snapshot;
  }

  /**
   * Writes the screen.
   *
   * @param columns Width of the terminal.
   * @returns Its lines, none wider.
   */
  lines(columns: number): string[] {
    const last = this.#last;
    if (last === undefined) return [];
    return [...this.#head(last), ...this.#jobs(last), ...this.#phases(), ...this.#machine(last)]
      .map((line) => cut(line, columns));
  }

  #line(name: string, value: string): string {
    return `  ${paint(name.padEnd(NAME_WIDTH), "dim", this.#colours)} ${value}`;
  }

  #head(last: Snapshot): string[] {
    const { agents, jobs, seconds } = this.#goal;
    const shares = [
      jobs === undefined ? 0 : ended(last) / jobs,
      seconds === undefined ? 0 : last.seconds / seconds,
    ];
    const share = Math.min(1, Math.max(...shares));
    const time = timeText(last.seconds * 1000) +
      (seconds === undefined ? "" : ` of ${timeText(seconds * 1000)}`);
    return [
      "",
      `  ${paint(bar(share), "cyan", this.#colours)} ${Math.floor(share * 100)} %  ${time}` +
      (last.warmingUp ? paint("  warming up", "yellow", this.#colours) : ""),
      "",
      this.#line("agents", `${numberText(last.online)} of ${numberText(agents)} online`),
    ];
  }

  #jobs({ states, requeued, faults }: Snapshot): string[] {
    const rate = this.#rates.at(-1) ?? 0;
    return [
      this.#line(
        "jobs",
        `${numberText(states.waiting)} waiting · ${numberText(states.leased)} leased · ` +
          `${numberText(states.running)} running · ${numberText(states.succeeded)} succeeded · ` +
          `${numberText(states.failed)} failed`,
      ),
      this.#line("rate", `${numberText(Math.round(rate))} jobs/s  ${sparkline(this.#rates)}`),
      this.#line(
        "stanzas",
        `${numberText(Math.round(this.#stanzaRate))}/s · ${numberText(requeued)} leases taken ` +
          `back · ${numberText(faults)} faults`,
      ),
    ];
  }

  #phases(): string[] {
    const cells = (texts: readonly string[]) => texts.map((text) => text.padStart(10)).join("");
    const head = `  ${" ".repeat(NAME_WIDTH)} ${cells(["p50", "p95", "p99", "max"])}`;
    const rows = PHASES.map((phase) => {
      const times = this.#times[phase];
      const texts = times === undefined
        ? ["–", "–", "–", "–"]
        : [times.p50, times.p95, times.p99, times.max].map(timeText);
      return this.#line(phase, cells(texts));
    });
    return ["", paint(head, "dim", this.#colours), ...rows, ""];
  }

  #machine({ rssBytes }: Snapshot): string[] {
    const cores = Object.entries(this.#cores)
      .map(([kind, used]) => `${kind} ${used.toFixed(2)}`).join(" · ");
    return [this.#line("cores", cores), this.#line("memory", sizeText(rssBytes))];
  }
}

function ended({ states }: Snapshot): number {
  return states.succeeded + states.failed;
}

/** Cuts a line to a width; what gives it colour takes no room. */
function cut(line: string, columns: number): string {
  let [width, text] = [0, ""];
  // deno-lint-ignore no-control-regex -- colours are control sequences
  for (const [piece] of line.matchAll(/\x1b\[\d+m|./gsu)) {
    const isColour = piece.length > 2;
    if (!isColour && width >= columns) continue;
    if (!isColour) width++;
    text += piece;
  }
  return text;
}
