/**
 * AliEn under the contract of grids: in memory, and over sockets with programs as commands.
 *
 * @module
 */
import type { GridAdapter } from "../../../../lib/grid/adapter.ts";
import { alienAdapter } from "../../../../lib/grid/alien/adapter.ts";
import { httpStorage } from "../../../../lib/grid/alien/http_storage.ts";
import { websocketCalls } from "../../../../lib/grid/alien/websocket_calls.ts";
import { GridCommands } from "../../../../lib/grid/commands/grid_commands.ts";
import { processCommands } from "../../../../lib/grid/commands/process_commands.ts";
import { systemClock } from "../../../../lib/clock.ts";
import { createLogger, memorySink } from "../../../../lib/log.ts";
import { diskWorkspace } from "../../../../lib/machine/disk_workspace.ts";
import type { Workspace } from "../../../../lib/machine/workspace.ts";
import { CentralServices } from "../../../../sim/grid/alien/central_services.ts";
import {
  MEMORY_COMMANDS,
  memoryCalls,
  memoryCommands,
  memoryStorage,
} from "../../../../sim/grid/alien/memory.ts";
import { startAlienServer } from "../../../../sim/grid/alien/server.ts";
import { toolBook } from "../../../../sim/grid/alien/tool_book.ts";
import { MemoryWorkspace } from "../../../../sim/machine/memory_workspace.ts";
import type { GridBench } from "../../../contract/grid_adapter.ts";

const HOME = "/alice/cern.ch/user/h/hartem";
/** First call to the services of each step. */
const FIRST_CALLS = ["ps", "take"];

/** How a bench reaches the services. */
interface Way {
  readonly services: CentralServices;
  readonly folder: Workspace;
  connect(): GridAdapter;
  close(): Promise<void>;
}

function benchOf({ services, folder, connect, close }: Way): GridBench {
  services.addFile(`${HOME}/run.sh`, "#!/bin/sh\n");
  services.addFile(`${HOME}/config.C`, "int main;\n");
  const job = (id: string) => {
    const found = services.queue.job(id);
    if (found === undefined) throw new Error(`There is no job ${id}`);
    return found;
  };
  return {
    connect,
    folder,
    host: {
      name: "vm.localhost",
      jdl: '[\nType="machine";\nRequirements=(other.Type=="Job");\nMemory=4096;\n]\n',
    },
    addJob() {
      const jdl = `Executable = "${HOME}/run.sh"; InputFile = {"LF:${HOME}/config.C"};
        OutputArchive = {"logs.zip:stdout,stderr@ALICE::CERN::EOS"};
        Requirements = other.Memory >= 2K;`;
      return `${services.queue.submit(jdl, "hartem").id}`;
    },
    stateOf(id) {
      const { status } = job(id);
      if (status === "WAITING") return "waiting";
      if (status === "KILLED") return "cancelled";
      return status === "DONE" ? "succeeded" : /^ERROR/.test(status) ? "failed" : "given";
    },
    endsOf: (id) => job(id).ends.length,
    registrationsOf: (id) =>
      [...services.catalogue.files.values()].filter((file) => file.job === id)
        .reduce((sum, { registrations }) => sum + registrations, 0),
    cancel: (id) => services.queue.kill(job(id)),
    setReachable: (isReachable) => void (services.acceptsCertificates = isReachable),
    refuseOutput: () => services.faults.plan({ at: "PUT", kind: "denied" }),
    slowDown() {
      for (const at of FIRST_CALLS) services.faults.plan({ at, kind: "slow", delayMs: 300 });
    },
    [Symbol.asyncDispose]: close,
  };
}

function quietLog() {
  return createLogger({ sinks: [memorySink()] });
}

/** AliEn without a socket. */
export function memoryBench(): GridBench {
  const services = new CentralServices();
  const log = quietLog();
  return benchOf({
    services,
    folder: new MemoryWorkspace(),
    connect: () =>
      alienAdapter({
        calls: memoryCalls(services),
        storage: memoryStorage(services),
        commands: new GridCommands({
          grid: "AliEn",
          book: MEMORY_COMMANDS,
          runner: memoryCommands(services),
          log,
        }),
        clock: systemClock,
        log,
      }),
    close: () => Promise.resolve(),
  });
}

/** Options of {@linkcode socketBench}. */
export interface SocketBenchOptions {
  /** Whether storage elements speak HTTP, or are reached by commands. */
  readonly speaksHttp: boolean;
  /** Whether they take no upload by HTTP without its length. */
  readonly needsLength?: boolean | undefined;
}

/** AliEn over WebSocket, HTTP and processes, with files on the disk. */
export async function socketBench(options: SocketBenchOptions): Promise<GridBench> {
  const services = new CentralServices({ storage: [{ name: "ALICE::CERN::EOS", ...options }] });
  const server = startAlienServer(services);
  const directory = await Deno.makeTempDir();
  const log = quietLog();
  return benchOf({
    services,
    folder: diskWorkspace(directory),
    connect() {
      const commands = new GridCommands({
        grid: "AliEn",
        book: toolBook(server.base),
        runner: processCommands(),
        log,
      });
      return alienAdapter({
        calls: websocketCalls({ url: server.url }),
        storage: httpStorage({ commands }),
        commands,
        clock: systemClock,
        log,
      });
    },
    async close() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  });
}
