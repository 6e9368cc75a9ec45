/**
 * `copilot-job-submit`: puts jobs into the queue (report 4.6; flags of the report and of the original).
 *
 * @module
 */
import { merge, object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { configFlags, parseCommandLine } from "../lib/cli/flags.ts";
import { bytes, seconds } from "../lib/cli/value_parsers.ts";
import { EXIT, printErrorLine, printJson, printLine, runMain, UsageError } from "../lib/cli.ts";
import { existsLocal } from "../lib/jobs/local_files.ts";
import type { Submission } from "../lib/jobs/submission.ts";
import { openJobs, type SiteJobs, submitVariables } from "../roles/jobmanager/open_jobs.ts";
import { JOBMANAGER_COMPONENT } from "../roles/jobmanager/variables.ts";
import { exitText } from "./job_texts.ts";

const NAME = "copilot-job-submit";

const flags = merge(
  object({
    command: option("--command", string({ metavar: "FILE" }), {
      description: message`Program to run: a local file, or a command that agents have`,
    }),
    arguments: withDefault(
      option("--arguments", string(), { description: message`Its arguments, as shell text` }),
      "",
    ),
    inputFiles: multiple(option("--input-files", string({ metavar: "'A B'" }), {
      description: message`More input files, parted by blanks; may be repeated`,
    })),
    environment: withDefault(
      option("--environment", string(), { description: message`Shell text that sets variables` }),
      "",
    ),
    packages: withDefault(
      option("--packages", string(), { description: message`Packages as VO@NAME::VERSION` }),
      "",
    ),
    number: withDefault(
      option("--number", integer({ min: 1, max: 100_000 }), {
        description: message`Number of equal jobs`,
      }),
      1,
    ),
    chirpAddress: optional(option("--chirp-addr", string({ metavar: "HOST:PORT" }), {
      description: message`Address of the Chirp server, as agents reach it`,
    })),
  }),
  object({
    validation: optional(option("--validation", string({ metavar: "FILE" }), {
      description: message`Script that judges the output`,
    })),
    wallTime: optional(option("--wall-time", seconds(), {
      description: message`Longest run, such as 90 or 2h`,
    })),
    outputSize: optional(option("--output-size", bytes(), {
      description: message`Largest job directory, such as 500MB or 1GiB`,
    })),
    requirements: optional(option("--requirements", string({ metavar: "EXPRESSION" }), {
      description: message`What a machine must have, such as other.Memory > 8192`,
    })),
    attempts: optional(option("--attempts", integer({ min: 1, max: 1000 }), {
      description: message`Hand-outs before the job is given up`,
    })),
    priority: optional(option("--priority", integer({ min: -1000, max: 1000 }), {
      description: message`Higher runs first`,
    })),
    hold: option("--hold", { description: message`Wait until released` }),
    key: optional(option("--key", string(), {
      description: message`A submit repeated with the same key changes nothing`,
    })),
    wait: option("--wait", { description: message`Wait until the jobs have ended` }),
    json: option("--json", { description: message`Print one object` }),
  }),
  object({ config: configFlags(submitVariables) }),
);

/** Submits; an input file that is missing, or a value out of bounds, is for the person at the terminal to mend. */
async function submit(jobs: SiteJobs, submission: Submission): Promise<readonly string[]> {
  try {
    return await jobs.submit(submission);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(`Cannot read the input files: ${error.message}`);
  }
}

async function main(signal: AbortSignal): Promise<number> {
  const options = parseCommandLine(flags, {
    name: NAME,
    summary: "Puts jobs into the queue of a generic job manager",
    variables: submitVariables,
    component: JOBMANAGER_COMPONENT,
  });
  const { config, chirpAddress } = options;
  await using jobs = await openJobs({ ...config, chirpAddress });
  const ids = await submit(jobs, {
    command: options.command,
    arguments: options.arguments,
    inputFiles: options.inputFiles.flatMap((names) => names.split(/\s+/)).filter((name) => name),
    environment: options.environment,
    packages: options.packages,
    number: options.number,
    validationScript: options.validation,
    wallTimeSeconds: options.wallTime,
    outputBytes: options.outputSize,
    requirements: options.requirements,
    maxAttempts: options.attempts,
    priority: options.priority,
    held: options.hold,
    key: options.key,
  });
  if (!await existsLocal(options.command)) {
    printErrorLine(`${options.command} is no file here: agents of ours run their own of that name`);
  }
  if (!options.json) {
    for (const id of ids) printLine(`The job has been registered in the database (ID: ${id})`);
  }
  if (!options.wait) {
    if (options.json) printJson({ ids });
    return EXIT.done;
  }
  const ended = await jobs.wait(ids, {
    signal,
    onChange: ({ id, state, exitCode }) => {
      if (!options.json) printLine(`${id} ${state} ${exitText(exitCode)}`.trimEnd());
    },
  });
  if (options.json) printJson({ ids, jobs: ended });
  return ended.every((job) => job?.state === "succeeded") ? EXIT.done : EXIT.failed;
}

if (import.meta.main) await runMain(main, { name: NAME });
