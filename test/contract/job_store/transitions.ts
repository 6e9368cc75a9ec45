/**
 * Contract: every transition of the table is made by something, and no other.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { JOB_STATES, type JobState, TRANSITIONS } from "../../../lib/jobs/job_state.ts";
import { TransitionError } from "../../../lib/jobs/job_store.ts";
import {
  type ContractTest,
  leaseRequest,
  mustLease,
  mustStart,
  type Rig,
  sampleJob,
  success,
} from "./fixture.ts";
import { checkInvariants } from "./invariants.ts";

const ID = "j1";

/** Brings a fresh job into each state; a job that was handed out was so by agent 1. */
const RECIPES: Readonly<Record<JobState, (rig: Rig, maxAttempts: number) => Promise<unknown>>> = {
  waiting: ({ store }, maxAttempts) => store.submit(sampleJob(ID), { maxAttempts }),
  held: ({ store }, maxAttempts) => store.submit(sampleJob(ID), { maxAttempts, held: true }),
  leased: async (rig, maxAttempts) => {
    await RECIPES.waiting(rig, maxAttempts);
    await mustLease(rig.store, 1);
  },
  running: async (rig, maxAttempts) => {
    await RECIPES.waiting(rig, maxAttempts);
    await mustStart(rig.store, 1);
  },
  succeeded: async (rig, maxAttempts) => {
    await RECIPES.running(rig, maxAttempts);
    await rig.store.complete(success(ID, 1, 1));
  },
  failed: async (rig, maxAttempts) => {
    await RECIPES.running(rig, maxAttempts);
    await rig.store.complete({ ...success(ID, 1, 1), outcome: "failed", exitCode: 256 });
  },
  cancelled: async (rig, maxAttempts) => {
    await RECIPES.running(rig, maxAttempts);
    await rig.store.cancel(ID, "Not wanted");
  },
};

/** Everything that may move a job. */
const ACTIONS: Readonly<Record<string, (rig: Rig) => Promise<unknown>>> = {
  "lease()": ({ store }) => store.lease(leaseRequest(2)),
  "lease() with leases off": ({ open }) => open({ leases: false }).lease(leaseRequest(2)),
  "confirm()": ({ store }) => store.confirm(ID, 1, 1000),
  "touch()": ({ store }) => store.touch("agent1@example.org/r1", 1000),
  "requeue()": ({ store }) => store.requeue({ id: ID, token: 1 }, "Silent"),
  "complete() with success": ({ store }) => store.complete(success(ID, 1, 1)),
  "complete() with failure": ({ store }) =>
    store.complete({ ...success(ID, 1, 1), outcome: "failed", exitCode: 256 }),
  "complete() with leases off": ({ open }) =>
    open({ leases: false }).complete(success(ID, undefined, 2)),
  "cancel()": ({ store }) => store.cancel(ID, "Not wanted"),
  "hold()": ({ store }) => store.hold(ID, "Not yet"),
  "release()": ({ store }) => store.release(ID),
  "rerun()": ({ store }) => store.rerun(ID),
  "reconcile() after a hand-out by the original": async ({ store, calls }) => {
    await calls.call(["LPOP", "waiting_jobs"]);
    await store.reconcile(10);
  },
  "note()": ({ store }) => store.note(ID, "looked at"),
};

/** The states that an owner's action starts from. */
const OWNER_ACTIONS = {
  cancel: ["waiting", "held", "leased", "running"],
  hold: ["waiting"],
  release: ["held"],
  rerun: ["succeeded", "failed", "cancelled"],
} as const;

/** Registers the tests. */
export function transitionContract(test: ContractTest): void {
  const made = new Set<string>();

  for (const [action, act] of Object.entries(ACTIONS)) {
    test(`${action} makes allowed transitions only`, async (rig) => {
      for (const state of JOB_STATES) {
        for (const maxAttempts of [1, 5]) {
          await rig.calls.call(["FLUSHALL"]);
          await RECIPES[state](rig, maxAttempts);
          try {
            await act(rig);
          } catch (error) {
            if (!(error instanceof TransitionError)) throw error;
          }
          const after = (await rig.store.get(ID))?.state;
          assert(after !== undefined);
          const allowed = after === state || TRANSITIONS[state].includes(after);
          assert(allowed, `${action} led from ${state} to ${after}`);
          if (after !== state) made.add(`${state} to ${after}`);
          await checkInvariants(rig.calls);
        }
      }
    });
  }

  test("every allowed transition is made by some action", () => {
    const allowed = JOB_STATES.flatMap((from) => TRANSITIONS[from].map((to) => `${from} to ${to}`));
    assertEquals([...made].sort(), allowed.sort());
    return Promise.resolve();
  });

  for (const [action, states] of Object.entries(OWNER_ACTIONS)) {
    test(`${action}() says why it cannot`, async (rig) => {
      const act = ACTIONS[`${action}()`];
      assert(act !== undefined);
      const message = `Cannot ${action} job ${ID}: `;
      const missing = await assertRejects(() => act(rig), TransitionError);
      assertEquals(missing.message, `${message}there is no such job`);
      assertEquals(missing.state, undefined);
      for (const state of JOB_STATES.filter((state) => !states.some((from) => from === state))) {
        await rig.calls.call(["FLUSHALL"]);
        await RECIPES[state](rig, 5);
        const before = await rig.store.get(ID);
        const error = await assertRejects(() => act(rig), TransitionError);
        assertEquals(error.message, `${message}it is ${state}`);
        assertEquals(error.state, state);
        assertEquals(await rig.store.get(ID), before);
      }
    });
  }
}
