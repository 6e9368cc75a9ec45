/** Jobs of PanDA's pilots on their way through a site, broken off at every point where they can break off. */
import { assert, assertEquals } from "@std/assert";
import type { HttpCall } from "../../lib/grid/http/http_call.ts";
import { GridLedger } from "../../lib/grid/ledger.ts";
import { createLogger, memorySink } from "../../lib/log.ts";
import { GridManager } from "../../roles/grid/grid_manager.ts";
import type { MemoryWorkspace } from "../../sim/machine/memory_workspace.ts";
import { modelRunner } from "../../sim/machine/model_runner.ts";
import { memoryLink } from "../../sim/xmpp/mod.ts";
import { PandaGrid, type PilotFiles, pilotFiles } from "../lib/grid/_panda_grid.ts";
import { Life, mortal, mortalLink } from "./_mortal.ts";
import { CHIRP, Site } from "./_site.ts";

const STORAGE = "pandastorage";

/** What the manager's life is made of, whichever way output takes. */
const EFFECTS = ["ledger.expect", "chirp.moveTo", "store.complete", "http.call", "ledger.remove"];

/** How output reaches the grid: the manager asks Rucio and the storage itself, or runs commands. */
const WAYS = ["http", "commands"] as const;
type Way = typeof WAYS[number];

/** The storage manager, with the real adapter; every request to the grid and every command is a step of its life. */
function startStorage(site: Site, grid: PandaGrid, life = new Life(), way: Way = "http") {
  const { clock } = site;
  const log = memorySink();
  const link = memoryLink(site.broker, { user: STORAGE, clock, random: site.random() });
  const { call } = mortal<{ call: HttpCall }>({ call: grid.call }, "http", life);
  const runner = way === "http" ? undefined : mortal(grid.commands(site.done), "command", life);
  const manager = new GridManager({
    link: mortalLink(link, life),
    store: mortal(site.store, "store", life),
    chirpFolder: mortal(site.chirp, "chirp", life),
    doneFolder: mortal(site.done, "done", life),
    chirpAddress: CHIRP,
    mode: "storage",
    adapter: grid.connect(call, runner),
    ledger: mortal(new GridLedger(site.calls, "panda"), "ledger", life),
    log: createLogger({ sinks: [log], clock }),
    clock,
    random: site.random(),
  });
  manager.run(new AbortController().signal).catch(() => {});
  return log;
}

/** An agent whose jobs are pilots: each fetches a job from PanDA and leaves what it made of it. */
function startAgent(site: Site, grid: PandaGrid, filesOf: (pandaId: number) => PilotFiles): void {
  const { clock } = site;
  const model = modelRunner({ clock, random: site.random(), durationMs: 5000 });
  const { disk }: { disk: MemoryWorkspace } = site.agent({
    times: { longestRequestMs: 120_000 },
    runner: {
      async run(request) {
        const pandaId = grid.startNext();
        const ended = await model.run(request);
        const folder = disk.relativePath(request.directory);
        await disk.writeText(`${folder}/stdout`, "");
        await disk.makeDirectory(`${folder}/output-sandbox`);
        for (const [path, text] of Object.entries(filesOf(pandaId))) {
          await disk.writeText(`${folder}/${path}`, text);
        }
        return ended;
      },
    },
  });
}

/** A pilot that does not say on which machine it ran leaves that to the site. */
const filesOfPilot = (pandaId: number) =>
  pilotFiles(pandaId, pandaId === 4002 ? { node: undefined } : {});

/** A site with one generic manager, and two pilots in its queue. */
async function openSite(
  filesOf: (pandaId: number) => PilotFiles = filesOfPilot,
  api: "v1" | "classic" = "v1",
) {
  const site = new Site();
  const grid = new PandaGrid(site.clock, api);
  for (const id of [4001, 4002]) grid.add(id);
  site.manager({ redirectStorageTo: `${STORAGE}@localhost` });
  for (const id of ["pilot-1", "pilot-2"]) await site.submit(id);
  startAgent(site, grid, filesOf);
  return { site, grid };
}

/** Lets time pass until PanDA has put both jobs away. */
async function runToEnd(site: Site, grid: PandaGrid): Promise<void> {
  for (let passed = 0; passed < 6 * 3600; passed += 60) {
    await site.pass(60);
    if (grid.panda.jobs.every(({ status }) => status === "finished" || status === "failed")) break;
  }
  await site.pass(60);
}

async function assertAllDelivered(site: Site, grid: PandaGrid): Promise<void> {
  for (const { pandaId } of grid.panda.jobs) grid.assertDelivered(pandaId);
  for (const id of ["pilot-1", "pilot-2"]) await site.assertEndedOnce(id);
  assertEquals(await new GridLedger(site.calls, "panda").jobs(), []);
}

/** What becomes of the pilots' jobs: what they leave, and what must be where at the end. */
interface Fate {
  readonly filesOf: (pandaId: number) => PilotFiles;
  readonly assertMet: (site: Site, grid: PandaGrid) => Promise<void>;
}

/** Both jobs have failed once, nothing of them is registered. */
async function assertAllFailed(site: Site, grid: PandaGrid): Promise<void> {
  for (const { pandaId, status, ends } of grid.panda.jobs) {
    assertEquals([pandaId, status, ends], [pandaId, "failed", 1]);
  }
  assertEquals([...grid.rucio.catalogue.files.keys(), ...grid.storage.files.keys()], []);
  assertEquals(await new GridLedger(site.calls, "panda").jobs(), []);
}

const FATES: Readonly<Record<string, Fate>> = {
  "are done": { filesOf: filesOfPilot, assertMet: assertAllDelivered },
  "have failed": {
    filesOf: (pandaId) => pilotFiles(pandaId, { state: "failed", transExitCode: 65 }),
    assertMet: assertAllFailed,
  },
  "have output that cannot be stored": {
    filesOf: (pandaId) => ({
      ...pilotFiles(pandaId),
      "output-sandbox/OutputFiles.xml": "<dataset>../..</dataset>",
    }),
    assertMet: assertAllFailed,
  },
};

/** Lets jobs meet their fate under a storage manager of that life. */
async function meet({ filesOf, assertMet }: Fate, life: Life, way: Way): Promise<void> {
  const { site, grid } = await openSite(filesOf);
  await using _site = site;
  life.onDeath(() => site.clock.after(5000, () => void startStorage(site, grid, new Life(), way)));
  startStorage(site, grid, life, way);
  await runToEnd(site, grid);
  await assertMet(site, grid);
}

for (const way of WAYS) {
  for (const [name, fate] of Object.entries(FATES)) {
    Deno.test(`PanDA's jobs that ${name} end once, their output is registered once, whenever the storage manager dies, by ${way}`, async () => {
      const undisturbed = new Life();
      await meet(fate, undisturbed, way);
      const last = undisturbed.steps.findLastIndex(({ call }) => call === "ledger.remove");
      const calls = new Set(undisturbed.steps.map(({ call }) => call));
      assert(calls.isSupersetOf(new Set(EFFECTS)), `${[...calls]}`);
      assertEquals(calls.has("command.run"), way === "commands" && name === "are done");
      for (const [index, { call, phase }] of undisturbed.steps.slice(0, last + 1).entries()) {
        // The death after a call leaves its effect; the one before it is that after the last call.
        if (phase === "before") continue;
        try {
          await meet(fate, new Life((_, at) => at === index), way);
        } catch (error) {
          throw new Error(`Disturbed by the death after ${call} (${index})`, { cause: error });
        }
      }
    });
  }
}

Deno.test("jobs of a PanDA server before version 1.0 end there, too", async () => {
  const { site, grid } = await openSite(filesOfPilot, "classic");
  await using _site = site;
  startStorage(site, grid);
  await runToEnd(site, grid);
  await assertAllDelivered(site, grid);
});

Deno.test("output waits for a grid that is away for an hour", async () => {
  const { site, grid } = await openSite();
  await using _site = site;
  const services = [grid.panda, grid.rucio, grid.storage];
  for (const { faults } of services) faults.plan("away", () => true, Infinity);
  site.clock.after(3_600_000, () => services.forEach(({ faults }) => faults.end()));
  startStorage(site, grid);
  await runToEnd(site, grid);
  await assertAllDelivered(site, grid);
});

Deno.test("a pilot that found no PanDA job leaves its output at the site, and a line in the log", async () => {
  const { site, grid } = await openSite((pandaId) =>
    pandaId === 4001 ? { stdout: "No jobs in PanDA" } : pilotFiles(pandaId)
  );
  await using _site = site;
  const log = startStorage(site, grid);
  await site.pass(600);
  grid.assertDelivered(4002);
  assertEquals(grid.panda.job(4001).ends, 0);
  for (const id of ["pilot-1", "pilot-2"]) await site.assertEndedOnce(id);
  assert(
    log.records.some(({ message }) =>
      /told nothing of job pilot-\d: .*no PanDA job was run; see .*tgz/.test(message)
    ),
    log.records.map(({ message }) => message).join("\n"),
  );
  assertEquals(await new GridLedger(site.calls, "panda").jobs(), []);
});
