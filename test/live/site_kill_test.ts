/**
 * Fifty running jobs while a part of the site is killed with SIGKILL and started again: every job ends
 * exactly once, and its output is there.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { printLine } from "../../lib/cli.ts";
import { randomFraction, seededRandom } from "../../lib/random.ts";
import type { Program } from "../tools/_program.ts";
import {
  AGENT_ACCOUNTS,
  run,
  type Server,
  Site,
  siteTest,
  startSandboxProcess,
  startServers,
} from "./_site.ts";
import { eventually } from "../_eventually.ts";

const JOBS = 50;
/** Longest time for all jobs to be at work, in milliseconds. */
const START_MS = 30_000;
/** Longest time for all jobs to end after a kill, in milliseconds. */
const LIMIT_MS = 90_000;
/** Seed of what is killed at which moment; another one may be given to look for more. */
const SEED = Number(Deno.env.get("COPILOT_SEED") ?? 20_261_122);

/** Accounts of two processes with half of the agents each. */
const HALVES = [0, 1].map((half) =>
  Array.from({ length: AGENT_ACCOUNTS / 2 }, (_, index) => `agent-${index * 2 + half + 1}`)
);

/** A pipe that holds jobs until it is opened. */
class Gate implements AsyncDisposable {
  readonly #path: string;
  #file: Deno.FsFile | undefined;

  private constructor(path: string) {
    this.#path = path;
  }

  static async in(directory: string): Promise<Gate> {
    const path = join(directory, "gate");
    await run("mkfifo", path);
    return new Gate(path);
  }

  /** Text of a job that waits for the gate, works a moment and prints `through`. */
  get script(): string {
    return `#!/bin/sh\n: < '${this.#path}'\nsleep 1\necho through\n`;
  }

  /** Lets all jobs through, those that come later, too. */
  async open(): Promise<void> {
    // Open for both ways, a pipe waits for nobody.
    this.#file ??= await Deno.open(this.#path, { read: true, write: true });
  }

  /** Leaves no job behind that waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.open();
    this.#file?.close();
  }
}

/** A role that can be killed and started again. */
function killable(programs: readonly Program[], start: () => Promise<readonly Program[]>): Server {
  let running = programs;
  return {
    kill: async () => {
      for (const program of running) await program.kill();
    },
    restart: async () => {
      running = await start();
    },
  };
}

/** Starts a manager and fifty agents in two processes; returns them as victims. */
async function startRoles(site: Site, fleets: readonly (readonly string[])[]) {
  const startManager = async () => [await site.startRole("jobmanager")];
  const startAgents = () => Promise.all(fleets.map((accounts) => site.startFleet(accounts)));
  return {
    manager: killable(await startManager(), startManager),
    agents: killable(await startAgents(), startAgents),
  };
}

/** Submits gated jobs, kills the victim while they run, and sees all of them end. */
async function surviveKill(site: Site, name: string, victim: Server): Promise<void> {
  await using gate = await Gate.in(site.directory);
  const ids = await site.submit({
    command: await site.file("gated.sh", gate.script),
    number: JOBS,
  });
  await site.until(ids, (state) => state === "running", START_MS);
  const killedMs = performance.now();
  await victim.kill();
  // The jobs end while the victim is down.
  await gate.open();
  await victim.restart();
  await site.untilEnded(ids, LIMIT_MS);
  await report(site, ids, `${name} killed`, killedMs);
}

/** Checks every job and prints how long it took. */
async function report(site: Site, ids: readonly string[], what: string, sinceMs: number) {
  const seconds = ((performance.now() - sinceMs) / 1000).toFixed(1);
  await site.assertEndedOnce(ids);
  const jobs = await Promise.all(ids.map((id) => site.job(id)));
  const outputs = new Set(jobs.map((job) => site.archiveOf(job)));
  assertEquals(outputs.size, ids.length);
  for (const archive of outputs) {
    assertEquals(await run("tar", "xzOf", archive, "./stdout"), "through\n", archive);
  }
  assertEquals(await site.store.waiting(), 0);
  const again = jobs.reduce((sum, { attempts }) => sum + attempts - 1, 0);
  printLine(`${what}: ${ids.length} jobs ended once after ${seconds} s, ${again} handed out again`);
}

for (const name of ["manager", "agents", "redis-server", "Prosody"]) {
  siteTest(`fifty running jobs end once each when ${name} is killed`, async () => {
    await using site = await Site.open(startServers);
    const victims = { ...site.servers.killable, ...await startRoles(site, HALVES) };
    const victim = new Map(Object.entries<Server>(victims)).get(name);
    assert(victim !== undefined);
    await surviveKill(site, name, victim);
  });
}

/** Kills victims at random moments while short jobs run, and sees all of the jobs end. */
async function surviveChaos(site: Site, victims: readonly Server[], kills: number, what: string) {
  const random = seededRandom(SEED);
  const command = await site.file("short.sh", "#!/bin/sh\nsleep 0.5\necho through\n");
  const ids = await site.submit({ command, number: JOBS * 3, maxAttempts: 2 + kills });
  const startMs = performance.now();
  for (let kill = 0; kill < kills; kill++) {
    const momentMs = 50 + randomFraction(random) * 1000;
    const victim = victims[Math.floor(randomFraction(random) * victims.length)];
    await new Promise((resolve) => setTimeout(resolve, momentMs));
    await victim?.kill();
    await victim?.restart();
  }
  await site.untilEnded(ids, LIMIT_MS);
  await report(site, ids, `${what} killed ${kills} times`, startMs);
}

siteTest(`jobs end once each while their manager is killed 8 times (seed ${SEED})`, async () => {
  await using site = await Site.open(startServers);
  const { manager } = await startRoles(site, HALVES);
  await surviveChaos(site, [manager], 8, "manager");
});

siteTest(`jobs end once each while any part is killed 12 times (seed ${SEED})`, async () => {
  await using site = await Site.open(startServers);
  const { manager, agents } = await startRoles(site, HALVES);
  const victims = [manager, agents, ...Object.values(site.servers.killable)];
  await surviveChaos(site, victims, 12, "any part");
});

Deno.test("fifty running jobs end once each when the whole sandbox is killed", async () => {
  await using site = await Site.open(startSandboxProcess);
  const half = Array.from({ length: JOBS / 2 }, () => "agent");
  await startRoles(site, [half, half]);
  const { sandbox } = site.servers.killable;
  assert(sandbox !== undefined);
  await surviveKill(site, "sandbox", sandbox);
});

/** Size of a file so far; 0 before it is made. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

Deno.test("what an upload leaves when its file server is killed is not taken for output", async () => {
  await using site = await Site.open(startSandboxProcess);
  const { sandbox } = site.servers.killable;
  assert(sandbox !== undefined);
  await site.startRole("jobmanager");
  const agent = await site.startRole("agent");
  const script = "#!/bin/sh\nhead -c 200M /dev/urandom > big\n";
  const [id = ""] = await site.submit({ command: await site.file("big.sh", script) });
  const upload = join(site.servers.addresses.directories.chirp, `${id}.1`, `${id}.tgz`);
  await agent.logged(/Asking .* for a place/);
  await eventually("a part of the upload", async () => await sizeOf(upload) > 0, { lookMs: 1 });
  await sandbox.kill();
  const leftBytes = await sizeOf(upload);
  await sandbox.restart();
  await site.untilEnded([id], LIMIT_MS);
  await site.assertEndedOnce([id]);
  const job = await site.job(id);
  printLine(`upload cut off after ${leftBytes} bytes, ${job.attempts - 1} handed out again`);
  const listing = await run("tar", "tvzf", site.archiveOf(job), "./big");
  assertEquals(listing.split(/\s+/)[2], `${200 * 1024 * 1024}`);
  assertEquals(job.attempts, 1);
});
