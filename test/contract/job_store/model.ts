/**
 * Contract: random work by three managers, five agents and the original, checked step by step against
 * a plain model.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import * as fc from "fast-check";
import type { JobState } from "../../../lib/jobs/job_state.ts";
import { type JobStore, TransitionError } from "../../../lib/jobs/job_store.ts";
import type { RedisCalls } from "../../../lib/jobs/redis_calls.ts";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import {
  agentJid,
  type ContractTest,
  leaseRequest,
  sampleJob,
  submitAsOriginal,
  success,
} from "./fixture.ts";
import { checkInvariants } from "./invariants.ts";

interface ModelJob {
  state: JobState;
  /** Whether the job is the original's and was not touched by us yet. */
  recorded: boolean;
  readonly priority: number;
  readonly maxAttempts: number;
  attempts: number;
  token: number;
  agent: number;
  reported: boolean;
}

/** What the store should say: jobs by id, and each priority's ids, next one first. */
class Model {
  readonly jobs = new Map<string, ModelJob>();
  readonly queues = new Map<number, string[]>();

  queue(priority: number): string[] {
    const queue = this.queues.get(priority) ?? [];
    this.queues.set(priority, queue);
    return queue;
  }

  next(): string | undefined {
    const filled = [...this.queues].filter(([, queue]) => queue.length > 0);
    return filled.sort(([left], [right]) => right - left)[0]?.[1][0];
  }

  leave(id: string, priority: number): void {
    this.queues.set(priority, this.queue(priority).filter((other) => other !== id));
  }

  pick(index: number): [string, ModelJob] | undefined {
    const jobs = [...this.jobs];
    return jobs[index % Math.max(1, jobs.length)];
  }

  unacknowledged(agent: number): string | undefined {
    return [...this.jobs].find(([, job]) => job.state === "leased" && job.agent === agent)?.[0];
  }
}

interface Real {
  readonly stores: readonly JobStore[];
  readonly calls: RedisCalls;
}

/** One step of the random work. */
class Step implements fc.AsyncCommand<Model, Real> {
  readonly #title: string;
  readonly #run: (model: Model, store: JobStore, calls: RedisCalls) => Promise<void>;
  readonly #manager: number;

  constructor(
    title: string,
    manager: number,
    run: (model: Model, store: JobStore, calls: RedisCalls) => Promise<void>,
  ) {
    this.#title = title;
    this.#manager = manager;
    this.#run = run;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    const store = real.stores[this.#manager];
    if (store === undefined) throw new RangeError(`No manager ${this.#manager}`);
    await this.#run(model, store, real.calls);
    await compare(model, real.calls);
  }

  toString(): string {
    return `${this.#title} by manager ${this.#manager}`;
  }
}

async function compare(model: Model, calls: RedisCalls): Promise<void> {
  const jobs = await checkInvariants(calls);
  const recorded = [...model.jobs].filter(([, job]) => job.recorded).sort(([a], [b]) =>
    a < b ? -1 : 1
  );
  assertEquals(
    jobs.map(({ id, state, attempts, token }) => ({ id, state, attempts, token })),
    recorded.map(([id, { state, attempts, token }]) => ({ id, state, attempts, token })),
  );
  for (const [priority, queue] of model.queues) {
    const list = priority === 0 ? "waiting_jobs" : `waiting_jobs:p${priority}`;
    assertEquals(await calls.call(["LRANGE", list, 0, -1]), queue.toReversed());
  }
}

/** An owner's action: made where the state allows it, refused with an error elsewhere. */
function ownerStep(
  action: "cancel" | "hold" | "release" | "rerun",
  from: readonly JobState[],
  to: JobState,
) {
  return fc.tuple(fc.nat(2), fc.nat(30)).map(([manager, index]) =>
    new Step(`${action} job ${index}`, manager, async (model, store) => {
      const [id, job] = model.pick(index) ?? [];
      if (id === undefined || job === undefined) return;
      const act = () => store[action](id, "As its owner wishes");
      // What the original has taken without our having seen it is no job of ours.
      const unknown = !job.recorded && job.state !== "waiting";
      if (unknown || !from.includes(job.state)) {
        const why = unknown ? "there is no such job" : `it is ${job.state}`;
        await assertRejects(act, TransitionError, `Cannot ${action} job ${id}: ${why}`);
        return;
      }
      await act();
      if (job.state === "waiting") model.leave(id, job.priority);
      if (to === "waiting") model.queue(job.priority).push(id);
      if (action === "rerun") job.attempts = 0;
      job.state = to;
      job.recorded = true;
      job.reported = false;
    })
  );
}

const manager = fc.nat(2);
const agent = fc.nat(4);
const index = fc.nat(30);

const submit = fc.tuple(
  manager,
  fc.constantFrom(0, 0, 3, -1),
  fc.boolean(),
  fc.integer({ min: 1, max: 3 }),
).map(([manager, priority, held, maxAttempts]) =>
  new Step(`submit at ${priority}`, manager, async (model, store) => {
    const id = `j${model.jobs.size}`;
    const options = { priority, held, maxAttempts };
    assertEquals(await store.submit(sampleJob(id), options), { id, created: true });
    const state = held ? "held" : "waiting";
    const fresh = { attempts: 0, token: 0, agent: -1, reported: false, recorded: true };
    model.jobs.set(id, { ...fresh, state, priority, maxAttempts });
    if (!held) model.queue(priority).push(id);
  })
);

const submitByOriginal = manager.map((manager) =>
  new Step("submit by the original", manager, async (model, _store, calls) => {
    const id = `j${model.jobs.size}`;
    await submitAsOriginal(calls, id);
    const fresh = { attempts: 0, token: 0, agent: -1, reported: false, recorded: false };
    model.jobs.set(id, { ...fresh, state: "waiting", priority: 0, maxAttempts: 5 });
    model.queue(0).push(id);
  })
);

const takeByOriginal = manager.map((manager) =>
  new Step("taken by the original", manager, async (model, store, calls) => {
    const id = model.queue(0).at(-1);
    assertEquals(await calls.call(["LPOP", "waiting_jobs"]), id ?? null);
    const job = model.jobs.get(id ?? "");
    if (id === undefined || job === undefined) return;
    model.leave(id, 0);
    assertEquals(await store.reconcile(10), job.recorded ? [id] : []);
    job.state = "running";
    job.agent = -1;
  })
);

const lease = fc.tuple(manager, agent).map(([manager, agent]) =>
  new Step(`lease to agent ${agent}`, manager, async (model, store) => {
    const held = model.unacknowledged(agent);
    const id = held ?? model.next();
    const { lease, invalid } = await store.lease(leaseRequest(agent));
    assertEquals([lease?.job.id, invalid], [id, []]);
    const job = model.jobs.get(id ?? "");
    if (id === undefined || job === undefined) return;
    assertEquals(lease?.repeated, held !== undefined);
    if (held === undefined) {
      model.leave(id, job.priority);
      Object.assign(job, { state: "leased", agent, recorded: true });
      job.token++;
      job.attempts++;
    }
    assertEquals([lease?.token, lease?.attempt], [job.token, job.attempts]);
  })
);

const confirm = fc.tuple(manager, index, fc.nat(1)).map(([manager, index, late]) =>
  new Step(`confirm job ${index}, ${late} late`, manager, async (model, store) => {
    const [id, job] = model.pick(index) ?? [];
    if (id === undefined || job === undefined || job.token <= late) return;
    const holds = late === 0 && (job.state === "leased" || job.state === "running");
    assertEquals(await store.confirm(id, job.token - late, 1000), holds);
    if (holds) job.state = "running";
  })
);

const complete = fc.tuple(manager, index, fc.nat(1), fc.boolean()).map((
  [manager, index, late, good],
) =>
  new Step(`complete job ${index}, ${late} late`, manager, async (model, store) => {
    const [id, job] = model.pick(index) ?? [];
    // Jobs that the original hands out have a test of their own.
    if (id === undefined || job === undefined || job.token <= late || job.agent < 0) return;
    const outcome = good ? "succeeded" : "failed";
    const result = await store.complete({ ...success(id, job.token - late, job.agent), outcome });
    if (late > 0) {
      assertEquals(result, "stale");
    } else if (job.state === "leased" || job.state === "running") {
      assertEquals(result, "done");
      Object.assign(job, { state: outcome, reported: true });
    } else {
      assertEquals(result, job.reported ? "repeated" : "stale");
    }
  })
);

const requeue = fc.tuple(manager, index, fc.boolean()).map(([manager, index, countAttempt]) =>
  new Step(`requeue job ${index}`, manager, async (model, store) => {
    const [id, job] = model.pick(index) ?? [];
    if (id === undefined || job === undefined || job.agent < 0) return;
    const result = await store.requeue({ id, token: job.token }, "Silent", { countAttempt });
    if (job.state !== "leased" && job.state !== "running") {
      assertEquals(result, "unchanged");
      return;
    }
    const last = countAttempt && job.attempts >= job.maxAttempts;
    assertEquals(result, last ? "failed" : "requeued");
    job.state = last ? "failed" : "waiting";
    if (!countAttempt) job.attempts--;
    if (!last) model.queue(job.priority).unshift(id);
  })
);

const touch = fc.tuple(manager, agent).map(([manager, agent]) =>
  new Step(`touch agent ${agent}`, manager, async (model, store) => {
    const leases = [...model.jobs.values()].filter((job) =>
      job.agent === agent && (job.state === "leased" || job.state === "running")
    );
    assertEquals(await store.touch(agentJid(agent), 1000), leases.length);
  })
);

/** Registers the test. */
export function modelContract(test: ContractTest): void {
  test("random work never parts from the model", async (rig) => {
    const steps = [
      submit,
      submitByOriginal,
      takeByOriginal,
      lease,
      lease,
      confirm,
      complete,
      requeue,
      touch,
      ownerStep("cancel", ["waiting", "held", "leased", "running"], "cancelled"),
      ownerStep("hold", ["waiting"], "held"),
      ownerStep("release", ["held"], "waiting"),
      ownerStep("rerun", ["succeeded", "failed", "cancelled"], "waiting"),
    ];
    const stores = [rig.calls, await rig.connect(), await rig.connect()]
      .map((calls) => new RedisJobStore(calls));
    const property = fc.asyncProperty(
      fc.commands(steps, { maxCommands: 60, size: "max" }),
      async (commands) => {
        await rig.calls.call(["FLUSHALL"]);
        const setup = () => ({ model: new Model(), real: { stores, calls: rig.calls } });
        await fc.asyncModelRun(setup, commands);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
}
