/** Jobs of a grid on their way through a site, broken off at every point where they can break off. */
import { assert, assertEquals } from "@std/assert";
import { GridError } from "../../../lib/grid/adapter.ts";
import { GridLedger } from "../../../lib/grid/ledger.ts";
import type { GridManagerOptions } from "../../../roles/grid/grid_manager.ts";
import { Life } from "../_mortal.ts";
import { Site } from "../_site.ts";
import { assertLedgerEmpty, HALVES, startGridManager } from "./_grid_site.ts";
import { ModelGrid } from "./_model_grid.ts";

/** Starts a manager of the model grid. */
const startManager = (
  site: Site,
  grid: ModelGrid,
  life = new Life(),
  more: Partial<GridManagerOptions> = {},
) => startGridManager(site, grid.connect(), life, more);

/** Everything is where it must be at the end, once. */
async function assertDelivered(site: Site, grid: ModelGrid, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { state, results, registered } = grid.job(id);
    assertEquals([id, state, results.length, registered.length], [id, "done", 1, 1]);
    assertEquals([results[0]?.outcome, results[0]?.host], ["succeeded", "vm.localhost"]);
  }
  await assertLedgerEmpty(site, "Model");
}

const JOB = { durationMs: 5000 };
const IDS = ["1001", "1002"];

/** Runs jobs of a grid to their end; the life is that of one manager, another one may stand beside it. */
async function runDisturbed(
  life: Life,
  onSite: (site: Site, grid: ModelGrid) => void,
  half?: keyof typeof HALVES,
) {
  await using site = new Site();
  const grid = new ModelGrid();
  for (const id of IDS) grid.add(id);
  onSite(site, grid);
  startManager(site, grid, life, half === undefined ? {} : HALVES[half]);
  if (half !== undefined) {
    startManager(site, grid, new Life(), HALVES[half === "queue" ? "storage" : "queue"]);
  }
  site.agent({ job: JOB, times: { longestRequestMs: 120_000 } });
  for (let passed = 0; passed < 6 * 3600; passed += 60) {
    await site.pass(60);
    if (IDS.every((id) => grid.job(id).state === "done")) break;
  }
  await site.pass(60);
  await assertDelivered(site, grid, IDS);
}

Deno.test("jobs of a grid are run by agents that know nothing of it, and delivered", async () => {
  const life = new Life();
  await runDisturbed(life, () => {});
  assert(life.steps.some(({ call }) => call === "grid.started"));
});

Deno.test("no job of a grid is lost, delivered or finished twice when its manager dies at any effect", async () => {
  const undisturbed = new Life();
  await runDisturbed(undisturbed, () => {});
  const last = undisturbed.steps.findLastIndex(({ call }) => call === "ledger.remove");
  assert(last > 50);
  for (const [index, { call, phase }] of undisturbed.steps.slice(0, last + 1).entries()) {
    if (phase === "before") continue;
    const life = new Life((_, at) => at === index);
    try {
      await runDisturbed(
        life,
        (site, grid) =>
          life.onDeath(() => site.clock.after(5000, () => void startManager(site, grid))),
      );
    } catch (error) {
      throw new Error(`Disturbed by the manager's death after ${call} (${index})`, {
        cause: error,
      });
    }
  }
});

for (const half of ["queue", "storage"] as const) {
  Deno.test(`the same holds for the ${half} manager, where two share the work`, async () => {
    const undisturbed = new Life();
    await runDisturbed(undisturbed, () => {}, half);
    const ends = half === "queue" ? "grid.started" : "ledger.remove";
    const last = undisturbed.steps.findLastIndex(({ call }) => call === ends);
    assert(last > 20);
    for (const [index, { call, phase }] of undisturbed.steps.slice(0, last + 1).entries()) {
      if (phase === "before") continue;
      const life = new Life((_, at) => at === index);
      const restart = (site: Site, grid: ModelGrid) =>
        life.onDeath(() =>
          site.clock.after(5000, () => void startManager(site, grid, new Life(), HALVES[half]))
        );
      try {
        await runDisturbed(life, restart, half);
      } catch (error) {
        throw new Error(`Disturbed by the manager's death after ${call} (${index})`, {
          cause: error,
        });
      }
    }
  });
}

Deno.test("a storage manager is told of a job by the agent that is redirected to it", async () => {
  await using site = new Site();
  const grid = new ModelGrid();
  grid.add("1001");
  startManager(site, grid, new Life(), HALVES.queue);
  const storage = site.hand("storage");
  site.agent({ job: JOB });
  await site.pass(30);
  const { command } = storage.last("getJobOutputDir");
  assertEquals({ ...command.extra?.children["adapter"]?.attributes }, { WORKDIR: "/grid/1001" });
});

Deno.test("a storage manager keeps nothing of jobs that the site does not have", async () => {
  await using site = new Site();
  startManager(site, new ModelGrid(), new Life(), HALVES.storage);
  const stranger = site.hand("stranger");
  await site.pass(0);
  for (let number = 0; number < 20; number++) {
    const jobID = `made-up-${number}`;
    stranger.say("storage@localhost", {
      command: "getJobOutputDir",
      jobID,
      jmJobData: "",
      agentHost: "vm",
    });
  }
  await site.pass(60);
  assert(stranger.last("storeJobOutputDir") !== undefined);
  await assertLedgerEmpty(site, "Model");
});

Deno.test("jobs of a grid are delivered when it comes back after an hour", async () => {
  for (const call of ["grid.offer", "grid.take", "grid.started", "grid.store", "grid.finish"]) {
    let isFirst = true;
    let down = () => {};
    const life = new Life((step) => {
      if (isFirst && step.call === call && step.phase === "before") {
        isFirst = false;
        down();
      }
      return false;
    });
    await runDisturbed(life, (site, grid) => {
      down = () => {
        grid.isDown = true;
        site.clock.after(3_600_000, () => grid.isDown = false);
      };
    });
    assert(!isFirst, call);
  }
});

Deno.test("a job that no agent wants goes back to the grid, out of the queue first", async () => {
  await using site = new Site();
  const grid = new ModelGrid();
  grid.add("1001");
  startManager(site, grid, new Life(), { giveBackSeconds: 600 });
  // It asks for a job and is never heard of again.
  const agent = site.hand("agent");
  await site.pass(0);
  agent.acknowledges = false;
  agent.say("jobmanager@localhost", { command: "getJob", agentHost: "vm", jdl: "[\n]\n" });
  await site.pass(3000);
  assertEquals((await site.job("1001")).state, "cancelled");
  assertEquals([grid.job("1001").state, grid.job("1001").gaveBack], ["waiting", 1]);
});

Deno.test("a job that the grid cancels is cancelled at the site", async () => {
  await using site = new Site();
  const grid = new ModelGrid();
  grid.add("1001");
  startManager(site, grid);
  site.agent({ job: { durationMs: 1e9 } });
  await site.pass(30);
  grid.job("1001").state = "cancelled";
  await site.pass(30);
  assertEquals((await site.job("1001")).state, "cancelled");
});

Deno.test("output that the grid refuses for good makes the job a failed one", async () => {
  await using site = new Site();
  const grid = new ModelGrid();
  grid.add("1001");
  grid.refusesOutput = true;
  startManager(site, grid);
  site.agent({ job: JOB });
  await site.pass(60);
  const [result] = grid.job("1001").results;
  assertEquals([result?.outcome, result?.reason], ["failed", "No space is left"]);
});

Deno.test("a job that went back is run when the grid gives it to the site again", async () => {
  await using site = new Site();
  const grid = new ModelGrid();
  grid.add("1001");
  startManager(site, grid, new Life(), { giveBackSeconds: 600 });
  const silent = site.hand("agent");
  await site.pass(0);
  silent.acknowledges = false;
  silent.say("jobmanager@localhost", { command: "getJob", agentHost: "vm", jdl: "[\n]\n" });
  await site.pass(3000);
  assertEquals((await site.job("1001")).state, "cancelled");
  site.agent({ user: "another", job: JOB });
  await site.pass(120);
  await assertDelivered(site, grid, ["1001"]);
});

Deno.test("a grid that answers no request is not asked for more and more jobs", async () => {
  await using site = new Site();
  const grid = new ModelGrid();
  for (let number = 0; number < 100; number++) grid.add(`${1001 + number}`);
  const adapter = grid.connect();
  const isDeaf = { now: true };
  const offering = new Proxy(adapter, {
    get: (target, key) =>
      key === "take" && isDeaf.now
        ? () => Promise.reject(new GridError("No answer", { transient: true }))
        : Reflect.get(target, key, target).bind?.(target) ?? Reflect.get(target, key, target),
  });
  startGridManager(site, offering);
  const agents = Array.from({ length: 80 }, (_, number) => site.hand(`agent${number}`));
  await site.pass(0);
  for (const agent of agents) {
    agent.say("jobmanager@localhost", { command: "getJob", agentHost: "vm", jdl: "[\n]\n" });
  }
  await site.pass(5);
  const ledger = new GridLedger(site.calls, "Model");
  assertEquals((await ledger.openTakes()).length, 50);
  isDeaf.now = false;
  await site.pass(60);
  assertEquals((await ledger.openTakes()).length, 0);
});

Deno.test("a transfer without end holds up neither other jobs nor a manager that stops", async () => {
  await using site = new Site();
  const grid = new ModelGrid();
  for (const id of IDS) grid.add(id);
  grid.endless.add("1001");
  const stop = new AbortController();
  const stopped = startGridManager(site, grid.connect(), new Life(), {}, stop.signal);
  site.agent({ job: JOB });
  await site.pass(120);
  assertEquals([grid.job("1001").state, grid.job("1002").state], ["running", "done"]);
  stop.abort();
  await site.pass(1);
  await stopped;
  grid.endless.clear();
  startManager(site, grid);
  await site.pass(60);
  await assertDelivered(site, grid, IDS);
});

Deno.test("a job that has ended is not forgotten before the grid knows of it", async () => {
  await using site = new Site();
  const grid = new ModelGrid();
  grid.add("1001");
  startManager(site, grid, new Life(), { retention: { jobSeconds: 600 } });
  site.agent({ job: JOB });
  await site.pass(3);
  grid.isDown = true;
  await site.pass(7200);
  grid.isDown = false;
  await site.pass(60);
  await assertDelivered(site, grid, ["1001"]);
  assertEquals(grid.job("1001").gaveBack, 0);
  await site.pass(1200);
  assertEquals(await site.store.get("1001"), undefined);
});
