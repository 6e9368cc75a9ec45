/** A job's way through both roles, broken off at every point where it can break off. */
import { assert, assertEquals } from "@std/assert";
import { checkInvariants } from "../contract/job_store/invariants.ts";
import { Life } from "./_mortal.ts";
import { type AgentSetup, type ManagerSetup, Site } from "./_site.ts";
import type { Fate } from "./_wire.ts";

/** Virtual time in which a job must end whatever happened to it. */
const LONG_ENOUGH_SECONDS = 6 * 3600;
const STEP_SECONDS = 60;

/** What happens to one run, and who takes part in it. */
type Disturb = (site: Site, roles: Roles) => void;

/** The roles of a run; whoever dies is started anew by the disturbance. */
interface Roles {
  manager(setup?: ManagerSetup): void;
  agent(setup?: AgentSetup): void;
}

/** Runs one job under a disturbance until it has ended. */
async function runDisturbed(disturb: Disturb, name: string): Promise<void> {
  await using site = new Site();
  const roles: Roles = {
    manager: (setup = {}) => void site.manager(setup),
    agent: (setup = {}) => void site.agent({ job: { durationMs: 5000 }, ...setup }),
  };
  await site.submit("one");
  disturb(site, roles);
  for (let passed = 0; passed < LONG_ENOUGH_SECONDS; passed += STEP_SECONDS) {
    await site.pass(STEP_SECONDS);
    if ((await site.job("one")).state === "succeeded") break;
  }
  await site.pass(900);
  try {
    await site.assertEndedOnce("one");
    await checkInvariants(site.calls);
    assertEquals(await site.done.list("20260101"), ["one.tgz"]);
  } catch (error) {
    throw new Error(`Disturbed by ${name}`, { cause: error });
  }
}

/** Counts the messages of an undisturbed run, up to the job's end. */
async function countMessages(): Promise<number> {
  await using site = new Site();
  site.manager();
  site.agent({ job: { durationMs: 5000 } });
  await site.submit("one");
  await site.pass(10);
  assertEquals((await site.job("one")).state, "succeeded");
  return site.wire.sent.findLastIndex(({ what }) => what === "jobDone") + 2;
}

/** Steps of one role in an undisturbed run, up to the job's end. */
async function stepsOf(role: "manager" | "agent"): Promise<readonly string[]> {
  await using site = new Site();
  const manager = site.manager();
  const agent = site.agent({ job: { durationMs: 5000 } });
  await site.submit("one");
  await site.pass(10);
  const { life } = role === "manager" ? manager : agent;
  return life.steps.map(({ call, phase }) => `${phase} ${call}`);
}

function start({ manager, agent }: Roles): void {
  manager();
  agent();
}

const messages = await countMessages();

Deno.test("a job ends once when any one message is lost", async () => {
  for (let index = 0; index < messages; index++) {
    await runDisturbed((site, roles) => {
      site.wire.fate = (_, at): Fate => at === index ? [] : [0];
      start(roles);
    }, `the loss of message ${index}`);
  }
});

Deno.test("a job ends once when any one message comes twice", async () => {
  for (let index = 0; index < messages; index++) {
    await runDisturbed((site, roles) => {
      site.wire.fate = (_, at): Fate => at === index ? [0, 30_000] : [0];
      start(roles);
    }, `a late copy of message ${index}`);
  }
});

Deno.test("a job ends once when any one message is late", async () => {
  for (let index = 0; index < messages; index++) {
    await runDisturbed((site, roles) => {
      site.wire.fate = (_, at): Fate => at === index ? [90_000] : [0];
      start(roles);
    }, `the delay of message ${index}`);
  }
});

Deno.test("a job ends once when the server is lost between any two messages", async () => {
  for (let index = 0; index < messages; index++) {
    await runDisturbed((site, roles) => {
      site.wire.fate = (_, at): Fate => {
        if (at === index) site.broker.kill();
        return [0];
      };
      start(roles);
    }, `the loss of the server before message ${index}`);
  }
});

Deno.test("a job ends once when Redis is lost for five minutes at any message", async () => {
  for (let index = 0; index < messages; index++) {
    await runDisturbed((site, roles) => {
      site.wire.fate = (_, at): Fate => {
        if (at === index) {
          site.redisIsDown = true;
          site.clock.after(300_000, () => site.redisIsDown = false);
        }
        return [0];
      };
      start(roles);
    }, `the loss of Redis at message ${index}`);
  }
});

Deno.test("a job ends once when the file server is lost for five minutes at any message", async () => {
  for (let index = 0; index < messages; index++) {
    await runDisturbed((site, roles) => {
      site.wire.fate = (_, at): Fate => {
        if (at === index) {
          site.chirpIsDown = true;
          site.clock.after(300_000, () => site.chirpIsDown = false);
        }
        return [0];
      };
      start(roles);
    }, `the loss of the file server at message ${index}`);
  }
});

for (const role of ["manager", "agent"] as const) {
  Deno.test(`a job ends once when the ${role} dies between any two effects and is started anew`, async () => {
    const steps = await stepsOf(role);
    assert(steps.length > 20);
    for (const [index, step] of steps.entries()) {
      // Death before an effect is death after the one before it.
      if (step.startsWith("before")) continue;
      await runDisturbed((site, roles) => {
        const life = new Life((_, at) => at === index);
        life.onDeath(() => site.clock.after(5000, () => roles[role]()));
        const other = role === "manager" ? "agent" : "manager";
        roles[other]();
        roles[role]({ life });
      }, `the death of the ${role} ${step} (step ${index})`);
    }
  });
}

/** Runs a job whose first agent vanishes while it works, and is replaced when its lease has ended. */
async function runAbandoned(managerLife: Life, onSite: (site: Site) => void): Promise<void> {
  await using site = new Site();
  onSite(site);
  site.manager({ life: managerLife });
  const first = site.agent({ user: "first", job: { durationMs: 1e9 } });
  await site.submit("one");
  await site.pass(10);
  first.life.kill();
  await site.pass(700);
  site.agent({ user: "second", job: { durationMs: 5000 }, times: { longestRequestMs: 120_000 } });
  await site.pass(3600);
  await site.assertEndedOnce("one");
  await checkInvariants(site.calls);
  assert((await site.events("one")).includes("requeued"));
}

Deno.test("an abandoned job ends once when the manager dies at any effect of taking it back", async () => {
  const undisturbed = new Life();
  await runAbandoned(undisturbed, () => {});
  const from = undisturbed.steps.findIndex(({ call }) => call === "store.expiredLeases");
  const to = undisturbed.steps.findLastIndex(({ call }) => call === "store.complete");
  assert(from > 0 && to > from);
  for (let at = from; at <= to; at++) {
    if (undisturbed.steps[at]?.phase === "before") continue;
    const life = new Life((_, index) => index === at);
    const restart = (site: Site) =>
      life.onDeath(() => site.clock.after(5000, () => site.manager()));
    try {
      await runAbandoned(life, restart);
    } catch (error) {
      const { phase, call } = undisturbed.steps[at] ?? { phase: "", call: "" };
      throw new Error(`Disturbed by the manager's death ${phase} ${call}`, { cause: error });
    }
  }
});
