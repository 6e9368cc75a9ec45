/**
 * What a {@linkcode GridAdapter} does whose grid's jobs are fetched by its own pilots: of the seam, the part about
 * output.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type GridAdapter,
  type GridCallOptions,
  GridError,
  type GridJobRef,
  type GridResult,
  type JobOutput,
} from "../../lib/grid/adapter.ts";
import type { GridBench } from "./grid_adapter.ts";

/** A grid whose jobs are fetched by its own pilots, on agents' machines. */
export interface PilotGridBench extends Omit<GridBench, "host" | "slowDown"> {
  /** What a pilot brings that has run the job; packed into the folder. */
  bring(id: string, outcome: JobOutput["outcome"]): Promise<JobOutput>;
  /** The next call to the grid is not answered until it is broken off; resolves once it was made. */
  hang(): Promise<void>;
}

const SUCCESS: GridResult = { outcome: "succeeded", waitStatus: 0, host: "vm.localhost" };
const FAILURE: GridResult = { ...SUCCESS, outcome: "failed", waitStatus: 3 << 8 };

/** A job whose pilot has brought its output, as the site knows it and as its output tells. */
async function broughtTo(
  bench: PilotGridBench,
  adapter: GridAdapter,
  outcome: JobOutput["outcome"] = "succeeded",
) {
  const id = bench.addJob();
  const output = await bench.bring(id, outcome);
  const job = await adapter.identify?.({ id: `site-${id}`, state: {} }, output);
  assert(job !== undefined);
  assertEquals(job.id, `site-${id}`);
  const known: GridJobRef = JSON.parse(JSON.stringify(job));
  return { id, output, job: known };
}

/**
 * Registers the suite.
 *
 * @param kind Name of the adapter.
 * @param make Makes a grid without jobs.
 */
export function pilotGridContract(kind: string, make: () => Promise<PilotGridBench>): void {
  const test = (behaviour: string, run: (bench: PilotGridBench) => Promise<void>) =>
    Deno.test(`${kind}: GridAdapter of pilots ${behaviour}`, async () => {
      await using bench = await make();
      await run(bench);
    });

  test("takes no jobs", async (bench) => {
    bench.addJob();
    await using adapter = bench.connect();
    const host = { name: "vm.localhost", jdl: "[\n]\n" };
    const directoryOf = (id: string) => Promise.resolve(id);
    assertEquals(await adapter.offer(host), false);
    assertEquals(await adapter.take(host, { folder: bench.folder, directoryOf }, "r"), undefined);
  });

  test("delivers a job once, however often and by whomever it is told", async (bench) => {
    await using first = bench.connect();
    const { id, job, output } = await broughtTo(bench, first);
    const before = await bench.folder.list(".");
    for (let round = 0; round < 2; round++) {
      await using adapter = bench.connect();
      assertEquals(await adapter.identify?.({ id: job.id, state: {} }, output), job);
      await adapter.store(job, output);
      await adapter.store(job, output);
      await adapter.finish(job, SUCCESS);
      await adapter.finish(job, SUCCESS);
      const told = [bench.stateOf(id), bench.endsOf(id), bench.registrationsOf(id)];
      assertEquals(told, ["succeeded", 1, 1]);
    }
    assertEquals(await bench.folder.list("."), before);
  });

  test("tells that a job failed, and leaves a final state as it is", async (bench) => {
    await using adapter = bench.connect();
    const { id, job } = await broughtTo(bench, adapter, "failed");
    await adapter.finish(job, FAILURE);
    await adapter.finish(job, SUCCESS);
    await adapter.giveBack(job, "Too late");
    assertEquals([bench.stateOf(id), bench.endsOf(id)], ["failed", 1]);
  });

  test("says whether the grid still wants a job", async (bench) => {
    await using adapter = bench.connect();
    const { id, job, output } = await broughtTo(bench, adapter);
    assertEquals(await adapter.heartbeat(job), "wanted");
    bench.cancel(id);
    assertEquals(await adapter.heartbeat(job), "cancelled");
    const error = await assertRejects(() => adapter.store(job, output), GridError);
    assertEquals([error.transient, bench.registrationsOf(id)], [false, 0]);
  });

  test("fails for the time being while the grid is away, and goes on then", async (bench) => {
    await using adapter = bench.connect();
    const { id, job, output } = await broughtTo(bench, adapter);
    bench.setReachable(false);
    const calls = [
      () => adapter.heartbeat(job),
      () => adapter.store(job, output),
      () => adapter.finish(job, SUCCESS),
    ];
    for (const call of calls) assert((await assertRejects(call, GridError)).transient);
    bench.setReachable(true);
    await adapter.store(job, output);
    await adapter.finish(job, SUCCESS);
    assertEquals([bench.stateOf(id), bench.registrationsOf(id)], ["succeeded", 1]);
  });

  test("says for good that output is refused", async (bench) => {
    await using adapter = bench.connect();
    const { id, job, output } = await broughtTo(bench, adapter);
    bench.refuseOutput();
    const error = await assertRejects(() => adapter.store(job, output), GridError);
    assertEquals([error.transient, bench.registrationsOf(id)], [false, 0]);
  });

  test("can be broken off in any call, and does it when asked again", async (bench) => {
    await using adapter = bench.connect();
    const { id, job, output } = await broughtTo(bench, adapter);
    const calls = [
      (how: GridCallOptions) => adapter.heartbeat(job, how),
      (how: GridCallOptions) => adapter.store(job, output, how),
      (how: GridCallOptions) => adapter.finish(job, SUCCESS, how),
    ];
    const reason = new Error("Stopped by the test");
    for (const call of calls) {
      const aborted = AbortSignal.abort(reason);
      assertEquals(await assertRejects(() => call({ signal: aborted })), reason);
      const stop = new AbortController();
      const hanging = bench.hang();
      const broken = assertRejects(() => call({ signal: stop.signal }));
      await hanging;
      stop.abort(reason);
      assertEquals(await broken, reason);
      await call({});
    }
    assertEquals([bench.endsOf(id), bench.registrationsOf(id)], [1, 1]);
  });
}
