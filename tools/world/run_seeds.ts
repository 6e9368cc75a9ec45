/**
 * Many seeds, some at a time.
 *
 * @module
 */
import { runSeed, type SeedResult, type SeedTask } from "./run_one.ts";
import type { WorkerAnswer } from "./worker.ts";

/**
 * Runs seeds.
 *
 * @param tasks The seeds.
 * @param workers How many at a time; with one they run in this thread.
 * @param signal Ends the work; what has ended is kept.
 * @param onResult Told of each as it ends, in no particular order.
 */
export async function runSeeds(
  tasks: Iterable<SeedTask>,
  workers: number,
  signal: AbortSignal,
  onResult: (result: SeedResult) => void,
): Promise<void> {
  const queue = tasks[Symbol.iterator]();
  const work = async (run: (task: SeedTask) => Promise<SeedResult>) => {
    for (let next = queue.next(); !next.done && !signal.aborted; next = queue.next()) {
      onResult(await run(next.value));
    }
  };
  if (workers === 1) return await work(runSeed);
  await Promise.all(Array.from({ length: workers }, async () => {
    using thread = new SeedThread();
    await work((task) => thread.run(task));
  }));
}

/** A worker that runs one seed at a time. */
class SeedThread implements Disposable {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

  /** Runs a seed. */
  run(task: SeedTask): Promise<SeedResult> {
    const { promise, resolve, reject } = Promise.withResolvers<SeedResult>();
    this.#worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => {
      if ("done" in data) resolve(data.done);
      else reject(new Error(`Cannot run seed ${task.world.seed}: ${data.failed}`));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`Cannot run seed ${task.world.seed}: ${event.message}`));
    };
    this.#worker.postMessage(task);
    return promise;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
