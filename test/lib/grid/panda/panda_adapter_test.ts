import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { GridError, type JobOutput } from "../../../../lib/grid/adapter.ts";
import { MemoryWorkspace } from "../../../../sim/machine/memory_workspace.ts";
import { VirtualClock } from "../../../../sim/world/virtual_clock.ts";
import { lfnOf, packPilotFiles, PandaGrid, type PilotFiles, pilotFiles } from "../_panda_grid.ts";

const JOB = { id: "copilot-1", state: {} };
const SUCCEEDED = { outcome: "succeeded", waitStatus: 0, host: "agent@localhost" } as const;
const ID = 4001;

/** A grid with one running job, and what its pilot brought. */
async function benchOf(files: PilotFiles = pilotFiles(ID)) {
  const clock = new VirtualClock();
  const grid = new PandaGrid(clock);
  const job = grid.add(ID);
  grid.startNext();
  const folder = new MemoryWorkspace();
  const archive = "20261122/copilot-1.tgz";
  await folder.makeDirectory("20261122");
  await packPilotFiles(folder, archive, files);
  const output: JobOutput = { folder, archive, outcome: "succeeded" };
  return { clock, grid, job, output };
}

/** As the keeper does it. */
async function deliver(grid: PandaGrid, output: JobOutput): Promise<void> {
  const adapter = grid.connect();
  const known = await adapter.identify(JOB, output);
  let refusal: string | undefined;
  try {
    await adapter.store(known, output);
  } catch (error) {
    if (!(error instanceof GridError) || error.transient) throw error;
    refusal = error.message;
  }
  await adapter.finish(
    known,
    refusal === undefined ? SUCCEEDED : { ...SUCCEEDED, outcome: "failed", reason: refusal },
  );
}

Deno.test("PandaAdapter uploads and registers what the pilot names, and ends its job", async () => {
  const { clock, grid, job, output } = await benchOf();
  await deliver(grid, output);
  await clock.advance(2000);
  grid.assertDelivered(ID);
  assertEquals(job.states.map(({ status }) => status), [
    "activated",
    "sent",
    "running",
    "holding",
    "finished",
  ]);
  assertEquals(grid.rucio.catalogue.file(`user.alice:${lfnOf(ID)}`).guid?.length, 32);
});

Deno.test("PandaAdapter makes every effect once, whichever answer is lost", async () => {
  const requests: string[] = [];
  {
    const { grid, output } = await benchOf();
    for (const { faults } of [grid.panda, grid.rucio, grid.storage]) {
      faults.plan("lost", ({ method, url }) => {
        requests.push(`${method} ${url}`);
        return false;
      });
    }
    await deliver(grid, output);
  }
  assertEquals(requests.length > 15, true);
  for (const fault of ["lost", "away", "refused"] as const) {
    for (const index of requests.keys()) {
      const { clock, grid, output } = await benchOf();
      let seen = 0;
      for (const { faults } of [grid.panda, grid.rucio, grid.storage]) {
        faults.plan(fault, () => seen++ === index);
      }
      await assertRejects(() => deliver(grid, output), GridError, undefined, requests[index]);
      await deliver(grid, output);
      await clock.advance(2000);
      grid.assertDelivered(ID);
    }
  }
});

Deno.test("PandaAdapter gives up a silent service after a minute", async () => {
  const { clock, grid, output } = await benchOf();
  grid.panda.faults.plan("silent");
  const delivered = deliver(grid, output);
  const failed = assertRejects(() => delivered, GridError, "no answer in 60 s");
  await clock.advance(61_000);
  await failed;
});

Deno.test("PandaAdapter logs in anew when its token has ended", async () => {
  const { clock, grid, output } = await benchOf();
  const adapter = grid.connect();
  const known = await adapter.identify(JOB, output);
  await adapter.store(known, output);
  grid.rucio.logins.expire();
  await adapter.store(known, output);
  await clock.advance(3_600_000);
  await adapter.store(known, output);
  assertEquals(grid.rucio.logins.count, 3);
});

Deno.test("PandaAdapter waits for a storage element that is full, closed or damages files", async () => {
  const { clock, grid, output } = await benchOf();
  grid.storage.capacityBytes = 3;
  await assertRejects(() => deliver(grid, output), GridError, "507");
  grid.storage.capacityBytes = 1000;
  grid.storage.corruptUploads = 1;
  await assertRejects(() => deliver(grid, output), GridError, "did not arrive whole");
  assertEquals(grid.storage.files.size, 0);
  grid.rucio.isWritable = false;
  await assertRejects(() => deliver(grid, output), GridError, "Nothing may be written");
  grid.rucio.isWritable = true;
  assertEquals(grid.rucio.catalogue.files.size, 0);
  await deliver(grid, output);
  await clock.advance(2000);
  grid.assertDelivered(ID);
});

Deno.test("PandaAdapter ends a job as failed, with a reason, when its output cannot be stored", async () => {
  const whole = pilotFiles(ID);
  const lacking = (path: string) =>
    Object.fromEntries(Object.entries(whole).filter(([name]) => name !== path));
  const cases: [PilotFiles, string][] = [
    [lacking("output-sandbox/OutputFiles.xml"), "holds no output-sandbox/OutputFiles.xml"],
    [lacking(`output-sandbox/${lfnOf(ID)}`), `names ${lfnOf(ID)}, which is not there`],
    [
      { ...whole, "output-sandbox/OutputFiles.xml": "<dataset>a</dataset><guid>x</guid>" },
      'guid "x" is refused',
    ],
  ];
  for (const [files, reason] of cases) {
    const { clock, grid, job, output } = await benchOf(files);
    await deliver(grid, output);
    await clock.advance(2000);
    assertEquals([job.status, job.ends], ["failed", 1]);
    assertEquals(job.end?.["pilot_error_code"], 1137);
    assertStringIncludes(String(job.end?.["pilot_error_diag"]), reason);
    assertEquals([grid.rucio.catalogue.files.size, grid.storage.files.size], [0, 0]);
  }
});

Deno.test("PandaAdapter passes on what the pilot says of a job that failed, and stores nothing of it", async () => {
  const report = {
    state: "failed",
    transExitCode: 65,
    pilotErrorCode: 1305,
    pilotErrorDiag: "bad",
  };
  const { clock, grid, job, output } = await benchOf(pilotFiles(ID, report));
  await deliver(grid, output);
  await clock.advance(2000);
  assertEquals(job.status, "failed");
  const { trans_exit_code: exit, pilot_error_code: code, pilot_error_diag: text } = job.end ?? {};
  assertEquals([exit, code, text], [65, 1305, "bad"]);
  assertEquals([grid.rucio.catalogue.files.size, grid.storage.files.size], [0, 0]);
});

Deno.test("PandaAdapter does not register a file under a name that another file has", async () => {
  const { clock, grid, job, output } = await benchOf();
  grid.rucio.catalogue.addReplicas("SITE_DATADISK", [
    { scope: "user.alice", name: lfnOf(ID), bytes: 3, adler32: "00000001" },
  ]);
  await deliver(grid, output);
  await clock.advance(2000);
  assertEquals(job.status, "failed");
  assertStringIncludes(String(job.end?.["pilot_error_diag"]), "Rucio has another file");
});

Deno.test("PandaAdapter stores nothing for a job that PanDA has cancelled or never had", async () => {
  for (const isCancelled of [true, false]) {
    const { clock, grid, job, output } = await benchOf(pilotFiles(isCancelled ? ID : 5));
    if (isCancelled) job.cancel(clock.now());
    await deliver(grid, output);
    assertEquals([grid.rucio.catalogue.files.size, grid.storage.files.size], [0, 0]);
    assertEquals(job.ends, 0);
  }
});

Deno.test("PandaAdapter refuses output of no PanDA job, or a damaged archive", async () => {
  const { grid, output } = await benchOf({ stdout: "No jobs in PanDA" });
  const adapter = grid.connect();
  await assertRejects(() => adapter.identify(JOB, output), GridError, "no PanDA job was run");
  await output.folder.writeText("bad.tgz", "no archive");
  const damaged = { ...output, archive: "bad.tgz" };
  await assertRejects(() => adapter.identify(JOB, damaged), GridError, "Cannot read the archive");
});
