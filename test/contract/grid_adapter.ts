/**
 * What every {@linkcode GridAdapter} does, whatever its grid: each call may be made again, by another
 * process, and may be broken off.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import {
  type GridAdapter,
  type GridCallOptions,
  GridError,
  type GridHost,
  type GridJob,
  type GridJobRef,
  type GridResult,
  type InputStage,
  type JobOutput,
} from "../../lib/grid/adapter.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";

/** A grid under test, with what the seam does not show of it. */
export interface GridBench extends AsyncDisposable {
  /** Opens a connection, as another process of the site would. Closed by the test. */
  connect(): GridAdapter;
  /** An empty folder, of a kind that the adapter can move files from and to. */
  readonly folder: Workspace;
  /** A machine that suits all jobs. */
  readonly host: GridHost;
  /** Puts a job with input into the grid's queue; gives its id. */
  addJob(): string;
  /** Where a job stands in the grid. */
  stateOf(id: string): "waiting" | "given" | "succeeded" | "failed" | "cancelled";
  /** How often a final state was set for a job. */
  endsOf(id: string): number;
  /** How often the output of a job was registered. */
  registrationsOf(id: string): number;
  /** The grid's side cancels a job. */
  cancel(id: string): void;
  /** Whether the grid can be reached. */
  setReachable(isReachable: boolean): void;
  /** Its storage refuses everything for good. */
  refuseOutput(): void;
  /** The next call to the grid is answered late, after some tenths of a second. */
  slowDown(): void;
}

/** A grid in the middle of a test. */
class Scene implements AsyncDisposable {
  readonly adapter: GridAdapter;
  readonly stage: InputStage;
  #requests = 0;

  constructor(readonly bench: GridBench) {
    const { folder } = bench;
    this.adapter = bench.connect();
    this.stage = {
      folder,
      async directoryOf(id) {
        await folder.makeDirectory(`${id}.input`);
        return `${id}.input`;
      },
    };
  }

  /** Adds a job to the grid and takes it. */
  async taken(): Promise<GridJob> {
    const id = this.bench.addJob();
    const job = await this.take(`request-${++this.#requests}`);
    assert(job !== undefined);
    assertEquals(job.id, id);
    return job;
  }

  async take(request: string, how?: GridCallOptions, adapter = this.adapter) {
    return await adapter.take(this.bench.host, this.stage, request, how);
  }

  /** Packs what an agent would have brought. */
  async output(
    { id }: GridJobRef,
    outcome: JobOutput["outcome"] = "succeeded",
  ): Promise<JobOutput> {
    const { folder } = this.bench;
    await folder.makeDirectory("made");
    await folder.writeText("made/stdout", "4\n");
    await folder.writeText("made/stderr", "a warning\n");
    await folder.pack("made", `${id}.tgz`);
    return { folder, archive: `${id}.tgz`, outcome };
  }

  /** A job as it comes back from the site's memory. */
  reference({ id, state }: GridJobRef): GridJobRef {
    return JSON.parse(JSON.stringify({ id, state }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.adapter[Symbol.asyncDispose]();
    await this.bench[Symbol.asyncDispose]();
  }
}

const SUCCESS: GridResult = { outcome: "succeeded", waitStatus: 0, host: "vm.localhost" };
const FAILURE: GridResult = { ...SUCCESS, outcome: "failed", waitStatus: 3 << 8 };

/** Every call of the seam but that which takes a job. */
function callsAbout({ adapter, bench }: Scene, job: GridJobRef, output: JobOutput) {
  const { host } = bench;
  return {
    offer: (how: GridCallOptions) => adapter.offer(host, how),
    heartbeat: (how: GridCallOptions) => adapter.heartbeat(job, how),
    started: (how: GridCallOptions) => adapter.started(job, host.name, how),
    store: (how: GridCallOptions) => adapter.store(job, output, how),
    finish: (how: GridCallOptions) => adapter.finish(job, SUCCESS, how),
    giveBack: (how: GridCallOptions) => adapter.giveBack(job, "Nobody wants it", how),
  } as const;
}

type Behave = (behaviour: string, run: (scene: Scene) => Promise<void>) => void;

/**
 * Registers the suite.
 *
 * @param kind Name of the adapter.
 * @param make Makes a grid without jobs.
 */
export function gridAdapterContract(
  kind: string,
  make: () => GridBench | Promise<GridBench>,
): void {
  const test: Behave = (behaviour, run) =>
    Deno.test(`${kind}: GridAdapter ${behaviour}`, async () => {
      await using scene = new Scene(await make());
      await run(scene);
    });
  takingTests(test);
  deliveryTests(test);
  returningTests(test);
  failureTests(test);
  abortTests(test);
}

function takingTests(test: Behave): void {
  test("offers a job as long as one waits", async (scene) => {
    const { adapter, bench } = scene;
    assertEquals(await adapter.offer(bench.host), false);
    bench.addJob();
    assertEquals(await adapter.offer(bench.host), true);
    await scene.take("first");
    assertEquals(await adapter.offer(bench.host), false);
  });

  test("takes a job with its input, and none where none waits", async (scene) => {
    assertEquals(await scene.take("none"), undefined);
    const { id, job, state } = await scene.taken();
    assertEquals([job.id, scene.bench.stateOf(id)], [id, "given"]);
    assert(job.inputFiles.includes(job.command));
    for (const name of job.inputFiles) {
      assert(await scene.bench.folder.exists(`${job.inputDir}/${name}`), name);
    }
    for (const text of Object.values(state)) assert(text.length <= 10_000);
    assertEquals(await scene.take("another"), undefined);
  });

  test("gives a request the same job, whoever makes it again", async (scene) => {
    const { bench } = scene;
    const ids = [bench.addJob(), bench.addJob()];
    const first = await scene.take("one");
    await using other = bench.connect();
    assertEquals(await scene.take("one", {}, other), first);
    const second = await scene.take("two", {}, other);
    assertEquals([first?.id, second?.id].toSorted(), ids);
  });

  test("gives requests that are made at once different jobs", async (scene) => {
    const ids = [scene.bench.addJob(), scene.bench.addJob(), scene.bench.addJob()];
    const jobs = await Promise.all(ids.map((id) => scene.take(`for ${id}`)));
    assertEquals(jobs.map((job) => job?.id).toSorted(), ids);
  });

  test("gives a job that has ended to no request", async (scene) => {
    const { adapter, bench } = scene;
    bench.addJob();
    const job = await scene.take("one");
    assert(job !== undefined);
    await adapter.finish(job, FAILURE);
    assertEquals(await scene.take("one"), undefined);
  });
}

function deliveryTests(test: Behave): void {
  test("delivers a job once, however often it is told", async (scene) => {
    const { bench } = scene;
    const job = scene.reference(await scene.taken());
    const output = await scene.output(job);
    for (let round = 0; round < 2; round++) {
      await using adapter = bench.connect();
      await adapter.started(job, "vm.localhost");
      await adapter.started(job, "vm2.localhost");
      await adapter.store(job, output);
      await adapter.store(job, output);
      await adapter.finish(job, SUCCESS);
      await adapter.finish(job, SUCCESS);
      const { id } = job;
      assertEquals([bench.stateOf(id), bench.endsOf(id), bench.registrationsOf(id)], [
        "succeeded",
        1,
        1,
      ]);
    }
  });

  test("keeps nothing in the folder that output came from", async (scene) => {
    const job = await scene.taken();
    const output = await scene.output(job);
    const before = await scene.bench.folder.list(".");
    await scene.adapter.started(job, "vm.localhost");
    await scene.adapter.store(job, output);
    assertEquals(await scene.bench.folder.list("."), before);
  });

  test("tells that a job failed, though it has output", async (scene) => {
    const { adapter, bench } = scene;
    const job = await scene.taken();
    await adapter.started(job, "vm.localhost");
    await adapter.store(job, await scene.output(job, "failed"));
    await adapter.finish(job, FAILURE);
    assertEquals([bench.stateOf(job.id), bench.endsOf(job.id)], ["failed", 1]);
  });

  test("leaves a final state as it is", async (scene) => {
    const { adapter, bench } = scene;
    const job = await scene.taken();
    await adapter.finish(job, FAILURE);
    await adapter.finish(job, SUCCESS);
    await adapter.started(job, "vm.localhost");
    await adapter.giveBack(job, "Too late");
    assertEquals([bench.stateOf(job.id), bench.endsOf(job.id)], ["failed", 1]);
  });
}

function returningTests(test: Behave): void {
  test("gives a job back, for another request to take", async (scene) => {
    const { adapter, bench } = scene;
    const job = await scene.taken();
    await adapter.giveBack(job, "Nobody wants it");
    await adapter.giveBack(job, "Nobody wants it");
    assertEquals([bench.stateOf(job.id), bench.endsOf(job.id)], ["waiting", 0]);
    assertEquals((await scene.take("another"))?.id, job.id);
  });

  test("says whether the grid still wants a job", async (scene) => {
    const { adapter, bench } = scene;
    const job = await scene.taken();
    assertEquals(await adapter.heartbeat(job), "wanted");
    await adapter.started(job, "vm.localhost");
    assertEquals(await adapter.heartbeat(job), "wanted");
    bench.cancel(job.id);
    assertEquals(await adapter.heartbeat(job), "cancelled");
    await adapter.giveBack(job, "The grid has cancelled it");
    assertEquals(bench.stateOf(job.id), "cancelled");
  });
}

function failureTests(test: Behave): void {
  test("fails for the time being while the grid is away, and goes on then", async (scene) => {
    const { bench } = scene;
    const job = await scene.taken();
    const output = await scene.output(job);
    bench.setReachable(false);
    const calls = callsAbout(scene, job, output);
    for (const [name, call] of Object.entries(calls)) {
      const error = await assertRejects(() => call({}), GridError, undefined, name);
      assertEquals([name, error.transient], [name, true]);
    }
    const error = await assertRejects(() => scene.take("away"), GridError);
    assert(error.transient);
    bench.setReachable(true);
    await calls.started({});
    await calls.store({});
    await calls.finish({});
    assertEquals([bench.stateOf(job.id), bench.registrationsOf(job.id)], ["succeeded", 1]);
  });

  test("says for good that output is refused", async (scene) => {
    const { adapter, bench } = scene;
    const job = await scene.taken();
    const output = await scene.output(job);
    bench.refuseOutput();
    const error = await assertRejects(() => adapter.store(job, output), GridError);
    assertNotEquals(error.message, "");
    assertEquals([error.transient, bench.registrationsOf(job.id)], [false, 0]);
  });
}

function abortTests(test: Behave): void {
  test("makes no call whose signal is aborted", async (scene) => {
    const job = await scene.taken();
    const reason = new Error("Stopped by the test");
    const signal = AbortSignal.abort(reason);
    const calls = callsAbout(scene, job, await scene.output(job));
    for (const [name, call] of Object.entries(calls)) {
      assertEquals(await assertRejects(() => call({ signal })), reason, name);
    }
    assertEquals(await assertRejects(() => scene.take("stopped", { signal })), reason);
    assertEquals(scene.bench.stateOf(job.id), "given");
  });

  for (const name of ["offer", "heartbeat", "started", "store", "finish", "giveBack"] as const) {
    test(`can be broken off in ${name}, and does it when asked again`, async (scene) => {
      const { bench } = scene;
      const job = await scene.taken();
      const call = callsAbout(scene, job, await scene.output(job))[name];
      const stop = new AbortController();
      const reason = new Error("Stopped by the test");
      bench.slowDown();
      const broken = call({ signal: stop.signal });
      setTimeout(() => stop.abort(reason), 20);
      assertEquals(await assertRejects(() => broken), reason);
      await call({});
      if (name === "store") assertEquals(bench.registrationsOf(job.id), 1);
      if (name === "finish") assertEquals(bench.endsOf(job.id), 1);
    });
  }

  test("can be broken off in take, and gives the same request its job then", async (scene) => {
    const id = scene.bench.addJob();
    const stop = new AbortController();
    const reason = new Error("Stopped by the test");
    scene.bench.slowDown();
    const broken = scene.take("one", { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 20);
    assertEquals(await assertRejects(() => broken), reason);
    assertEquals((await scene.take("one"))?.id, id);
  });
}
