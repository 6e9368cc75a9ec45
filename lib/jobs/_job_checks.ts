/**
 * Checks of what callers hand to the job store, made before anything is sent.
 *
 * @module
 */
import { formatJobDescription, type Job } from "../protocol/job.ts";
import type { SubmitOptions } from "./job_store.ts";
import { checkRequirements } from "./requirements.ts";

/** Ids name directories and keys. */
const ID = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;
/** Priorities beyond are not in earnest, and each has a list of its own. */
const GREATEST_PRIORITY = 1_000_000;

/**
 * Checks a whole number.
 *
 * @param name What it is, for the error.
 * @param value The number.
 * @param least Smallest allowed value.
 * @param greatest Largest allowed value.
 * @returns The number.
 * @throws {RangeError} When it is not whole or out of bounds.
 */
export function checkInteger(
  name: string,
  value: number,
  least: number,
  greatest: number,
): number {
  if (!Number.isInteger(value) || value < least || value > greatest) {
    throw new RangeError(`Cannot use ${name} ${value}: not between ${least} and ${greatest}`);
  }
  return value;
}

/**
 * Checks a length of time.
 *
 * @param name What it is, for the error.
 * @param seconds The time in seconds, at most some three hundred years.
 * @returns The same.
 * @throws {RangeError} When it is negative, no number or too long.
 */
export function checkSeconds(name: string, seconds: number): number {
  if (!(seconds >= 0 && seconds <= 1e10)) {
    throw new RangeError(`Cannot use ${name} ${seconds}: not a time in seconds`);
  }
  return seconds;
}

function checkPositive(name: string, value: number | undefined): number | "" {
  if (value === undefined) return "";
  if (!(value > 0 && value < 1e15)) {
    throw new RangeError(`Cannot use ${name} ${value}: not a positive number`);
  }
  return value;
}

/** What a checked job is in the words of the submit script. */
export interface CheckedSubmit {
  readonly id: string;
  readonly submitKey: string;
  readonly description: string;
  readonly inputDir: string;
  readonly priority: number;
  readonly held: "1" | "";
  readonly maxAttempts: number;
  readonly validationScript: string;
  readonly wallTimeSeconds: number | "";
  readonly outputBytes: number | "";
  readonly requirements: string;
}

/**
 * Checks a job and what its submitter asks for; options come before what the job itself says.
 *
 * @param job The job.
 * @param options What is asked for.
 * @param maxAttempts Hand-outs where nothing is asked for.
 * @returns The arguments of the submit script.
 * @throws {RangeError} When a value is out of bounds or cannot be written.
 */
export function checkSubmit(job: Job, options: SubmitOptions, maxAttempts: number): CheckedSubmit {
  if (!ID.test(job.id)) {
    throw new RangeError(`Cannot submit job ${JSON.stringify(job.id.slice(0, 200))}: bad id`);
  }
  if (job.command === "") throw new RangeError(`Cannot submit job ${job.id}: no command`);
  const submitKey = options.key ?? "";
  if (submitKey.length > 1000) {
    throw new RangeError(`Cannot submit job ${job.id}: a key of ${submitKey.length} characters`);
  }
  return {
    id: job.id,
    submitKey,
    description: formatJobDescription(job),
    inputDir: job.inputDir,
    priority: checkInteger(
      "priority",
      options.priority ?? 0,
      -GREATEST_PRIORITY,
      GREATEST_PRIORITY,
    ),
    held: options.held ? "1" : "",
    maxAttempts: checkInteger("maxAttempts", options.maxAttempts ?? maxAttempts, 1, 1_000_000),
    validationScript: options.validationScript ?? job.validationScript ?? "",
    wallTimeSeconds: checkPositive(
      "wallTimeSeconds",
      options.wallTimeSeconds ?? job.wallTimeSeconds,
    ),
    outputBytes: checkPositive("outputBytes", options.outputBytes ?? job.outputBytes),
    requirements: checkRequirements(options.requirements ?? ""),
  };
}
