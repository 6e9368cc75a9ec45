/**
 * What the contract of the job store needs of its surroundings, and words to write its tests in.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { JobStore, Lease, LeaseRequest, LeaseStatus } from "../../../lib/jobs/job_store.ts";
import type { RedisCalls } from "../../../lib/jobs/redis_calls.ts";
import { RedisJobStore, type RedisJobStoreOptions } from "../../../lib/jobs/redis_job_store.ts";
import type { Job } from "../../../lib/protocol/job.ts";

/** An empty Redis of a test's own. */
export interface RedisFixture extends AsyncDisposable {
  /** Opens a connection; all of them see the same data. The fixture closes it. */
  connect(): Promise<RedisCalls>;
}

/** Opens an empty Redis. */
export type OpenRedis = () => Promise<RedisFixture>;

/** What a test of the contract is given. */
export interface Rig {
  /** The Redis below, to look at it and to do what the original does. */
  readonly calls: RedisCalls;
  /** A store with default options. */
  readonly store: JobStore;
  /** Another store on the same data. */
  open(options?: RedisJobStoreOptions): JobStore;
  /** Another connection to the same data. */
  connect(): Promise<RedisCalls>;
}

/** Registers one test of the contract. */
export type ContractTest = (title: string, body: (rig: Rig) => Promise<void>) => void;

/**
 * Makes the function that registers the contract's tests.
 *
 * @param name What the Redis is, the first word of each test's name.
 * @param open Opens an empty one for each test.
 * @returns The function.
 */
export function contractTest(name: string, open: OpenRedis): ContractTest {
  return (title, body) =>
    Deno.test(`RedisJobStore on ${name}: ${title}`, async () => {
      await using redis = await open();
      const calls = await redis.connect();
      await body({
        calls,
        store: new RedisJobStore(calls),
        open: (options) => new RedisJobStore(calls, options),
        connect: () => redis.connect(),
      });
    });
}

/** A job as a submitter makes it. */
export function sampleJob(id: string, more: Partial<Job> = {}): Job {
  return {
    id,
    chirpUrl: "chirp.example.org:9094",
    inputDir: id,
    inputFiles: ["data.txt", "run.sh"],
    command: "run.sh",
    arguments: "1 2",
    environment: "A=b",
    packages: "VO_ALICE@AliRoot::v5",
    ...more,
  };
}

/** Full JID of the agent of that number. */
export function agentJid(number: number): string {
  return `agent${number}@example.org/r${number}`;
}

/** A request of the agent of that number. */
export function leaseRequest(number: number, more: Partial<LeaseRequest> = {}): LeaseRequest {
  return {
    agent: agentJid(number),
    manager: "jm@example.org/generic",
    leaseSeconds: 1000,
    unacknowledgedSeconds: 100,
    ...more,
  };
}

/** Leases the next job, which there must be. */
export async function mustLease(
  store: JobStore,
  number: number,
  more: Partial<LeaseRequest> = {},
): Promise<Lease> {
  const { lease } = await store.lease(leaseRequest(number, more));
  assert(lease !== undefined, "there is no job to lease");
  return lease;
}

/** Leases the next job, which there must be, and starts it. */
export async function mustStart(store: JobStore, number: number): Promise<Lease> {
  const lease = await mustLease(store, number);
  assert(await store.confirm(lease.job.id, lease.token, 1000));
  return lease;
}

/** A report of success by the agent of that number. */
export function success(id: string, token: number | undefined, number: number) {
  return {
    id,
    token,
    agent: `agent${number}@example.org`,
    outcome: "succeeded",
    exitCode: 0,
  } as const;
}

/** The ids of leases or jobs. */
export function ids(things: readonly (LeaseStatus | { readonly id: string })[]): string[] {
  return things.map((thing) => thing.id);
}

/** What the original's submit tool does. */
export async function submitAsOriginal(
  calls: RedisCalls,
  id: string,
  inputDir = id,
): Promise<void> {
  const description =
    `chirp.example.org:9094::::${inputDir}::::data.txt###run.sh::::run.sh::::1 2::::A=b::::VO_ALICE@AliRoot::v5::::`;
  await calls.call(["SET", `job:${id}:description`, description]);
  await calls.call(["LPUSH", "waiting_jobs", id]);
}
