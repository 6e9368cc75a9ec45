/**
 * What came of all seeds together.
 *
 * @module
 */
import { printErrorLine, printLine } from "../../lib/cli.ts";
import type { Failure, SeedResult } from "./run_one.ts";

const SUMS = [
  "jobs",
  "succeeded",
  "failed",
  "requeued",
  "lost",
  "duplicated",
  "reexecuted",
  "rolledBack",
  "stanzas",
  "faults",
  "virtualSeconds",
] as const;

/** Sums over all seeds. */
export class Summary {
  readonly #sums = new Map<string, number>(SUMS.map((name) => [name, 0]));
  readonly #failures: Failure[] = [];
  #worlds = 0;
  #last: SeedResult["result"] | undefined;

  /** Violations, made small; the first is the one to look at. */
  get failures(): readonly Failure[] {
    return this.#failures;
  }

  /** Takes a seed in. */
  add({ result, failure }: SeedResult): void {
    this.#worlds++;
    this.#last = result;
    for (const name of SUMS) this.#sums.set(name, (this.#sums.get(name) ?? 0) + result[name]);
    if (failure !== undefined) this.#failures.push(failure);
  }

  /** The object of `--json`: that of the world where there was one, else sums. */
  object(seconds: number): object {
    const failures = this.#failures.map(({ trace: _, ...failure }) => failure);
    if (this.#worlds === 1) return { ...this.#last, failures };
    return { seeds: this.#worlds, ...Object.fromEntries(this.#sums), seconds, failures };
  }

  /** Prints what a person wants to know. */
  print(seconds: number): void {
    const sum = (name: (typeof SUMS)[number]) => this.#sums.get(name) ?? 0;
    printLine(
      `${several(this.#worlds, "world")}, ${several(sum("jobs"), "job")}: ${
        sum("succeeded")
      } succeeded, ` +
        `${sum("failed")} failed, ${sum("lost")} lost, ${sum("duplicated")} duplicated`,
    );
    printLine(
      `${sum("faults")} faults: ${sum("requeued")} leases taken back, ${sum("reexecuted")} jobs ` +
        `run twice, ${sum("rolledBack")} effects rolled back`,
    );
    const ratio = Math.round(sum("virtualSeconds") / seconds);
    printLine(
      `${several(Math.round(sum("virtualSeconds") / 3600), "hour")} in ${seconds.toFixed(1)} s ` +
        `(${ratio} times as fast), ${sum("stanzas")} stanzas`,
    );
  }
}

function several(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Prints a violation and how to see it again. */
export function printFailure({ seed, violation, command, faults }: Failure): void {
  const { invariant, detail, atMs } = violation;
  printErrorLine(
    `Seed ${seed} breaks "${invariant}" after ${(atMs / 1000).toFixed(3)} s: ${detail}`,
  );
  printErrorLine(`  faults: ${faults.length === 0 ? "none needed" : faults.join(" ")}`);
  printErrorLine(`  ${command}`);
}
