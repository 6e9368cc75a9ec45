/**
 * `deno task demo`: a whole site in one process; real jobs travel through it while you watch.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, integer } from "@optique/core/valueparser";
import { parseCommandLine } from "../lib/cli/flags.ts";
import { EXIT, paint, print, printJson, printLine, runMain, table } from "../lib/cli.ts";
import { systemClock } from "../lib/clock.ts";
import type { JobRecord } from "../lib/jobs/job_store.ts";
import { submitJobs } from "../lib/jobs/submission.ts";
import { waitForJobs } from "../lib/jobs/wait_for_jobs.ts";
import { diskWorkspace } from "../lib/machine/disk_workspace.ts";
import { calculator, type DemoJob, TELLING_JOBS, VICTIM } from "./demo/demo_jobs.ts";
import { type DemoSite, startDemoSite } from "./demo/demo_site.ts";
import { GRIDS, openDemoGrid } from "./demo/grid/grids.ts";
import { reportGridDemo } from "./demo/grid/grid_report.ts";
import { runGridDemo } from "./demo/grid/run_grid_demo.ts";
import { loseAgent } from "./demo/lose_agent.ts";
import { lastLine } from "./demo/output.ts";
import { hasProgram } from "./demo/programs.ts";
import { exitText, stateStyle } from "./job_texts.ts";

const NAME = "copilot-demo";

const parser = object({
  agents: withDefault(
    option("--agents", integer({ min: 1, max: 1000 }), { description: message`Number of agents` }),
    2,
  ),
  jobs: optional(option("--jobs", integer({ min: 1, max: 100_000 }), {
    description: message`Number of jobs; those beyond the telling ones are calculators`,
  })),
  grid: optional(option("--grid", choice(GRIDS, { metavar: "GRID" }), {
    description: message`Run jobs of a grid whose services are simulated here`,
  })),
  dashboard: option("--dashboard", {
    description: message`Show the site on a web page, and leave it there until interrupted`,
  }),
  json: option("--json", { description: message`End with one object` }),
});

/** A submitted job of the demo. */
interface Entry {
  readonly id: string;
  readonly job: DemoJob;
}

/** How a job ended, beside how it should have. */
interface Ending extends Entry {
  readonly record: JobRecord | undefined;
  readonly printed: string | undefined;
  readonly asExpected: boolean;
}

async function main(signal: AbortSignal): Promise<number> {
  const options = parseCommandLine(parser, {
    name: NAME,
    summary: "Runs a whole Co-Pilot site in one process and shows jobs on their way through it",
  });
  const startedMs = systemClock.now();
  const say = options.json ? () => {} : printLine;
  const jobs = chooseJobs(options.jobs, await hasProgram("bc"));
  const directory = await Deno.makeTempDir({ prefix: "copilot-demo-" });
  try {
    await using grid = options.grid === undefined ? undefined : await openDemoGrid(options.grid);
    await using site = await startDemoSite(directory, {
      ...options,
      makeManager: grid?.makeManager,
      settings: grid?.settings,
    });
    const { ports } = site.sandbox.addresses;
    say(
      `A site on this machine: XMPP :${ports.xmpp}, Redis :${ports.redis}, Chirp :${ports.chirp}`,
    );
    const page = site.sandbox.monitoring?.dashboardUrl;
    if (page !== undefined) say(`Watch it at ${page}`);
    const seconds = () => (systemClock.now() - startedMs) / 1000;
    const { json } = options;
    const code = grid === undefined
      ? report(await runJobs(site, jobs, options.agents, say, signal), seconds(), json)
      : reportGridDemo(await runGridDemo({ ...options, grid, site }, say, signal), {
        grid: grid.name,
        seconds: seconds(),
        json,
      });
    if (page !== undefined) {
      say(`The site stays at ${page} until you press Ctrl-C`);
      await interrupted(signal);
    }
    return code;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Waits until somebody at the terminal has seen enough. */
function interrupted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

/** The telling jobs, as many as wanted, the rest calculators; the victim comes first. */
function chooseJobs(wanted: number | undefined, hasBc: boolean): readonly DemoJob[] {
  const telling = [VICTIM, calculator(hasBc), ...TELLING_JOBS];
  const number = wanted ?? telling.length;
  const more = Array.from(
    { length: Math.max(0, number - telling.length) },
    () => calculator(false),
  );
  return [...telling.slice(0, number), ...more];
}

/** Submits everything, kills an agent on the way, waits until all jobs have ended. */
async function runJobs(
  site: DemoSite,
  jobs: readonly DemoJob[],
  agents: number,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<readonly Ending[]> {
  const { store } = site.queue;
  const { directories, ports } = site.sandbox.addresses;
  const submit = async (job: DemoJob): Promise<Entry> => {
    const [id = ""] = await submitJobs(job.submission, {
      store,
      chirpFolder: diskWorkspace(directories.chirp),
      chirpAddress: `127.0.0.1:${ports.chirp}`,
    });
    return { id, job };
  };
  const entries = [await submit(VICTIM)];
  await loseAgent(site, { id: entries[0]?.id ?? "" }, say, signal);
  for (const job of jobs.slice(1)) entries.push(await submit(job));
  say(`Submitted ${entries.length} jobs; starting ${agents} agents`);
  await site.startAgents(agents);
  const names = new Map(entries.map(({ id, job }) => [id, job.name]));
  const records = await waitForJobs(store, entries.map(({ id }) => id), {
    signal,
    onChange: ({ id, state, agent }) => {
      const name = (names.get(id) ?? "").padEnd(26);
      say(
        `  ${name} ${paint(state.padEnd(9), stateStyle(state) ?? "dim")} ${agent ?? ""}`.trimEnd(),
      );
    },
  });
  return await Promise.all(entries.map(async ({ id, job }, index): Promise<Ending> => {
    const record = records[index];
    const printed = await lastLine(directories.done, record?.archive);
    const asExpected = record?.state === job.state && record.exitCode === job.exitCode &&
      (job.prints === undefined || printed === job.prints);
    return { id, job, record, printed, asExpected };
  }));
}

/** Prints how it went; the exit code tells whether each job ended as it should. */
function report(endings: readonly Ending[], seconds: number, json: boolean): number {
  const count = (state: string) => endings.filter(({ record }) => record?.state === state).length;
  const requeued = endings.reduce(
    (sum, { record }) => sum + Math.max(0, (record?.attempts ?? 0) - 1),
    0,
  );
  const good = endings.every(({ asExpected }) => asExpected);
  if (json) {
    printJson({
      jobs: endings.length,
      succeeded: count("succeeded"),
      failed: count("failed"),
      requeued,
      seconds,
    });
    return good ? EXIT.done : EXIT.failed;
  }
  printLine("");
  print(table(endings, [
    { title: "JOB", value: ({ job }) => job.name },
    {
      title: "STATE",
      value: ({ record }) => record?.state ?? "lost",
      style: ({ record }) => record === undefined ? "red" : stateStyle(record.state),
    },
    { title: "EXIT", value: ({ record }) => exitText(record?.exitCode) },
    { title: "TRIES", value: ({ record }) => record?.attempts },
    { title: "AGENT", value: ({ record }) => record?.agent?.split("@")[0] },
    { title: "WALL s", value: ({ record }) => wallSeconds(record)?.toFixed(2), align: "right" },
    { title: "PRINTED", value: ({ printed }) => printed },
    {
      title: "",
      value: ({ asExpected }) => asExpected ? "as expected" : "NOT AS EXPECTED",
      style: ({ asExpected }) => asExpected ? "dim" : "red",
    },
  ]));
  printLine("");
  printLine(
    `${endings.length} jobs: ${count("succeeded")} succeeded, ${count("failed")} failed, ` +
      `${requeued} taken back, in ${seconds.toFixed(1)} s`,
  );
  return good ? EXIT.done : EXIT.failed;
}

/** From the last hand-out to the end. */
function wallSeconds(record: JobRecord | undefined): number | undefined {
  const { leasedMs, finishedMs } = record ?? {};
  return leasedMs === undefined || finishedMs === undefined
    ? undefined
    : (finishedMs - leasedMs) / 1000;
}

if (import.meta.main) await runMain(main, { name: NAME });
