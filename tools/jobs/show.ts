/**
 * The verbs of `copilot-jobs` that only look.
 *
 * @module
 */
import { EXIT, paint, print, printErrorLine, printJson, printLine, table } from "../../lib/cli.ts";
import { JOB_STATES, type JobState } from "../../lib/jobs/job_state.ts";
import type { JobRecord, JobStore } from "../../lib/jobs/job_store.ts";
import { waitForJobs } from "../../lib/jobs/wait_for_jobs.ts";
import { exitText, stateStyle } from "../job_texts.ts";

/** Time of day, local, such as `2026-11-22 14:03:59`; a dash for 0, where nobody has noted the time. */
export function timeText(timeMs: number | undefined): string {
  if (timeMs === undefined) return "";
  if (timeMs === 0) return "–";
  const date = new Date(timeMs);
  const two = (value: number) => `${value}`.padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `list`: a table of jobs under a line of counts. */
export async function listJobs(
  store: JobStore,
  options: {
    readonly state?: JobState | undefined;
    readonly limit: number;
    readonly json: boolean;
  },
): Promise<number> {
  const [jobs, counts, waiting] = await Promise.all([
    store.list({ state: options.state, limit: options.limit }),
    store.counts(),
    store.waiting(),
  ]);
  if (options.json) {
    printJson({ counts, waiting, jobs });
    return EXIT.done;
  }
  printLine(
    JOB_STATES.filter((state) => counts[state] > 0)
      .map((state) => paint(`${counts[state]} ${state}`, stateStyle(state) ?? "bold")).join(", ") ||
      "No jobs",
  );
  if (jobs.length > 0) print(jobTable(jobs));
  return EXIT.done;
}

/** Jobs as lines. */
export function jobTable(jobs: readonly JobRecord[]): string {
  return table(jobs, [
    { title: "ID", value: ({ id }) => id },
    { title: "STATE", value: ({ state }) => state, style: ({ state }) => stateStyle(state) },
    { title: "TRIES", value: ({ attempts, maxAttempts }) => `${attempts}/${maxAttempts}` },
    { title: "COMMAND", value: ({ description }) => description.command },
    { title: "AGENT", value: ({ agent }) => agent ?? "" },
    { title: "EXIT", value: ({ exitCode }) => exitText(exitCode) },
    { title: "CHANGED", value: ({ changedMs }) => timeText(changedMs) },
  ]);
}

/** `show`: a job's record, a line a field. */
export async function showJob(store: JobStore, id: string, json: boolean): Promise<number> {
  const job = await store.get(id);
  if (job === undefined) return noSuchJob(id);
  if (json) {
    printJson(job);
    return EXIT.done;
  }
  const { description, ...record } = job;
  const fields = Object.entries({ ...record, ...description })
    .flatMap(([name, value]) =>
      value === undefined || value === ""
        ? []
        : [{ name: name.replace(/Ms$/, ""), value: fieldText(name, value) }]
    );
  print(table(fields, [
    { title: "FIELD", value: ({ name }) => name },
    { title: "VALUE", value: ({ value }) => value },
  ]));
  return EXIT.done;
}

function fieldText(name: string, value: string | number | readonly string[]): string {
  if (typeof value === "number" && name.endsWith("Ms")) return timeText(value);
  if (name.endsWith("xitCode") && typeof value === "number") return exitText(value);
  return Array.isArray(value) ? value.join(" ") : `${value}`;
}

/** `history`: what happened to a job. */
export async function showHistory(store: JobStore, id: string, json: boolean): Promise<number> {
  const history = await store.history(id);
  if (history.length === 0 && await store.get(id) === undefined) return noSuchJob(id);
  if (json) {
    printJson({ id, history });
    return EXIT.done;
  }
  print(table(history, [
    { title: "TIME", value: ({ atMs }) => timeText(atMs) },
    { title: "EVENT", value: ({ event }) => event },
    { title: "STATE", value: ({ state }) => state, style: ({ state }) => stateStyle(state) },
    { title: "AGENT", value: ({ agent }) => agent },
    { title: "REASON", value: ({ reason }) => reason },
  ]));
  return EXIT.done;
}

/** `wait`: until jobs have ended. */
export async function waitJobs(
  store: JobStore,
  ids: readonly string[],
  json: boolean,
  signal: AbortSignal,
): Promise<number> {
  const jobs = await waitForJobs(store, ids, {
    signal,
    onChange: ({ id, state, exitCode }) => {
      if (!json) printLine(`${id} ${state} ${exitText(exitCode)}`.trimEnd());
    },
  });
  if (json) printJson({ jobs });
  for (const [index, job] of jobs.entries()) if (job === undefined) noSuchJob(ids[index] ?? "");
  return jobs.every((job) => job?.state === "succeeded") ? EXIT.done : EXIT.failed;
}

/** Says so; the exit code is that of a failure. */
export function noSuchJob(id: string): number {
  printErrorLine(`There is no job ${JSON.stringify(id)}`);
  return EXIT.failed;
}
