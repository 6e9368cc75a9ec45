/**
 * A site in which something has happened, on the embedded servers, for tests of the dashboard.
 *
 * @module
 */
import { MongoClient } from "mongodb";
import { connectRedis } from "../../../lib/jobs/ioredis_calls.ts";
import type { JobStore } from "../../../lib/jobs/job_store.ts";
import { type OpenQueue, queueOn } from "../../../lib/jobs/open_queue.ts";
import { createLogger, type MemorySink, memorySink } from "../../../lib/log.ts";
import {
  Dashboard,
  type DashboardOptions,
  type DashboardSources,
} from "../../../roles/dashboard.ts";
import { Graphite } from "../../../roles/dashboard/sources/graphite.ts";
import { openMongoConnections } from "../../../roles/dashboard/sources/mongo_connections.ts";
import { type CarbonServer, startCarbonServer } from "../../../sim/carbon/mod.ts";
import { type MongoServer, startMongoServer } from "../../../sim/mongo/mod.ts";
import { type RedisServer, startRedisServer } from "../../../sim/redis/mod.ts";
import { freePort } from "../../_free_port.ts";

/** A site. Disposing of it stops whatever of it still runs. */
export interface DashboardSite extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly mongo: MongoServer;
  readonly carbon: CarbonServer;
  readonly queue: OpenQueue;
  /** For a dashboard. */
  readonly sources: DashboardSources;
}

/** A dashboard and what its tests ask of it. */
export interface DashboardUnderTest extends AsyncDisposable {
  readonly dashboard: Dashboard;
  /** What it has logged so far. */
  readonly sink: MemorySink;
  readonly origin: string;
  /** Asks it. */
  get(path: string, init?: RequestInit): Promise<Response>;
  /** Asks it for JSON; the status comes with it. */
  // deno-lint-ignore no-explicit-any
  json(path: string, init?: RequestInit): Promise<any>;
}

/** Starts a dashboard on a port of its own, which looks often. */
export async function startDashboard(
  options: Partial<DashboardOptions> = {},
): Promise<DashboardUnderTest> {
  const sink = memorySink();
  const log = createLogger({ sinks: [sink] });
  const dashboard = await Dashboard.start({ port: 0, pollMs: 10, log, ...options });
  const { origin } = new URL(dashboard.url);
  const get = (path: string, init?: RequestInit) => fetch(`${origin}${path}`, init);
  return {
    dashboard,
    sink,
    origin,
    get,
    json: async (path, init) => await (await get(path, init)).json(),
    [Symbol.asyncDispose]: () => dashboard[Symbol.asyncDispose](),
  };
}

/**
 * Starts an empty site.
 *
 * @param patienceMs Longest wait for MongoDB, in milliseconds: short where it is to be missed.
 */
export async function startDashboardSite(
  { patienceMs = 60_000 }: { readonly patienceMs?: number | undefined } = {},
): Promise<DashboardSite> {
  const stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedisServer({ port: 0 }));
  // Tests stop it and start it again there.
  const mongo = stack.use(await startMongoServer({ port: freePort() }));
  const carbon = stack.use(await startCarbonServer());
  const calls = await connectRedis({ host: redis.hostname, port: redis.port });
  const queue = stack.use(queueOn(calls, {
    redisServer: redis.hostname,
    redisPort: redis.port,
    redisPassword: undefined,
    waitingJobsList: "waiting_jobs",
    queueOrder: "fifo",
    leases: true,
    maxAttempts: 5,
  }));
  const { connections } = stack.use(
    openMongoConnections({ url: mongo.url, database: "copilot", patienceMs }),
  );
  const url = `http://${carbon.hostname}:${carbon.graphitePort}/`;
  return {
    redis,
    mongo,
    carbon,
    queue,
    sources: {
      queue: () => Promise.resolve(queue),
      graphite: () => Promise.resolve(new Graphite({ url })),
      mongodb: () => Promise.resolve(connections),
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const COMMANDS = ["simulate.sh", "reconstruct.sh", "merge.sh"];
const HOST = "site.example.org";

/** Id of the job of that number. */
export function jobId(number: number): string {
  return `${`${number}`.padStart(8, "0")}-0000-4000-8000-000000000000`;
}

/** UUID of the agent of that number. */
function agentUuid(number: number): string {
  return `a${jobId(number).slice(1)}`;
}

/** Name of the account of the agent of that number, in the original's form. */
export function agentUser(number: number): string {
  return `agent_a-${number}_2_7_${agentUuid(number)}_g`;
}

/**
 * Fills a queue: of ten jobs six succeed, one fails, one runs, two wait; the first one is held.
 *
 * @param store The queue.
 * @param jobs Number of jobs.
 */
export async function fillQueue(store: JobStore, jobs: number): Promise<void> {
  for (let number = 0; number < jobs; number++) {
    const id = jobId(number);
    const job = {
      id,
      chirpUrl: "chirp.example.org:9094",
      inputDir: id,
      inputFiles: ["run.sh"],
      command: COMMANDS[number % COMMANDS.length] ?? "run.sh",
      arguments: `${number}`,
      environment: "",
      packages: "",
    };
    await store.submit(job, { held: number === 0 });
  }
  for (let number = 1; number < jobs; number++) {
    if (number % 10 > 7) continue;
    const agent = `${agentUser(number)}@${HOST}/r${number}`;
    const manager = `jobmanager@${HOST}/alpha`;
    const request = { agent, manager, leaseSeconds: 3600, unacknowledgedSeconds: 60 };
    const { lease } = await store.lease(request);
    if (lease === undefined) return;
    await finish(store, number, agent, lease.job.id, lease.token);
  }
}

async function finish(store: JobStore, number: number, agent: string, id: string, token: number) {
  await store.confirm(id, token, 3600);
  if (number % 10 === 7) return;
  const isFailure = number % 10 === 6;
  await store.complete({
    id,
    token,
    agent,
    outcome: isFailure ? "failed" : "succeeded",
    exitCode: isFailure ? 768 : 0,
    wallSeconds: 60 + number,
    ...isFailure ? { reason: number % 20 === 6 ? "Exit code 3" : "Output too large" } : {},
  });
}

/** Cities with universities that gave computers to science. */
const CITIES: readonly (readonly [longitude: number, latitude: number])[] = [
  [6.1, 46.2],
  [2.35, 48.85],
  [-0.13, 51.5],
  [13.4, 52.5],
  [12.5, 41.9],
  [19.9, 50.06],
  [-71.1, 42.36],
  [-122.3, 37.87],
  [-87.6, 41.8],
  [-43.2, -22.9],
  [-58.4, -34.6],
  [139.7, 35.7],
  [121.5, 31.2],
  [77.2, 28.6],
  [72.9, 19.1],
  [151.2, -33.9],
  [28.0, -26.2],
  [31.2, 30.0],
  [37.6, 55.75],
  [103.8, 1.35],
];

/**
 * Makes the document of an agent's connection, as the presence service has the monitor store it.
 *
 * @param number Number of the agent.
 * @param nowMs The present; agents came one after the other in the last days.
 */
export function connectionDocument(number: number, nowMs: number): Record<string, unknown> {
  const [longitude, latitude] = CITIES[(number * number) % CITIES.length] ?? [0, 0];
  const spread = (factor: number) => ((number * factor) % 97) / 97 * 5 - 2.5;
  const isConnected = number % 5 !== 4;
  return {
    user: agentUser(number),
    host: HOST,
    resource: `r${number}`,
    loc: [longitude + spread(31), latitude + spread(57) * 0.6],
    agent_data: {
      component: "agent",
      id: `a-${number}`,
      cpus: "2",
      rev: "7",
      uuid: agentUuid(number),
    },
    connected: isConnected,
    succeeded_jobs: (number * 7) % 40,
    failed_jobs: number % 3,
    contributed_time: ((number * 7) % 40) * 900,
    created_at: new Date(nowMs - (number % 6) * 86_400_000 - 3_600_000),
    updated_at: new Date(nowMs - number * 1000),
  };
}

/** Stores connections of so many agents. */
export async function fillAgents(mongo: Pick<MongoServer, "url">, agents: number): Promise<void> {
  await insertConnections(
    mongo,
    Array.from({ length: agents }, (_, number) => connectionDocument(number, Date.now())),
  );
}

/** Stores documents as they are. */
export async function insertConnections(
  mongo: Pick<MongoServer, "url">,
  documents: readonly Record<string, unknown>[],
): Promise<void> {
  const client = new MongoClient(mongo.url);
  try {
    await client.db("copilot").collection("connections").insertMany([...documents]);
  } finally {
    await client.close();
  }
}

/** Sends points to Carbon, and waits until it has taken them. */
export async function sendPoints(
  carbon: Pick<CarbonServer, "hostname" | "carbonPort">,
  lines: readonly string[],
): Promise<void> {
  const sender = await Deno.connect({ hostname: carbon.hostname, port: carbon.carbonPort });
  const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
  for (let sent = 0; sent < bytes.length;) sent += await sender.write(bytes.subarray(sent));
  await sender.closeWrite();
  // It closes the connection when it has taken all lines.
  await sender.readable.pipeTo(new WritableStream());
}

/** Fills Carbon with an hour of two managers, a point a minute. */
export async function fillMetrics(
  carbon: Pick<CarbonServer, "hostname" | "carbonPort">,
): Promise<void> {
  const now = Math.floor(Date.now() / 60_000) * 60;
  const lines: string[] = [];
  for (let minute = 59; minute >= 0; minute--) {
    const at = now - minute * 60;
    const wave = (period: number, phase: number) => Math.sin((at / 60 + phase) / period);
    for (const [index, name] of ["alpha", "beta"].entries()) {
      const readings = {
        queuedJobs: Math.round(900 - (59 - minute) * 6 + 40 * wave(5, index * 9)),
        "system.load.1min": 0.9 + index * 0.4 + 0.4 * wave(7, index * 3),
        "system.load.5min": 0.9 + index * 0.4,
        "system.load.15min": 0.8 + index * 0.4,
        "system.ram.used.mem": 9200 + index * 3000 + 700 * wave(11, index),
        "system.ram.available.mem": 6800 - index * 3000 - 700 * wave(11, index),
        "system.ram.used.swap": 120 + 20 * index,
        "system.ram.available.swap": 3976 - 20 * index,
        "system.disk.used.sda1": 210_000 + index * 232_000 + (59 - minute) * 40,
        "system.disk.available.sda1": 290_000 - index * 232_000 - (59 - minute) * 40,
        "system.net.in.eth0": 48 + 20 * wave(3, index * 4),
        "system.net.out.eth0": -(21 + 9 * wave(4, index * 4)),
      };
      for (const [path, value] of Object.entries(readings)) {
        lines.push(`copilot.jobmanager.generic.${name}.${path} ${value} ${at}`);
      }
    }
    const ended = Math.round(22 + 8 * wave(6, 0));
    const failed = minute % 9 === 0 ? 3 : 1;
    const totals = {
      "aggregate.jobmanager.generic.rt.totalJobs": ended,
      "aggregate.jobmanager.generic.rt.job.succeeded.count": ended - failed,
      "aggregate.jobmanager.generic.rt.job.failed.count": failed,
      "aggregate.jobmanager.generic.rt.job.succeeded.avg": 14 + 2 * wave(9, 1),
      "aggregate.jobmanager.generic.rt.job.failed.avg": 3 + wave(8, 4),
      "jobmanager.generic.alpha.error.emptyQueue": Math.max(0, Math.round(3 * wave(6, 0))),
      "jobmanager.generic.beta.error.invalidJobId": minute % 20 === 3 ? 1 : 0,
      "ejabberd.site.connected": 240 + Math.round(20 * wave(17, 0)),
    };
    for (const [path, value] of Object.entries(totals)) {
      // Every ten seconds: of less Carbon makes no longer steps.
      for (let second = 0; second < 60; second += 10) {
        lines.push(`copilot.${path} ${value} ${at + second - 60}`);
      }
    }
  }
  await sendPoints(carbon, lines);
}
