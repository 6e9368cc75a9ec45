/**
 * What every {@linkcode JobRunner} does, whether programs run or not.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { JobRunner, JobRunRequest } from "../../lib/machine/job_runner.ts";

/** What a job under test is to do. */
export interface JobBehaviour {
  /** Raw wait status to end with: an exit code × 256, or a signal's number. */
  readonly waitStatus?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** Runs for a minute instead of ending. */
  readonly endless?: boolean;
  /** Writes 1 MB, then runs on if endless. */
  readonly writes?: boolean;
  /** The program cannot be started: it is missing, or not executable. */
  readonly broken?: "missing" | "not-executable";
}

/** A prepared job and its runner. */
export interface JobRunnerBench extends AsyncDisposable {
  readonly runner: JobRunner;
  readonly request: JobRunRequest;
  /** Reads a file of the job's directory. */
  read(file: string): Promise<string>;
}

/**
 * Registers the tests of the seam for one kind of runner. Its clock must be the system's.
 *
 * @param kind Name of the kind, put before the tests' names.
 * @param make Prepares a job that behaves as told; the program is `./_wrapper_.sh`.
 */
export function jobRunnerContract(
  kind: string,
  make: (behaviour: JobBehaviour) => Promise<JobRunnerBench>,
): void {
  const test = (
    behaviour: string,
    job: JobBehaviour,
    run: (bench: JobRunnerBench) => Promise<void>,
  ) =>
    Deno.test(`${kind}: JobRunner ${behaviour}`, async () => {
      await using bench = await make(job);
      await run(bench);
    });

  test("runs a job and keeps what it prints", { stdout: "out\n", stderr: "err\n" }, async (b) => {
    const result = await b.runner.run(b.request);
    assertEquals([result.waitStatus, result.killedFor], [0, undefined]);
    assert(result.wallSeconds >= 0);
    assertEquals([await b.read("stdout"), await b.read("stderr")], ["out\n", "err\n"]);
  });

  for (const waitStatus of [3 * 256, 35072, 9, 15, 11]) {
    test(`returns the raw wait status ${waitStatus}`, { waitStatus }, async (bench) => {
      const result = await bench.runner.run(bench.request);
      assertEquals([result.waitStatus, result.killedFor], [waitStatus, undefined]);
    });
  }

  test("ends a job at its wall-time limit", { endless: true }, async (bench) => {
    const result = await bench.runner.run({ ...bench.request, wallTimeSeconds: 0.1 });
    assertEquals([result.waitStatus, result.killedFor], [15, "wall-time"]);
    assert(result.wallSeconds < 60);
  });

  test("lets a job finish within its limits", { writes: true }, async (bench) => {
    const limits = { wallTimeSeconds: 60, outputBytes: 2_000_000 };
    const result = await bench.runner.run({ ...bench.request, ...limits });
    assertEquals([result.waitStatus, result.killedFor], [0, undefined]);
  });

  test("ends a job that writes too much", { endless: true, writes: true }, async (bench) => {
    const result = await bench.runner.run({ ...bench.request, outputBytes: 1000 });
    assertEquals([result.waitStatus, result.killedFor], [15, "output-size"]);
  });

  test("ends a job that is aborted", { endless: true }, async (bench) => {
    const controller = new AbortController();
    const running = bench.runner.run({ ...bench.request, signal: controller.signal });
    controller.abort();
    assertEquals((await running).killedFor, "aborted");
  });

  test("starts nothing when aborted before", {}, async (bench) => {
    const signal = AbortSignal.abort(new Error("Too late"));
    await assertRejects(() => bench.runner.run({ ...bench.request, signal }), Error, "Too late");
  });

  for (const broken of ["missing", "not-executable"] as const) {
    test(`rejects when the program is ${broken}`, { broken }, async (bench) => {
      await assertRejects(() => bench.runner.run(bench.request), Error, "_wrapper_.sh");
    });
  }

  test("has one job run any number of times, and at once", { waitStatus: 512 }, async (bench) => {
    const runs = Array.from(
      { length: 50 },
      (_, index) =>
        bench.runner.run({ ...bench.request, stdoutFile: `out${index}`, stderrFile: "err" }),
    );
    for (const { waitStatus } of await Promise.all(runs)) assertEquals(waitStatus, 512);
  });
}
