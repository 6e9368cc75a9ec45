/**
 * AliEn in the demo: its central services on a port of this machine, reached as a site reaches the real
 * ones, by WebSocket, HTTP and commands.
 *
 * @module
 */
import { alienAdapter } from "../../../lib/grid/alien/adapter.ts";
import { httpStorage } from "../../../lib/grid/alien/http_storage.ts";
import { websocketCalls } from "../../../lib/grid/alien/websocket_calls.ts";
import { GridCommands } from "../../../lib/grid/commands/grid_commands.ts";
import { processCommands } from "../../../lib/grid/commands/process_commands.ts";
import { systemClock } from "../../../lib/clock.ts";
import { createLogger } from "../../../lib/log.ts";
import { CentralServices, startAlienServer, toolBook } from "../../../sim/grid/alien/mod.ts";
import { ALIEN_JOBS, type AlienDemoJob } from "./alien_jobs.ts";
import type { DemoGrid, GridJobView } from "./demo_grid.ts";
import { gridManager } from "./grid_manager.ts";

const HOME = "/alice/cern.ch/user/h/hartem";
const STORAGE = "ALICE::CERN::EOS";
/** States that jobs end in. */
const END = /^(?:DONE|DONE_WARN|ERROR_\w+|KILLED|EXPIRED)$/;

/** Starts the services. */
export function openAlienDemo(): DemoGrid {
  const services = new CentralServices({ storage: [{ name: STORAGE }] });
  for (const [name, content] of new Set(ALIEN_JOBS.flatMap(({ files }) => Object.entries(files)))) {
    const lfn = `${HOME}/demo/${name}`;
    if (!services.catalogue.files.has(lfn)) services.addFile(lfn, content);
  }
  const server = startAlienServer(services);
  // What commands print is of use to administrators; the demo shows states.
  const log = createLogger({ sinks: [] });
  const commands = new GridCommands({
    grid: "AliEn",
    book: toolBook(server.base),
    runner: processCommands(),
    log,
  });
  const adapter = alienAdapter({
    calls: websocketCalls({ url: server.url }),
    storage: httpStorage({ commands }),
    commands,
    clock: systemClock,
    log,
  });
  const jobs: { readonly id: number; readonly job: AlienDemoJob }[] = [];
  return {
    name: "AliEn",
    makeManager: gridManager(adapter),
    where: `AliEn's central services, simulated, at ${server.url}`,
    submit(number) {
      for (let count = 0; count < number; count++) {
        const job = ALIEN_JOBS[jobs.length] ?? ALIEN_JOBS[1];
        if (job === undefined) return;
        const output = `${HOME}/out/${jobs.length + 1}`;
        jobs.push({ id: services.queue.submit(jdlOf(job, output), "hartem").id, job });
      }
    },
    view: () => jobs.map(({ id, job }) => viewOf(services, id, job)),
    async [Symbol.asyncDispose]() {
      await adapter[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function jdlOf({ files, program, jdl = [] }: AlienDemoJob, output: string): string {
  const inputs = Object.keys(files).map((name) => `"LF:${HOME}/demo/${name}"`);
  return [
    `Executable = "${HOME}/demo/${program}"`,
    `InputFile = {${inputs.join(", ")}}`,
    `OutputArchive = {"log_archive.zip:stdout,stderr,resources@${STORAGE}"}`,
    `OutputDir = "${output}"`,
    `Requirements = other.Type == "machine" && other.LocalDiskSpace > 1K`,
    ...jdl.map((line) => line.replaceAll("$HOME", HOME).replaceAll("$SE", STORAGE)),
  ].map((line) => `${line};\n`).join("");
}

function viewOf(services: CentralServices, id: number, job: AlienDemoJob): GridJobView {
  const states = services.queue.job(id)?.states ?? [];
  const files = [...services.catalogue.files.values()].filter((file) => file.job === `${id}`);
  const registered = files.map(({ lfn }) => lfn.slice(lfn.lastIndexOf("/") + 1)).sort();
  const end = states.at(-1) ?? "";
  return {
    id: `${id}`,
    tries: [{ name: `${id} ${job.name}`, states }],
    hasEnded: END.test(end),
    registered,
    asExpected: end === job.ends && registered.join() === job.registers.join() &&
      files.every(({ registrations }) => registrations === 1),
    prints: job.prints,
  };
}
