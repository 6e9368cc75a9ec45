/** Jobs of AliEn that are not done: whenever their manager dies, they end as if it had not. */
import { assert, assertEquals } from "@std/assert";
import type { SimAlienJob } from "../../../sim/grid/alien/task_queue.ts";
import { Life } from "../_mortal.ts";
import { Site } from "../_site.ts";
import { AlienWorld } from "./_alien_site.ts";
import { assertLedgerEmpty, startGridManager } from "./_grid_site.ts";

const JOB = { durationMs: 30_000, outputBytes: 1000, stdout: "4\n" };
const TIMES = { longestRequestMs: 120_000 };

/** What becomes of a job. */
interface Fate {
  readonly name: string;
  /** A job that no agent has wanted for so long goes back. Default: as managers have it. */
  readonly giveBackSeconds?: number;
  /** Time in which it is met, though a manager dies and an agent asks again. Default: 900 s. */
  readonly withinSeconds?: number;
  /** Lets it come. */
  readonly begin: (site: Site, world: AlienWorld) => Promise<void> | void;
  /** Last effect of it at the site. */
  readonly lastEffect: string;
  /** Looks at the job when it is over. */
  readonly check: (job: SimAlienJob) => void;
}

const FATES: readonly Fate[] = [
  {
    name: "fails",
    begin: (site) => void site.agent({ job: { ...JOB, waitStatus: 3 << 8 }, times: TIMES }),
    lastEffect: "ledger.remove",
    check: ({ states, ends }) =>
      assertEquals([states, ends], [["WAITING", "ASSIGNED", "RUNNING", "ERROR_E"], ["ERROR_E"]]),
  },
  {
    name: "has lost its input",
    begin(site, { services }) {
      services.catalogue.files.delete("/alice/cern.ch/user/h/hartem/config.C");
      site.agent({ job: JOB, times: TIMES });
    },
    lastEffect: "ledger.end",
    check: ({ states, ends }) =>
      assertEquals([states, ends], [["WAITING", "ASSIGNED", "ERROR_IB"], ["ERROR_IB"]]),
  },
  {
    name: "is killed by its owner",
    begin(site, { services: { queue } }) {
      site.agent({ job: { durationMs: 1e9 }, times: TIMES });
      const [job] = queue.jobs.values();
      site.clock.after(300_000, () => job && queue.kill(job));
    },
    lastEffect: "ledger.remove",
    check({ states, ends }) {
      // The agent may not have got it again by then.
      const before = states.filter((state) => state !== "RUNNING");
      assertEquals([before, ends], [["WAITING", "ASSIGNED", "KILLED"], []]);
      assertEquals(states.at(-1), "KILLED");
    },
  },
  {
    name: "is wanted by no agent",
    giveBackSeconds: 60,
    // A lease whose agent has fallen silent ends after ten minutes.
    withinSeconds: 1500,
    async begin(site) {
      // It asks for a job and is never heard of again.
      const agent = site.hand("agent");
      await site.pass(0);
      agent.acknowledges = false;
      agent.say("jobmanager@localhost", {
        command: "getJob",
        agentHost: "vm",
        jdl: '[\nType="machine";\nRequirements=(other.Type=="Job");\nMemory=4096;\n]\n',
      });
    },
    lastEffect: "ledger.remove",
    check({ states, ends, resubmissions }) {
      // The manager may have died before it asked.
      const wasHere = states.includes("ASSIGNED");
      const expected = wasHere ? ["WAITING", "ASSIGNED", "WAITING"] : ["WAITING"];
      assertEquals([states, ends, resubmissions], [expected, [], wasHere ? 1 : 0]);
    },
  },
];

/** Lets a job meet its fate under a manager of that life. */
async function meet(
  { giveBackSeconds, withinSeconds = 900, begin, check }: Fate,
  life: Life,
): Promise<void> {
  await using site = new Site();
  const world = new AlienWorld(site, 1);
  const options = { giveBackSeconds };
  life.onDeath(() =>
    site.clock.after(5000, () => void startGridManager(site, world.connect(), new Life(), options))
  );
  startGridManager(site, world.connect(life), life, options);
  await begin(site, world);
  await site.pass(withinSeconds);
  const [job] = world.services.queue.jobs.values();
  assert(job !== undefined);
  check(job);
  assertEquals([...world.services.catalogue.files.values()].filter((file) => file.job !== ""), []);
  await assertLedgerEmpty(site, "AliEn");
}

for (const fate of FATES) {
  Deno.test(`a job of AliEn that ${fate.name} ends so once, whenever its manager dies`, async () => {
    const undisturbed = new Life();
    await meet(fate, undisturbed);
    const last = undisturbed.steps.findLastIndex(({ call }) => call === fate.lastEffect);
    assert(last > 20, `${last} effects`);
    for (const [index, { call, phase }] of undisturbed.steps.slice(0, last + 1).entries()) {
      // The death after a call leaves its effect; the one before it is that after the last call.
      if (phase === "before") continue;
      try {
        await meet(fate, new Life((_, at) => at === index));
      } catch (error) {
        throw new Error(`Disturbed by the death after ${call} (${index})`, { cause: error });
      }
    }
  });
}
