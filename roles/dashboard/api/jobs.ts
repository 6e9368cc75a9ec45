/**
 * Jobs: a page of them, and all about one.
 *
 * @module
 */
import { JOB_STATES, type JobState } from "../../../lib/jobs/job_state.ts";
import type { JobRecord } from "../../../lib/jobs/job_store.ts";
import type { OpenQueue } from "../../../lib/jobs/open_queue.ts";
import { explainJob } from "../../../lib/jobs/why.ts";
import { gatherWhyFacts } from "../../../lib/jobs/why_facts.ts";
import { json } from "../http/answers.ts";
import { integerOf, textOf, wordOf } from "../http/query.ts";
import type { Route } from "../http/router.ts";
import { type JobLine, jobLine } from "../job_line.ts";
import { type Sources, unlessBroken } from "../sources.ts";
import { QuestionError } from "../sources/source.ts";

/** A page of jobs. */
export interface JobPage {
  /** The jobs, last changed first. */
  readonly jobs: readonly JobLine[];
  /** Number of jobs in each state. */
  readonly counts: Readonly<Record<JobState, number>>;
  /** Whether there are more than these. */
  readonly hasMore: boolean;
}

/** Jobs on one page. */
const PAGE_SIZE = 50;
/** Jobs that a search shows; who looks for one among more had better say more of it. */
const MOST_FOUND = 200;
const LAST_OFFSET = 1_000_000;

/**
 * Routes of jobs.
 *
 * @param sources Where the data is.
 * @returns The routes.
 */
export function jobRoutes(sources: Sources): Route[] {
  return [
    {
      method: "GET",
      path: "/api/jobs",
      handler: async ({ url }) => {
        const state = wordOf(url, "state", JOB_STATES);
        const text = textOf(url, "q");
        const offset = integerOf(url, "offset", { min: 0, max: LAST_OFFSET, fallback: 0 });
        const page = await sources.queue.use((queue) =>
          text === "" ? readPage(queue, state, offset) : findJobs(queue, text, state)
        );
        return json(page);
      },
    },
    {
      method: "GET",
      path: "/api/jobs/:id",
      handler: async ({ part }) => {
        const connected = await unlessBroken(sources.mongodb.use((mongo) => mongo.connected()));
        const facts = await sources.queue.use((queue) =>
          gatherWhyFacts(queue, part("id"), connected)
        );
        if (facts === undefined) throw new QuestionError("There is no such job", 404);
        const { job, history, nowMs } = facts;
        return json({ job, history, nowMs, why: explainJob(facts) });
      },
    },
  ];
}

async function readPage(
  { store }: Pick<OpenQueue, "store">,
  state: JobState | undefined,
  offset: number,
): Promise<JobPage> {
  const [jobs, counts] = await Promise.all([
    store.list({ state, offset, limit: PAGE_SIZE + 1 }),
    store.counts(),
  ]);
  return {
    jobs: jobs.slice(0, PAGE_SIZE).map(jobLine),
    counts,
    hasMore: jobs.length > PAGE_SIZE,
  };
}

async function findJobs(
  { store, view }: Pick<OpenQueue, "store" | "view">,
  text: string,
  state: JobState | undefined,
): Promise<JobPage> {
  // A waiting job of the original is found by its whole id alone.
  const [exact, found, counts] = await Promise.all([
    store.get(text),
    view.find(text, { state, limit: MOST_FOUND }),
    store.counts(),
  ]);
  const isNew = (job: JobRecord) => !found.jobs.some(({ id }) => id === job.id);
  const first = exact !== undefined && isNew(exact) && (state ?? exact.state) === exact.state
    ? [exact]
    : [];
  return {
    jobs: [...first, ...found.jobs].map(jobLine),
    counts,
    hasMore: !found.isComplete,
  };
}
