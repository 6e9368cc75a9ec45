/**
 * PanDA in the demo: a PanDA server, a Rucio and a storage element on ports of this machine. Pilots are jobs of
 * the site's generic manager; it sends agents on to the PanDA storage manager with what the pilots made.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";
import { ConfigError, loadConfig } from "../../../lib/config.ts";
import { submitJobs } from "../../../lib/jobs/submission.ts";
import { diskWorkspace } from "../../../lib/machine/disk_workspace.ts";
import { randomUuid, systemRandom } from "../../../lib/random.ts";
import { GridManager } from "../../../roles/grid/grid_manager.ts";
import { openPanda, pandaManagerOptions } from "../../../roles/grid/open_panda.ts";
import {
  PANDA_STORAGEMANAGER,
  pandaStorageManagerVariables,
} from "../../../roles/grid/panda_variables.ts";
import { JobManager } from "../../../roles/jobmanager.ts";
import { serveHttp } from "../../../sim/grid/http/service.ts";
import type { SimPandaJob } from "../../../sim/grid/panda/panda_job.ts";
import { PandaService } from "../../../sim/grid/panda/panda_service.ts";
import { RucioService } from "../../../sim/grid/rucio/rucio_service.ts";
import { STORAGE_FOLDER, StorageService } from "../../../sim/grid/rucio/storage_service.ts";
import type { DemoSite, ManagerMaker } from "../demo_site.ts";
import { hasProgram } from "../programs.ts";
import type { DemoGrid, GridJobView } from "./demo_grid.ts";

const QUEUE = "DEMO";
const RSE = "DEMO_DATADISK";
const DATASET = "user.copilot.demo";
const FIRST_ID = 4001;
/** Account of the storage manager at the sandbox's XMPP server. */
const ACCOUNT = "storagemanager";
const PILOT = fromFileUrl(new URL("../../../fixtures/jobs/panda/startPanda", import.meta.url));
/** What the jobs run; that of the first one is long enough for its agent to be killed. */
const PAYLOADS = ["sleep 2; echo ok", "seq 1 1000", "echo 6 7", "exit 3", "date"];

/** Account of Rucio. */
const LOGIN = { account: "copilot", username: "copilot", password: "demo" };

/** The services, and where they are. */
interface Services extends AsyncDisposable {
  readonly panda: PandaService;
  readonly rucio: RucioService;
  readonly pandaUrl: string;
  readonly rucioUrl: string;
}

/**
 * Starts the services.
 *
 * @throws {ConfigError} When a program is missing that the pilots need.
 */
export async function openPandaDemo(): Promise<DemoGrid> {
  if (!await hasProgram("curl")) {
    throw new ConfigError("copilot-demo", [{
      subject: "curl",
      problem: "is not installed",
      where: "PATH",
      meaning: "The pilots ask the PanDA server for jobs with it",
      example: "apt-get install curl",
    }]);
  }
  const services = startServices();
  const { panda, rucio, pandaUrl, rucioUrl } = services;
  /** Ids of the pilots at the site. */
  const pilots: string[] = [];
  const view = () =>
    pilots.map((id, index) => viewOf(rucio, id, pilotName(index), jobsOf(panda, pilotName(index))));
  return {
    name: "PanDA",
    where: `A PanDA server, simulated, at ${pandaUrl}, and a Rucio at ${rucioUrl}`,
    settings: [`JM_REDIRECT_STORAGE_TO ${ACCOUNT}@localhost`],
    makeManager: managerMaker(services),
    async submit(number, site) {
      for (let count = 0; count < number; count++) {
        const index = pilots.length;
        addJob(panda, index);
        pilots.push(await submitPilot(site, pandaUrl, pilotName(index)));
      }
    },
    isAtWork: () => jobsOf(panda, pilotName(0)).some(({ status }) => status === "running"),
    onAgentLost() {
      for (const { pandaId } of jobsOf(panda, pilotName(0))) panda.lose(pandaId);
    },
    view,
    [Symbol.asyncDispose]: () => services[Symbol.asyncDispose](),
  };
}

function pilotName(index: number): string {
  return `pilot-${index + 1}`;
}

/** Jobs that a pilot has fetched: more than one where its agent was lost. */
function jobsOf(panda: PandaService, pilot: string): readonly SimPandaJob[] {
  return panda.jobs.filter((job) => job.pilot === pilot);
}

function startServices(): Services {
  const running = new AsyncDisposableStack();
  const panda = new PandaService({ adderMs: 200 });
  const storage = running.use(serveHttp(new StorageService()));
  const rucio = new RucioService({
    account: LOGIN.account,
    username: LOGIN.username,
    password: LOGIN.password,
    rse: RSE,
    storageUrl: `${storage.url}${STORAGE_FOLDER}/`,
  });
  const { url: pandaUrl } = running.use(serveHttp(panda));
  const { url: rucioUrl } = running.use(serveHttp(rucio));
  return { panda, rucio, pandaUrl, rucioUrl, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Puts a job into PanDA's queue. */
function addJob(panda: PandaService, index: number): void {
  const pandaId = Math.max(FIRST_ID, ...panda.jobs.map((job) => job.pandaId + 1));
  const parameters = PAYLOADS[index % PAYLOADS.length];
  const outputs = { [`${DATASET}.${pandaId}.out`]: randomUuid(systemRandom) };
  panda.add({ pandaId, site: QUEUE, parameters, dataset: DATASET, outputs });
}

/** Puts a pilot into the site's queue. */
async function submitPilot({ sandbox, queue }: DemoSite, url: string, name: string) {
  const { directories, ports } = sandbox.addresses;
  const [id = ""] = await submitJobs({
    command: PILOT,
    environment: `export PANDA_URL=${url} PANDA_QUEUE=${QUEUE} PANDA_PILOT=${name}`,
  }, {
    store: queue.store,
    chirpFolder: diskWorkspace(directories.chirp),
    chirpAddress: `127.0.0.1:${ports.chirp}`,
  });
  return id;
}

/** The site's two managers, the storage manager configured as a site does it. */
function managerMaker({ pandaUrl, rucioUrl }: Services): ManagerMaker {
  return async (options, { queue, sandbox, directory, log }) => {
    const { ports, directories } = sandbox.addresses;
    const { config } = await loadConfig(pandaStorageManagerVariables, {
      component: PANDA_STORAGEMANAGER.component,
      directory,
      environment: () => undefined,
      flags: new Map([
        ["JM_JABBER_SERVER", "127.0.0.1"],
        ["JM_JABBER_PORT", `${ports.xmpp}`],
        ["JM_JABBER_DOMAIN", "localhost"],
        ["JM_JABBER_ID", ACCOUNT],
        ["JM_JABBER_PASSWORD", sandbox.password(ACCOUNT)],
        ["JM_CHIRP_SERVER", "127.0.0.1"],
        ["JM_CHIRP_PORT", `${ports.chirp}`],
        ["JM_CHIRP_WORK_DIR", directories.chirp],
        ["JM_DONE_JOB_DIR", directories.done],
        ["JM_GRID_SWEEP", "0.2"],
        ["PANDA_URL", pandaUrl],
        ["RUCIO_URL", rucioUrl],
        ["RUCIO_ACCOUNT", LOGIN.account],
        ["RUCIO_AUTH_TYPE", "userpass"],
        ["RUCIO_USERNAME", LOGIN.username],
        ["RUCIO_PASSWORD", LOGIN.password],
        ["RUCIO_RSE", RSE],
      ]),
    });
    const ownLog = log.with({ component: "storagemanager" });
    const panda = await openPanda(config, ownLog);
    const parts = { adapter: panda.adapter, queue, log: ownLog };
    const managers = [
      new JobManager(options),
      new GridManager(await pandaManagerOptions(config, parts)),
    ];
    return {
      async run(signal) {
        using _connections = panda;
        await Promise.all(managers.map((manager) => manager.run(signal)));
      },
    };
  };
}

function viewOf(
  { catalogue }: RucioService,
  id: string,
  pilot: string,
  jobs: readonly SimPandaJob[],
): GridJobView {
  const tries = jobs.map(({ pandaId, definition, states }) => ({
    name: `${pandaId} ${definition.parameters}`,
    states: states.map(({ status }) => status),
  }));
  const last = jobs.at(-1);
  const files = (last?.outputs ?? []).map((lfn) => catalogue.files.get(`user.copilot:${lfn}`));
  const expected = last?.definition.parameters?.startsWith("exit") ? "failed" : "finished";
  return {
    id,
    tries: [...tries.slice(0, -1), tries.at(-1) ?? { name: pilot, states: [] }],
    // One that was lost has failed, too, but its pilot comes again.
    hasEnded: last !== undefined && last.ends > 0 && last.status !== "holding",
    registered: files.flatMap((file) => file === undefined ? [] : [file.name]),
    asExpected: last?.status === expected && last.ends === 1 &&
      files.every((file) => file?.registrations === (expected === "failed" ? undefined : 1)),
    prints: `PanDA job ${last?.pandaId}: ${expected}`,
  };
}
