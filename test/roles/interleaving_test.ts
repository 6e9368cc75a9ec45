/** One manager, three agents of one account, and a network that loses, doubles and reorders. */
import { assert, assertEquals } from "@std/assert";
import { isFinal } from "../../lib/jobs/job_state.ts";
import { type Random, randomFraction, seededRandom } from "../../lib/random.ts";
import { checkInvariants } from "../contract/job_store/invariants.ts";
import { Life } from "./_mortal.ts";
import { type AgentSetup, Site } from "./_site.ts";
import type { Fate } from "./_wire.ts";

const RUNS = 100;
const JOBS = 4;
const AGENTS = 3;
/** Virtual time in which all jobs must have ended. */
const LONGEST_RUN_SECONDS = 24 * 3600;

/** How bad a run is; drawn for each. */
interface Weather {
  /** Share of messages lost, doubled and delayed. */
  readonly lost: number;
  readonly doubled: number;
  readonly late: number;
  /** Longest delay in milliseconds. */
  readonly longestMs: number;
  /** Mean number of seams' calls that a process lives; Infinity: it never dies. */
  readonly lifetime: number;
}

function drawWeather(random: Random): Weather {
  const draw = () => randomFraction(random);
  return {
    lost: draw() * 0.3,
    doubled: draw() * 0.3,
    late: draw() * 0.5,
    longestMs: draw() < 0.5 ? 500 : 120_000,
    lifetime: draw() < 0.5 ? Infinity : 100 + draw() * 1000,
  };
}

function fateIn(weather: Weather, random: Random): () => Fate {
  const draw = () => randomFraction(random);
  const delay = () => draw() < weather.late ? 1 + draw() * weather.longestMs : 0;
  return () => {
    if (draw() < weather.lost) return [];
    return draw() < weather.doubled ? [delay(), delay()] : [delay()];
  };
}

/** Starts a process and, whenever it dies, another one after a while. */
function keepAlive(
  site: Site,
  weather: Weather,
  random: Random,
  start: (life: Life) => void,
): void {
  const lifetime = -Math.log(1 - randomFraction(random)) * weather.lifetime;
  const life = new Life((_, index) => index > lifetime);
  life.onDeath(() =>
    site.clock.after(
      randomFraction(random) * 60_000,
      () => keepAlive(site, weather, random, start),
    )
  );
  start(life);
}

async function runSite(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const weather = drawWeather(random);
  await using site = new Site({ seed });
  site.wire.fate = fateIn(weather, random);
  const setup: AgentSetup = {
    job: {
      durationMs: () => randomFraction(random) * 100_000,
      stdout: ({ directory }) => directory,
    },
    times: { longestRequestMs: 600_000 },
  };
  keepAlive(site, weather, random, (life) => site.manager({ life }));
  for (let agent = 0; agent < AGENTS; agent++) {
    keepAlive(site, weather, random, (life) => site.agent({ ...setup, life }));
  }
  const ids = Array.from({ length: JOBS }, (_, number) => `job-${number}`);
  for (const id of ids) await site.submit(id, { maxAttempts: 50 });

  for (let passed = 0; passed < LONGEST_RUN_SECONDS; passed += 600) {
    await site.pass(600);
    const jobs = await Promise.all(ids.map((id) => site.job(id)));
    if (jobs.every(({ state }) => isFinal(state))) break;
  }
  for (const id of ids) await site.assertEndedOnce(id);
  await checkInvariants(site.calls);
  const archives = await site.done.list("20260101");
  assertEquals(archives, ids.map((id) => `${id}.tgz`));
  for (const id of ids) await assertOwnOutput(site, id);
}

/** The archive that is kept must be of the job, whole, and from one run of it. */
async function assertOwnOutput(site: Site, id: string): Promise<void> {
  await site.done.makeDirectory(`unpacked/${id}`);
  await site.done.unpack(`20260101/${id}.tgz`, `unpacked/${id}`);
  const directory = await site.done.readText(`unpacked/${id}/stdout`);
  assert(directory.startsWith(`/work/${id}.`), `${id} holds the output of ${directory}`);
}

Deno.test(`whatever the network does, every job ends once (${RUNS} seeds)`, async () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    try {
      await runSite(seed);
    } catch (error) {
      throw new Error(`Seed ${seed}`, { cause: error });
    }
  }
});
