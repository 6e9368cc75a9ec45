/**
 * How long a reader waits for the dashboard of a big site: Chromium on loopback, 100,000 jobs in Redis,
 * 10,000 agents in the embedded MongoDB.
 *
 * @module
 */
import { type Browser, chromium } from "playwright-core";
import type { JobStore } from "../../lib/jobs/job_store.ts";
import { randomUuid, seededRandom } from "../../lib/random.ts";
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import { type OpenQueue, queueOn } from "../../lib/jobs/open_queue.ts";
import { hasChromium } from "../../test/live/browser.ts";
import { hasRedisServer, startRedisProcess } from "../../test/live/redis_server.ts";
import {
  connectionDocument,
  fillMetrics,
  insertConnections,
  startDashboard,
  startDashboardSite,
} from "../../test/roles/dashboard/_site.ts";
import { inRounds, type Run } from "../rounds.ts";
import type { Bench, BenchContext, Row } from "../row.ts";

/** Longest waits, in milliseconds. */
const FLOOR_MS = { paint: 1000, figures: 1500 };
/** Views, and a selector of something that only their figures make. */
const VIEWS = {
  overview: ["", ".figure .value"],
  jobs: ["jobs", "tbody tr"],
  map: ["agents", ".spot"],
};
/** Jobs that are submitted side by side, and documents that are inserted in one go. */
const BATCH = 500;

async function measure(context: BenchContext): Promise<readonly Row[]> {
  const what = "dashboard: first contentful paint, figures shown";
  if (!hasChromium || !hasRedisServer) {
    const note = "Chromium or redis-server is not installed";
    return [{ what, unit: "ms", better: "less", ours: [], note }];
  }
  const { runs, mode, signal, progress } = context;
  const [jobs, agents] = mode === "quick" ? [10_000, 1000] : [100_000, 10_000];
  await using site = await startDashboardSite();
  using redis = await startRedisProcess();
  await using queue = await openBigQueue(redis);
  progress(`${jobs} jobs and ${agents} agents are made`);
  await fillBigQueue(queue.store, jobs);
  for (let first = 0; first < agents; first += BATCH) {
    const batch = Array.from(
      { length: BATCH },
      (_, at) => connectionDocument(first + at, Date.now()),
    );
    await insertConnections(site.mongo, batch);
  }
  await fillMetrics(site.carbon);
  const sources = { ...site.sources, queue: () => Promise.resolve(queue) };
  await using dashboard = await startDashboard({ sources, pollMs: 2000 });
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  try {
    const contenders: Record<string, Run> = {};
    for (const [name, [view = "", figures = ""]] of Object.entries(VIEWS)) {
      const address = `${dashboard.origin}/dashboard/${view}`;
      await visit(browser, address, figures);
      contenders[`${name}: first paint`] = async () =>
        (await visit(browser, address, figures)).paintMs;
      contenders[`${name}: figures`] = async () =>
        (await visit(browser, address, figures)).figuresMs;
    }
    const samples = await inRounds(runs, contenders, signal);
    return Object.entries(samples).map(([name, ours]): Row => ({
      what: `dashboard, ${jobs} jobs, ${agents} agents: ${name}`,
      unit: "ms",
      better: "less",
      ours,
      floor: name.endsWith("paint") ? FLOOR_MS.paint : FLOOR_MS.figures,
    }));
  } finally {
    await browser.close();
  }
}

/** Opens a view in a fresh page; times by the page's own clock, from the beginning of the request. */
async function visit(browser: Browser, address: string, figures: string) {
  const page = await browser.newPage();
  try {
    await page.goto(address, { waitUntil: "commit" });
    await page.locator(figures).first().waitFor();
    const figuresMs = Number(await page.evaluate("performance.now()"));
    const paintMs = Number(
      await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime"),
    );
    return { paintMs, figuresMs };
  } finally {
    await page.close();
  }
}

async function openBigQueue(
  { host, port }: { readonly host: string; readonly port: number },
): Promise<OpenQueue> {
  return queueOn(await connectRedis({ host, port }), {
    redisServer: host,
    redisPort: port,
    redisPassword: undefined,
    waitingJobsList: "waiting_jobs",
    queueOrder: "fifo",
    leases: true,
    maxAttempts: 5,
  });
}

/** Of ten jobs six wait, one runs, two have succeeded, one has failed. */
async function fillBigQueue(store: JobStore, jobs: number): Promise<void> {
  const random = seededRandom(1);
  const make = async (number: number) => {
    const id = randomUuid(random);
    await store.submit({
      id,
      chirpUrl: "chirp.example.org:9094",
      inputDir: id,
      inputFiles: ["run.sh"],
      command: "run.sh",
      arguments: `${number}`,
      environment: "",
      packages: "",
    });
    const agent = `agent_${number}@example.org/r`;
    const request = { agent, manager: "jm@example.org/a", leaseSeconds: 86_400 };
    const { lease } = number % 10 < 4
      ? await store.lease({ ...request, unacknowledgedSeconds: 600 })
      : {};
    if (lease === undefined) return;
    const { token, job } = lease;
    await store.confirm(job.id, token, 86_400);
    if (number % 10 === 3) return;
    const outcome = number % 10 === 2 ? "failed" : "succeeded";
    const exitCode = outcome === "failed" ? 768 : 0;
    await store.complete({ id: job.id, token, agent, outcome, exitCode });
  };
  for (let first = 0; first < jobs; first += BATCH) {
    await Promise.all(Array.from({ length: BATCH }, (_, at) => make(first + at)));
  }
}

/** The wait for the dashboard of a big site. */
export const dashboard: Bench = {
  name: "dashboard",
  about: "how long a reader waits for the dashboard of a big site, in Chromium",
  measure,
};
