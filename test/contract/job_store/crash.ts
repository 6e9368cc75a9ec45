/**
 * Contract: a caller may be cut off before or after any call to Redis; whoever goes on afterwards
 * finds every job, once.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { isFinal } from "../../../lib/jobs/job_state.ts";
import { type JobStore, TransitionError } from "../../../lib/jobs/job_store.ts";
import { type RedisCalls, RedisError, type RedisReply } from "../../../lib/jobs/redis_calls.ts";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import {
  type ContractTest,
  leaseRequest,
  mustStart,
  type Rig,
  sampleJob,
  success,
} from "./fixture.ts";
import { checkInvariants } from "./invariants.ts";

/** Where a connection breaks: at which call, and whether Redis still got that. */
interface Cut {
  readonly atCall: number;
  readonly delivered: boolean;
}

/** A connection that breaks at one call and stays broken. */
class CutCalls implements RedisCalls {
  readonly #calls: RedisCalls;
  readonly #cut: Cut;
  #count = 0;

  constructor(calls: RedisCalls, cut: Cut) {
    this.#calls = calls;
    this.#cut = cut;
  }

  get connected(): boolean {
    return !this.wasCut;
  }

  get wasCut(): boolean {
    return this.#count >= this.#cut.atCall;
  }

  async call(command: readonly (string | number)[]): Promise<RedisReply> {
    if (this.wasCut) throw new RedisError("Cannot call: the connection is broken");
    this.#count++;
    if (!this.wasCut) return await this.#calls.call(command);
    // The answer is lost, even where it is an error.
    if (this.#cut.delivered) await this.#calls.call(command).catch(() => {});
    throw new RedisError("Cannot call: the connection broke");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

/** Puts a manager's sweep into one step: what expired goes back. */
async function sweep(store: JobStore): Promise<void> {
  for (const lease of await store.expiredLeases(10)) await store.requeue(lease, "Expired");
}

/** The ways that two jobs go; each step may be repeated by a caller that saw no answer. */
const STEPS: readonly ((store: JobStore) => Promise<unknown>)[] = [
  (store) => store.submit(sampleJob("a"), { key: "first" }),
  (store) => store.submit(sampleJob("b"), { priority: 1, maxAttempts: 9 }),
  (store) => store.hold("a", "Not yet"),
  (store) => store.lease(leaseRequest(1, { unacknowledgedSeconds: 0 })),
  (store) => sweep(store),
  (store) => store.release("a"),
  (store) => store.lease(leaseRequest(2)),
  (store) => store.confirm("b", 2, 1000),
  (store) => store.touch("agent2@example.org/r2", 1000),
  (store) => store.requeue({ id: "b", token: 2 }, "Silent"),
  (store) => store.lease(leaseRequest(3)),
  (store) => store.complete(success("b", 3, 3)),
  (store) => store.complete(success("b", 2, 2)),
  (store) => store.cancel("a", "Not wanted"),
  (store) => store.rerun("a"),
  (store) => store.reconcile(10),
  (store) => store.note("a", "looked at"),
  (store) => store.purge(3600, 10),
];

/** Runs a step as a caller does that may have done it before. */
async function repeatable(step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof TransitionError)) throw error;
  }
}

/** Goes through all steps, the one at `cutStep` over a broken connection first. */
async function runCut(rig: Rig, cutStep: number, cut: Cut): Promise<boolean> {
  let wasCut = false;
  for (const [at, step] of STEPS.entries()) {
    if (at === cutStep) {
      const broken = new CutCalls(rig.calls, cut);
      await step(new RedisJobStore(broken)).catch((error) => {
        if (!broken.wasCut) throw error;
      });
      wasCut = broken.wasCut;
      await checkInvariants(rig.calls);
    }
    await repeatable(() => step(rig.store));
  }
  return wasCut;
}

/** Runs every job that is left to its end, as managers and agents do. */
async function runToEnd(store: JobStore): Promise<void> {
  for (let agent = 10; agent < 20; agent++) {
    const { lease } = await store.lease(leaseRequest(agent));
    if (lease === undefined) break;
    await store.confirm(lease.job.id, lease.token, 1000);
    await store.complete(success(lease.job.id, lease.token, agent));
  }
}

/** Registers the tests. */
export function crashContract(test: ContractTest): void {
  test("a caller cut off at any call loses and doubles nothing", async (rig) => {
    let cuts = 0;
    for (const cutStep of STEPS.keys()) {
      for (const delivered of [false, true]) {
        for (let atCall = 1;; atCall++) {
          await rig.calls.call(["FLUSHALL"]);
          await rig.calls.call(["SCRIPT", "FLUSH"]);
          const wasCut = await runCut(rig, cutStep, { atCall, delivered });
          await runToEnd(rig.store);
          const jobs = await checkInvariants(rig.calls);
          assertEquals(jobs.map((job) => job.id), ["a", "b"]);
          for (const job of jobs) {
            assert(isFinal(job.state), `${job.id} is ${job.state}, cut at step ${cutStep}`);
            const ends = (await rig.store.history(job.id)).filter((line) =>
              line.event === "succeeded"
            );
            assertEquals(ends.length, 1, `ends of ${job.id}, cut at step ${cutStep}`);
          }
          if (!wasCut) break;
          cuts++;
        }
      }
    }
    // Most steps are the first to use their script, which takes two calls.
    assert(cuts > STEPS.length * 3, `${cuts} cuts`);
  });

  test("a purge that was cut off leaves no half of a job", async (rig) => {
    for (const delivered of [false, true]) {
      for (const atCall of [1, 2]) {
        await rig.calls.call(["FLUSHALL"]);
        await rig.calls.call(["SCRIPT", "FLUSH"]);
        await rig.store.submit(sampleJob("a"), { key: "k" });
        const { token } = await mustStart(rig.store, 1);
        await rig.store.complete(success("a", token, 1));
        const broken = new CutCalls(rig.calls, { atCall, delivered });
        await new RedisJobStore(broken).purge(0, 10).catch(() => {});
        await checkInvariants(rig.calls);
        const purged = await rig.store.purge(0, 10);
        assertEquals(purged.map(({ id }) => id), ["a"]);
        await rig.store.cleared(["a"]);
        assertEquals(await rig.calls.call(["DBSIZE"]), 0);
      }
    }
  });
}
