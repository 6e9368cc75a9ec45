/**
 * The jobs of the demo, each with what it shows and how it must end.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import type { Submission } from "../../lib/jobs/submission.ts";

/** A job and its expected end. */
export interface DemoJob {
  /** What it shows. */
  readonly name: string;
  readonly submission: Submission;
  /** State in which it must end. */
  readonly state: "succeeded" | "failed";
  /** Raw wait status with which it must end. */
  readonly exitCode: number;
  /** Line that it must print last; `undefined`: none. */
  readonly prints: string | undefined;
}

const FOLDER = fromFileUrl(new URL("../../fixtures/demo/", import.meta.url));
const file = (name: string) => `${FOLDER}${name}`;

/** The job whose agent is killed midway. */
export const VICTIM: DemoJob = {
  name: "its agent is killed",
  submission: { command: file("slow.sh") },
  state: "succeeded",
  exitCode: 0,
  prints: "survived",
};

/** The report's calculator; the plain one where there is no `bc`. */
export function calculator(hasBc: boolean): DemoJob {
  return {
    name: "calculator",
    submission: { command: file(hasBc ? "calculator_bc.sh" : "calculator.sh") },
    state: "succeeded",
    exitCode: 0,
    prints: "4",
  };
}

/** One job a feature. */
export const TELLING_JOBS: readonly DemoJob[] = [
  {
    name: "calculator in plain shell",
    submission: { command: file("calculator.sh") },
    state: "succeeded",
    exitCode: 0,
    prints: "4",
  },
  {
    name: "arguments and inputs",
    submission: {
      command: file("arguments.sh"),
      arguments: "2 numbers.txt more/numbers.txt",
      inputFiles: [file("numbers.txt"), file("more")],
    },
    state: "succeeded",
    exitCode: 0,
    prints: "72",
  },
  {
    name: "environment",
    submission: {
      command: file("environment.sh"),
      environment: "export GREETING=hello SITE=demo",
    },
    state: "succeeded",
    exitCode: 0,
    prints: "hello from demo",
  },
  {
    name: "a failing one",
    submission: { command: file("failing.sh") },
    state: "failed",
    exitCode: 3 << 8,
    prints: undefined,
  },
  {
    name: "validation",
    submission: { command: file("simulation.sh"), validationScript: file("check.sh") },
    state: "succeeded",
    exitCode: 0,
    prints: "1000 events",
  },
];
