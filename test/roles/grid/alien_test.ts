/** Jobs of AliEn on their way through a site, broken off at every effect of every manager. */
import { assert, assertEquals } from "@std/assert";
import { Life } from "../_mortal.ts";
import { Site } from "../_site.ts";
import { AlienWorld } from "./_alien_site.ts";
import { assertLedgerEmpty, HALVES, startGridManager } from "./_grid_site.ts";

const JOB = { durationMs: 5000, outputBytes: 1000, stdout: "4\n" };
/** Long enough for a manager to tell the grid that it runs. */
const LONG_JOB = { ...JOB, durationMs: 30_000 };

/** Which half of the work the disturbed manager does; another one then does the other. */
type Half = keyof typeof HALVES | undefined;

function start(site: Site, world: AlienWorld, half: Half, life = new Life()): void {
  startGridManager(site, world.connect(life), life, half === undefined ? {} : HALVES[half]);
}

/** Runs jobs to their end, whatever happens to the one manager. */
async function run(life: Life, half: Half, prepare: (site: Site, world: AlienWorld) => void) {
  await using site = new Site();
  const world = new AlienWorld(site);
  prepare(site, world);
  start(site, world, half, life);
  if (half !== undefined) start(site, world, half === "queue" ? "storage" : "queue");
  site.agent({ job: JOB, times: { longestRequestMs: 120_000 } });
  for (let passed = 0; passed < 6 * 3600 && !world.isDone; passed += 60) await site.pass(60);
  await site.pass(60);
  world.assertDelivered();
  await assertLedgerEmpty(site, "AliEn");
}

for (const half of [undefined, "queue", "storage"] as const) {
  const who = half === undefined ? "its manager" : `the ${half} manager`;
  Deno.test(`no job of AliEn is lost, registered or finished twice when ${who} dies at any effect`, async () => {
    const undisturbed = new Life();
    await run(undisturbed, half, () => {});
    const ends = half === "queue" ? "grid.started" : "ledger.remove";
    const last = undisturbed.steps.findLastIndex(({ call }) => call === ends);
    assert(last > 20);
    for (const [index, { call, phase }] of undisturbed.steps.slice(0, last + 1).entries()) {
      // The death after a call leaves its effect; the one before it is that after the last call.
      if (phase === "before") continue;
      const life = new Life((_, at) => at === index);
      try {
        await run(life, half, (site, world) => {
          life.onDeath(() => site.clock.after(5000, () => start(site, world, half)));
        });
      } catch (error) {
        throw new Error(`Disturbed by the death of ${who} after ${call} (${index})`, {
          cause: error,
        });
      }
    }
  });
}

Deno.test("jobs of AliEn are delivered once whatever call fails, and however", async () => {
  const calls = ["ps", "stat", "mkdir", "access", "commit", "take", "status", "PUT", "GET"];
  for (const at of calls) {
    for (const kind of ["refused", "lost", "broken", "slow"] as const) {
      // Of the first calls some are made before any job is taken.
      for (const times of [1, 4]) {
        const struck: (() => number)[] = [];
        await run(new Life(), undefined, (_, { services: { faults } }) => {
          faults.plan({ at, kind, times, delayMs: 90_000 });
          struck.push(() => times - faults.coming);
        }).catch((error) => {
          throw new Error(`Disturbed by ${times} × ${kind} ${at}`, { cause: error });
        });
        assert(struck.every((count) => count() > 0), `${kind} ${at} struck nothing`);
      }
    }
  }
});

Deno.test("jobs of AliEn are delivered when certificates were renewed after an hour", async () => {
  await run(new Life(), undefined, (site, { services }) => {
    site.clock.after(3000, () => services.acceptsCertificates = false);
    site.clock.after(3_600_000, () => services.acceptsCertificates = true);
  });
});

/** Runs one job until nothing more happens. */
async function runOne(
  prepare: (world: AlienWorld, site: Site) => void,
  job: typeof JOB & { readonly waitStatus?: number } = LONG_JOB,
) {
  await using site = new Site();
  const world = new AlienWorld(site, 1);
  prepare(world, site);
  start(site, world, undefined);
  site.agent({ job });
  await site.pass(120);
  await assertLedgerEmpty(site, "AliEn");
  const queued = world.services.queue.job("1001");
  assert(queued !== undefined);
  return { queued, world };
}

Deno.test("a full storage element makes the job one whose output could not be saved", async () => {
  const { queued } = await runOne(({ services }) => {
    const [element] = services.storage;
    if (element !== undefined) element.capacityBytes = 100;
  });
  assertEquals(queued.states, ["WAITING", "ASSIGNED", "RUNNING", "SAVING", "ERROR_SV"]);
});

Deno.test("a job that fails is told so, its output is not registered", async () => {
  const { queued, world } = await runOne(() => {}, { ...LONG_JOB, waitStatus: 3 << 8 });
  assertEquals(queued.states, ["WAITING", "ASSIGNED", "RUNNING", "ERROR_E"]);
  assertEquals(queued.trace, ["ERROR_E 3 The job exited with 3"]);
  assertEquals(queued.node, "vm.localhost");
  assertEquals([...world.services.catalogue.files.keys()].length, 2);
});

Deno.test("a job whose input is lost is told so, and no agent gets it", async () => {
  const { queued } = await runOne(({ services }) => {
    services.catalogue.files.delete("/alice/cern.ch/user/h/hartem/config.C");
  });
  assertEquals(queued.states, ["WAITING", "ASSIGNED", "ERROR_IB"]);
});

Deno.test("a job that its owner kills is cancelled at the site, and stays killed", async () => {
  await using site = new Site();
  const world = new AlienWorld(site, 1);
  start(site, world, undefined);
  site.agent({ job: { durationMs: 1e9 } });
  await site.pass(30);
  const queued = world.services.queue.job("1001");
  assert(queued !== undefined);
  world.services.queue.kill(queued);
  await site.pass(60);
  assertEquals((await site.job("1001")).state, "cancelled");
  assertEquals(queued.states, ["WAITING", "ASSIGNED", "RUNNING", "KILLED"]);
});

/** A job that another site runs by now: its owner has put it back while it ran here. */
async function loseToAnother(durationMs: number, passS: number) {
  await using site = new Site();
  const world = new AlienWorld(site, 1);
  start(site, world, undefined);
  site.agent({ job: { ...JOB, durationMs } });
  await site.pass(30);
  const { queue } = world.services;
  const queued = queue.job("1001");
  assert(queued !== undefined);
  queue.resubmit(queued);
  const machine = '[Type="machine"; Requirements=(other.Type=="Job"); Memory=4096;]';
  assertEquals(queue.match("another request", machine, "vm.another"), queued);
  await site.pass(passS);
  await assertLedgerEmpty(site, "AliEn");
  assertEquals(queued.states, ["WAITING", "ASSIGNED", "RUNNING", "WAITING", "ASSIGNED"]);
  assertEquals([queued.node, queued.ends], ["vm.another", []]);
  assertEquals([...world.services.catalogue.files.keys()].length, 2);
  return (await site.job("1001")).state;
}

Deno.test("a job that another site runs by now is neither ended by this one nor its output registered", async () => {
  assertEquals(await loseToAnother(60_000, 120), "succeeded");
});

Deno.test("a job that another site runs by now is cancelled here, and not taken away from there", async () => {
  assertEquals(await loseToAnother(1e9, 900), "cancelled");
});

Deno.test("machines whose description cannot be read do not keep others from AliEn's jobs", async () => {
  await using site = new Site();
  const world = new AlienWorld(site);
  start(site, world, undefined);
  const stranger = site.hand("stranger");
  await site.pass(0);
  for (let times = 0; times < 60; times++) {
    stranger.say("jobmanager@localhost", { command: "getJob", agentHost: "vm", jdl: "[\n!\n]\n" });
  }
  await site.pass(60);
  site.agent({ job: JOB });
  await site.pass(120);
  world.assertDelivered();
  await assertLedgerEmpty(site, "AliEn");
});

Deno.test("a machine is given no job of AliEn that it does not suit", async () => {
  await using site = new Site();
  const world = new AlienWorld(site, 0);
  const requirements = 'Executable = "run"; Requirements = other.Memory > 1M;';
  world.services.queue.submit(requirements, "hartem");
  start(site, world, undefined);
  site.agent({ job: JOB });
  await site.pass(300);
  assertEquals(world.services.queue.job("1001")?.states, ["WAITING"]);
});
