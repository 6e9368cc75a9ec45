/**
 * `copilot-jobs`: looks at the queue and changes it. It talks to Redis, so that it answers when managers
 * are busy or down.
 *
 * @module
 */
import { merge, object, or } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import { configFlags, parseCommandLine } from "../lib/cli/flags.ts";
import { runMain } from "../lib/cli.ts";
import { loadConfig } from "../lib/config.ts";
import { JOB_STATES } from "../lib/jobs/job_state.ts";
import { openQueue } from "../lib/jobs/open_queue.ts";
import {
  folderVariables,
  JOBMANAGER_COMPONENT,
  queueVariables,
} from "../roles/jobmanager/variables.ts";
import { changeJobs } from "./jobs/change.ts";
import { showOutput } from "./jobs/output.ts";
import { listJobs, showHistory, showJob, waitJobs } from "./jobs/show.ts";
import { showWhy } from "./jobs/why.ts";

const NAME = "copilot-jobs";
/** Only `output` needs to know where files are. */
const variables = { ...queueVariables, doneJobDir: folderVariables.doneJobDir };

const common = object({
  json: option("--json", { description: message`Print one object` }),
  config: configFlags(variables),
});
const id = argument(string({ metavar: "ID" }), { description: message`Id of a job` });
const ids = multiple(id, { min: 1 });
const reason = optional(
  option("--reason", string(), { description: message`Noted in the job's history` }),
);

const parser = or(
  command(
    "list",
    merge(
      object({
        verb: constant("list"),
        state: optional(option("--state", choice(JOB_STATES, { metavar: "STATE" }), {
          description: message`Only jobs in this state`,
        })),
        limit: withDefault(
          option("--limit", integer({ min: 1, max: 10_000 }), {
            description: message`Number of jobs shown`,
          }),
          50,
        ),
      }),
      common,
    ),
    { description: message`Jobs, last changed first, and how many are in each state` },
  ),
  command("show", merge(object({ verb: constant("show"), id }), common), {
    description: message`All that is known of a job`,
  }),
  command("history", merge(object({ verb: constant("history"), id }), common), {
    description: message`What happened to a job, and when`,
  }),
  command("why", merge(object({ verb: constant("why"), id }), common), {
    description: message`Why a job is where it is: what it waits for, who holds it`,
  }),
  command("wait", merge(object({ verb: constant("wait"), ids }), common), {
    description: message`Wait until jobs have ended; exit code 1 if one did not succeed`,
  }),
  command(
    "output",
    merge(
      object({
        verb: constant("output"),
        id,
        file: withDefault(
          option("--file", string({ metavar: "NAME" }), {
            description: message`File of the output to print`,
          }),
          "stdout",
        ),
        to: optional(option("--to", string({ metavar: "DIRECTORY" }), {
          description: message`Unpack everything there`,
        })),
      }),
      common,
    ),
    { description: message`Print a file of a job's output (stdout), or unpack all of it` },
  ),
  or(
    command("cancel", merge(object({ verb: constant("cancel"), ids, reason }), common), {
      description: message`End jobs that have not ended`,
    }),
    command("hold", merge(object({ verb: constant("hold"), ids, reason }), common), {
      description: message`Take waiting jobs out of the queue`,
    }),
    command("release", merge(object({ verb: constant("release"), ids, reason }), common), {
      description: message`Put held jobs back`,
    }),
    command("rerun", merge(object({ verb: constant("rerun"), ids, reason }), common), {
      description: message`Put ended jobs into the queue again`,
    }),
  ),
);

async function main(signal: AbortSignal): Promise<number> {
  const options = parseCommandLine(parser, {
    name: NAME,
    summary: "Looks at the queue of a generic job manager and changes it",
    variables,
    component: JOBMANAGER_COMPONENT,
  });
  const { config } = await loadConfig(variables, {
    component: JOBMANAGER_COMPONENT,
    directory: options.config.directory,
    flags: options.config.values,
  });
  await using queue = await openQueue(config);
  const { store } = queue;
  switch (options.verb) {
    case "list":
      return await listJobs(store, options);
    case "show":
      return await showJob(store, options.id, options.json);
    case "history":
      return await showHistory(store, options.id, options.json);
    case "why":
      return await showWhy(queue, options.id, options.json);
    case "wait":
      return await waitJobs(store, options.ids, options.json, signal);
    case "output":
      return await showOutput(store, config.doneJobDir, options);
    default:
      return await changeJobs(store, options);
  }
}

if (import.meta.main) await runMain(main, { name: NAME });
