/**
 * A PanDA server, a Rucio and a storage element in this process and in virtual time, with the adapter that a
 * storage manager has to them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Clock } from "../../../lib/clock.ts";
import type { CommandRunner } from "../../../lib/grid/commands/command_runner.ts";
import { GridCommands } from "../../../lib/grid/commands/grid_commands.ts";
import type { HttpCall } from "../../../lib/grid/http/http_call.ts";
import { PandaAdapter } from "../../../lib/grid/panda/panda_adapter.ts";
import { PandaApiClassic } from "../../../lib/grid/panda/panda_api_classic.ts";
import { PandaApiV1 } from "../../../lib/grid/panda/panda_api_v1.ts";
import { CommandStore } from "../../../lib/grid/rucio/command_store.ts";
import type { OutputStore } from "../../../lib/grid/rucio/output_store.ts";
import { RucioCatalogue } from "../../../lib/grid/rucio/rucio_catalogue.ts";
import { RucioSession } from "../../../lib/grid/rucio/rucio_session.ts";
import { RucioStore } from "../../../lib/grid/rucio/rucio_store.ts";
import { WebStorage } from "../../../lib/grid/rucio/web_storage.ts";
import { createLogger, memorySink } from "../../../lib/log.ts";
import { memoryHttp } from "../../../sim/grid/http/service.ts";
import { PandaService } from "../../../sim/grid/panda/panda_service.ts";
import type { SimPandaJob } from "../../../sim/grid/panda/panda_job.ts";
import { RUCIO_COMMANDS, rucioCommands } from "../../../sim/grid/rucio/memory_commands.ts";
import { RucioService } from "../../../sim/grid/rucio/rucio_service.ts";
import { StorageService } from "../../../sim/grid/rucio/storage_service.ts";
import type { MemoryWorkspace } from "../../../sim/machine/memory_workspace.ts";

const PANDA = "https://panda.example:25443";
const RUCIO = "https://rucio.example";
const STORAGE = "https://storage.example:8443";
/** Name of the storage element. */
export const RSE = "SITE_DATADISK";
/** PanDA queue. */
export const QUEUE = "SITE";
/** Dataset of all jobs. */
export const DATASET = "user.alice.run1";

/** The services. */
export class PandaGrid {
  readonly panda: PandaService;
  readonly rucio: RucioService;
  readonly storage: StorageService;
  readonly #clock: Clock;

  /**
   * Makes empty services.
   *
   * @param clock Clock of all services.
   * @param api The PanDA server's interface. Default: today's.
   */
  constructor(clock: Clock, readonly api: "v1" | "classic" = "v1") {
    this.#clock = clock;
    this.panda = new PandaService({ clock, tokens: ["token"], api });
    this.storage = new StorageService();
    this.rucio = new RucioService({
      account: "alice",
      username: "alice",
      password: "secret",
      rse: RSE,
      storageUrl: `${STORAGE}/data/`,
      clock,
    });
  }

  /** Puts a job into PanDA's queue. */
  add(pandaId: number): SimPandaJob {
    const outputs = { [lfnOf(pandaId)]: guidOf(pandaId) };
    return this.panda.add({ pandaId, site: QUEUE, dataset: DATASET, outputs });
  }

  /** Lets a pilot fetch the next job and say that it runs; tells its id. */
  startNext(): number {
    const job = this.panda.jobs.find(({ status }) => status === "activated");
    assert(job !== undefined, "PanDA has no job");
    job.send("vm.example", this.#clock.now());
    job.update({ job_status: "running" }, this.#clock.now());
    return job.pandaId;
  }

  /** Calls to all of it. */
  get call(): HttpCall {
    const { panda, rucio, storage } = this;
    return memoryHttp({ [PANDA]: panda, [RUCIO]: rucio, [STORAGE]: storage });
  }

  /** A site's programs for Rucio and storage; what they upload lies in a folder. */
  commands(folder: MemoryWorkspace): CommandRunner {
    const { rucio: { catalogue }, storage } = this;
    return rucioCommands({ catalogue, storage, folder });
  }

  /**
   * A storage manager's way to all of it, a new one as after a restart.
   *
   * @param call Makes its requests.
   * @param runner Runs its commands. Default: it has none, and asks Rucio and the storage itself.
   */
  connect(call: HttpCall = this.call, runner?: CommandRunner): PandaAdapter {
    const Api = this.api === "classic" ? PandaApiClassic : PandaApiV1;
    const server = new Api({
      url: PANDA,
      token: () => Promise.resolve({ token: "token", vo: "atlas" }),
      call,
      clock: this.#clock,
    });
    const store = runner === undefined ? this.#webStore(call) : this.#commandStore(runner);
    return new PandaAdapter({ server, store });
  }

  #webStore(call: HttpCall): OutputStore {
    const clock = this.#clock;
    const session = new RucioSession({
      url: RUCIO,
      account: "alice",
      login: { kind: "userpass", username: "alice", password: "secret" },
      call,
      clock,
    });
    return new RucioStore({
      catalogue: new RucioCatalogue(session),
      storage: new WebStorage({ call, clock }),
      rse: RSE,
    });
  }

  #commandStore(runner: CommandRunner): OutputStore {
    const log = createLogger({ sinks: [memorySink()], clock: this.#clock });
    const commands = new GridCommands({ grid: "PanDA", book: RUCIO_COMMANDS, runner, log });
    return new CommandStore({ commands, rse: RSE });
  }

  /** Everything of a job is where it belongs, once. */
  assertDelivered(pandaId: number): void {
    const { status, ends, end } = this.panda.job(pandaId);
    assertEquals([status, ends, end?.["node"]], ["finished", 1, "vm"]);
    const file = this.rucio.catalogue.file(`user.alice:${lfnOf(pandaId)}`);
    assertEquals([file.registrations, file.replicas.get(RSE)], [1, "A"]);
    const dataset = this.rucio.catalogue.datasets.get(`user.alice:${DATASET}`);
    assertEquals(dataset?.content.get(`user.alice:${lfnOf(pandaId)}`), 1);
    const stored = [...this.storage.files.keys()].filter((path) => path.includes(lfnOf(pandaId)));
    assertEquals(stored.length, 1, `${stored}`);
    assertEquals(
      new TextDecoder().decode(this.storage.files.get(stored[0] ?? "")),
      `result of ${pandaId}\n`,
    );
  }
}

/** Logical name of a job's only output. */
export function lfnOf(pandaId: number): string {
  return `user.alice.${pandaId}._000001.out`;
}

/** Its guid, as PanDA has it. */
export function guidOf(pandaId: number): string {
  return `6f1ff2ce-1c73-47c5-b7a1-${`${pandaId}`.padStart(12, "0")}`;
}

/** What a pilot leaves in its work directory, by path. */
export type PilotFiles = Readonly<Record<string, string>>;

/** What a pilot leaves when all goes well. */
export function pilotFiles(pandaId: number, report: Record<string, unknown> = {}): PilotFiles {
  return {
    "stdout": "a pilot's log\n",
    "output-sandbox/heartbeat.json": JSON.stringify({
      jobId: `${pandaId}`,
      state: "finished",
      attemptNr: 1,
      siteName: QUEUE,
      node: "vm.example",
      cpuConsumptionTime: 12,
      transExitCode: 0,
      pilotErrorCode: 0,
      ...report,
    }),
    "output-sandbox/OutputFiles.xml": `<dataset>${DATASET}</dataset>
<guid>${guidOf(pandaId)}</guid>
<lfn>${lfnOf(pandaId)}</lfn>
`,
    [`output-sandbox/${lfnOf(pandaId)}`]: `result of ${pandaId}\n`,
  };
}

/** Packs a pilot's files into `ID.tgz`. */
export async function packPilotFiles(
  folder: MemoryWorkspace,
  archive: string,
  files: PilotFiles,
): Promise<void> {
  const work = `${archive}.work`;
  await folder.makeDirectory(`${work}/output-sandbox`);
  for (const [path, text] of Object.entries(files)) {
    await folder.writeText(`${work}/${path}`, text);
  }
  await folder.pack(work, archive);
  await folder.remove(work);
}
