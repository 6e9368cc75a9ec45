/** Output of PanDA's jobs by commands: in memory, whichever of them fails, and as processes. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { GridError, type JobOutput } from "../../../../lib/grid/adapter.ts";
import type { CommandRunner } from "../../../../lib/grid/commands/command_runner.ts";
import { type CommandBook, GridCommands } from "../../../../lib/grid/commands/grid_commands.ts";
import { processCommands } from "../../../../lib/grid/commands/process_commands.ts";
import { factsOf } from "../../../../lib/grid/rucio/checksums.ts";
import { CommandStore } from "../../../../lib/grid/rucio/command_store.ts";
import { createLogger, memorySink } from "../../../../lib/log.ts";
import { diskWorkspace } from "../../../../lib/machine/disk_workspace.ts";
import { MemoryWorkspace } from "../../../../sim/machine/memory_workspace.ts";
import { VirtualClock } from "../../../../sim/world/virtual_clock.ts";
import { lfnOf, packPilotFiles, PandaGrid, pilotFiles } from "../_panda_grid.ts";

const ID = 4001;

/** A grid with a job that has ended, whose output the site's programs store. */
async function benchOf() {
  const clock = new VirtualClock();
  const grid = new PandaGrid(clock);
  grid.add(ID);
  grid.startNext();
  const folder = new MemoryWorkspace();
  await packPilotFiles(folder, "job.tgz", pilotFiles(ID));
  const output: JobOutput = { folder, archive: "job.tgz", outcome: "succeeded" };
  const deliver = async (runner: CommandRunner) => {
    const adapter = grid.connect(grid.call, runner);
    const job = await adapter.identify({ id: "job", state: {} }, output);
    await adapter.store(job, output);
    await adapter.finish(job, { outcome: "succeeded", host: "vm.example" });
    await clock.advance(2000);
  };
  return { grid, folder, deliver };
}

/** How a command fails: before it has done anything, or after all of it. */
type Failure = "refused" | "lost";

/** The grid's programs, the command of a number failing. */
function failingAt(runner: CommandRunner, number: number, how: Failure): CommandRunner {
  let count = 0;
  return {
    async run(argv, options) {
      if (count++ !== number) return await runner.run(argv, options);
      if (how === "lost") await runner.run(argv, options);
      return { code: 1, stdout: "", stderr: "Connection reset" };
    },
  };
}

Deno.test("CommandStore registers a file once, whichever command fails and however often", async () => {
  const steps: string[] = [];
  {
    const { grid, folder, deliver } = await benchOf();
    const runner = grid.commands(folder);
    await deliver({ run: (argv, how) => (steps.push(argv[0] ?? ""), runner.run(argv, how)) });
    grid.assertDelivered(ID);
  }
  assertEquals(steps, ["find", "upload", "register", "find"]);
  for (const how of ["refused", "lost"] as const) {
    for (const [number, step] of steps.entries()) {
      const { grid, folder, deliver } = await benchOf();
      const runner = grid.commands(folder);
      for (let times = 0; times < 2; times++) {
        await assertRejects(
          () => deliver(failingAt(runner, times === 0 ? number : 0, how)),
          GridError,
          `for ${times === 0 ? step : "find"} of PanDA exited with 1: Connection reset`,
        );
      }
      await deliver(runner);
      grid.assertDelivered(ID);
      assertEquals(await folder.list("."), ["job.tgz"]);
    }
  }
});

Deno.test("CommandStore refuses for good what the catalogue knows as another file", async () => {
  const { grid, folder, deliver } = await benchOf();
  const other = { scope: "user.alice", name: lfnOf(ID), bytes: 3, adler32: "00000001" };
  grid.rucio.catalogue.addReplicas("SITE_DATADISK", [other]);
  const error = await assertRejects(
    () => deliver(grid.commands(folder)),
    GridError,
    "another file",
  );
  assertEquals([error.transient, grid.storage.files.size], [false, 0]);
});

Deno.test("CommandStore does not believe an upload that the catalogue does not show", async () => {
  const { deliver } = await benchOf();
  const runner = { run: () => Promise.resolve({ code: 0, stdout: "", stderr: "Done!" }) };
  const error = await assertRejects(() => deliver(runner), GridError, "is not found at");
  assert(error.transient);
});

/** A store whose commands are processes, and a file for it. */
async function processBench(book: CommandBook, timeoutMs = 60_000) {
  const root = await Deno.makeTempDir({ prefix: "copilot_commands_" });
  const folder = diskWorkspace(root);
  const sink = memorySink();
  const log = createLogger({ sinks: [sink] });
  const runner = processCommands();
  const commands = new GridCommands({ grid: "PanDA", book, runner, timeoutMs, log });
  const content = () => ReadableStream.from([new TextEncoder().encode("result\n")]);
  const store = new CommandStore({ commands, rse: "SITE" });
  const facts = await factsOf(content());
  return {
    root,
    said: () => sink.records.map(({ message }) => message).join("\n"),
    store: (lfn: string, dataset = "user.alice.run1") => {
      const file = { lfn, guid: "0".repeat(32), ...facts };
      return store.store(dataset, file, { content, folder, directory: "job.tgz.upload" });
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

/** A catalogue of files beside the folder's: `find` and `upload` in shell, their arguments kept. */
const SHELL = (storage: string): CommandBook => ({
  find: ["/bin/sh", "-c", 'cat "$0/facts-$1" 2>/dev/null || true', storage, "{lfn}"],
  upload: [
    "/bin/sh",
    "-c",
    'cp "$2" "$0/stored-$1" && echo "$3 $4 stored" >"$0/facts-$1" && echo "to $5 $6" >&2',
    storage,
    "{lfn}",
    "{file}",
    "{sizeBytes}",
    "{adler32}",
    "{rse}",
    "{dataset}",
  ],
});

Deno.test("CommandStore gives programs a file and what is known of it, whatever its name, and keeps what they say", async () => {
  const storage = await Deno.makeTempDir({ prefix: "copilot_storage_" });
  await using bench = await processBench(SHELL(storage));
  for (const lfn of ["user.alice.out", "$(touch pwned);'`\"", "a b\nc", "{guid}", "-rf"]) {
    await bench.store(lfn, "user.alice.$(id)");
    const kept = lfn === "-rf" ? "rf" : lfn;
    assertEquals(await Deno.readTextFile(`${storage}/stored-${kept}`), "result\n");
    assertEquals(await Deno.readTextFile(`${storage}/facts-${kept}`), "7 0bcc02aa stored\n");
  }
  assertMatch(bench.said(), /upload: to SITE user\.alice:user\.alice\.\$\(id\)/);
  assertEquals((await Array.fromAsync(Deno.readDir(bench.root))).length, 0);
  await Deno.remove(storage, { recursive: true });
});

Deno.test("CommandStore leaves no copy behind a program that fails or takes too long", async () => {
  const nothing = ["/bin/true"];
  const cases: [string[], RegExp, number, boolean][] = [
    [
      ["/bin/sh", "-c", "echo quota exceeded; exit 1"],
      /exited with 1: quota exceeded/,
      60_000,
      true,
    ],
    [["/bin/sh", "-c", "exit 65"], /exited with 65: it said nothing/, 60_000, false],
    [["sleep", "60"], /took over 50 ms/, 50, true],
    [["/nowhere/rucio"], /exited with 127: Cannot start \/nowhere\/rucio/, 60_000, true],
  ];
  for (const [upload, message, timeoutMs, transient] of cases) {
    await using bench = await processBench({ find: nothing, upload }, timeoutMs);
    const error = await assertRejects(() => bench.store("out"), GridError);
    assertMatch(error.message, message);
    assertEquals(error.transient, transient);
    assertEquals((await Array.fromAsync(Deno.readDir(bench.root))).length, 0);
  }
});

Deno.test("CommandStore uploads nothing while it cannot read what find prints", async () => {
  await using bench = await processBench({ find: ["echo", "7 bytes"], upload: ["/bin/false"] });
  const error = await assertRejects(() => bench.store("out"), GridError, '"7 bytes"');
  assert(error.transient);
});
