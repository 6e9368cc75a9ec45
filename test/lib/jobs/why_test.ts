import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { JOB_STATES, type JobState } from "../../../lib/jobs/job_state.ts";
import type { JobRecord } from "../../../lib/jobs/job_store.ts";
import { fitOf } from "../../../lib/jobs/requirements.ts";
import { explainJob, type WhyFacts } from "../../../lib/jobs/why.ts";

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

function job(more: Partial<JobRecord> = {}): JobRecord {
  return {
    id: "j1",
    state: "waiting",
    description: {
      chirpUrl: "chirp.example.org:9094",
      inputDir: "j1",
      inputFiles: ["run.sh"],
      command: "run.sh",
      arguments: "",
      environment: "",
      packages: "",
    },
    priority: 0,
    attempts: 0,
    maxAttempts: 5,
    submittedMs: NOW - 2 * HOUR,
    changedMs: NOW - 2 * HOUR,
    token: 0,
    ...more,
  };
}

function facts(more: Partial<WhyFacts> = {}): WhyFacts {
  const counts = Object.fromEntries(JOB_STATES.map((state) => [state, 0]));
  return {
    job: job(),
    history: [],
    place: { ahead: 0, waiting: 1 },
    counts: counts as Record<JobState, number>,
    endedLastHour: 0,
    nowMs: NOW,
    ...more,
  };
}

const working = { ...facts().counts, running: 3 };

Deno.test("explainJob() names the jobs before a waiting one and when its turn may come", () => {
  const why = explainJob(
    facts({ counts: working, place: { ahead: 1199, waiting: 1300 }, endedLastHour: 600 }),
  );
  assertEquals(why.summary, "It waits for its turn behind 1,199 other jobs");
  assert(why.facts.includes("At this rate its turn comes in about 2 h"), why.facts.join("\n"));
  assert(why.facts.includes("Submitted 2 h ago"));
  assertEquals(why.advice, []);
});

Deno.test("explainJob() tells that no agent is connected, or that nobody takes jobs", () => {
  const none = explainJob(facts({ counts: working, agentsConnected: 0 }));
  assertEquals(none.summary, "It waits because no agent is connected");
  const idle = explainJob(facts());
  assertMatch(idle.summary, /^It waits because nobody takes jobs/);
  assertEquals(idle.advice.length, 2);
  const next = explainJob(facts({ counts: working, agentsConnected: 1 }));
  assertEquals(next.summary, "It waits for the next agent that asks for a job");
  assert(next.facts.includes("1 agent is connected"));
});

Deno.test("explainJob() tells of earlier attempts and of priorities", () => {
  const why = explainJob(facts({
    job: job({ attempts: 2, priority: -5 }),
    history: [{
      atMs: NOW - 90_000,
      event: "requeued",
      state: "waiting",
      reason: "Silent for 600 s",
    }],
  }));
  assert(why.facts.includes("It was handed out 2 of at most 5 times"));
  assert(why.facts.includes("Put back 1 min 30 s ago: Silent for 600 s"));
  assert(why.facts.includes("Its priority is -5: jobs of priority 0 pass it"));
});

Deno.test("explainJob() tells who holds a job and when it is taken back", () => {
  const agent = "agent@example.org/r";
  const lent = { agent, leasedMs: NOW - 30_000, deadlineMs: NOW + 90_000, seenMs: NOW - 5000 };
  const leased = explainJob(facts({ job: job({ ...lent, state: "leased" }), place: undefined }));
  assertEquals(
    leased.summary,
    "It was handed to agent@example.org/r, which has not acknowledged it yet",
  );
  assert(
    leased.facts.includes("Without a sign of life it goes back to the queue in 1 min 30 s"),
  );
  const running = explainJob(facts({ job: job({ ...lent, state: "running" }), place: undefined }));
  assertEquals(running.summary, "It runs on agent@example.org/r");
  assert(running.facts.includes("Last sign of life of the agent 5 s ago"));
  const final = explainJob(facts({ job: job({ state: "running", agent }), place: undefined }));
  assert(final.facts.some((line) => line.startsWith("The hand-out was final")));
});

Deno.test("explainJob() tells of jobs that are held, lost to the original, or over", () => {
  const held = explainJob(facts({
    job: job({ state: "held" }),
    place: undefined,
    history: [{ atMs: NOW - HOUR, event: "held", state: "held", reason: "Not yet" }],
  }));
  assertEquals(held.facts, ["Held for 1 h", "Reason: Not yet"]);
  const missing = explainJob(facts({ place: undefined }));
  assertMatch(missing.summary, /stands in no list/);
  const failed = explainJob(facts({
    job: job({ state: "failed", reason: "The job exited with 3", finishedMs: NOW - 60_000 }),
    place: undefined,
  }));
  assertEquals(failed.summary, "It does not wait: it failed (The job exited with 3)");
  assertEquals(failed.advice, ["Rerun it, and it joins the queue again"]);
});

Deno.test("explainJob() has a sentence for everything that a store may say", () => {
  const time = fc.option(fc.integer({ min: 0, max: 2 * NOW }), { nil: undefined });
  const record = fc.record({
    state: fc.constantFrom(...JOB_STATES),
    priority: fc.integer(),
    attempts: fc.nat(),
    submittedMs: fc.nat(),
    leasedMs: time,
    deadlineMs: time,
    seenMs: time,
    reason: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  });
  const place = fc.option(fc.record({ ahead: fc.nat(), waiting: fc.nat() }), { nil: undefined });
  fc.assert(fc.property(record, place, fc.nat(), (more, at, endedLastHour) => {
    const why = explainJob(facts({ job: job(more), place: at, endedLastHour }));
    for (const line of [why.summary, ...why.facts, ...why.advice]) {
      assert(
        line.length > 5 && !/undefined|NaN|Infinity|null/.test(line.replace(more.reason ?? "", "")),
        line,
      );
    }
  }));
});

Deno.test("explainJob() names the clause that machines miss, and how many of them", () => {
  const requirements = 'other.Memory > 8192 && other.Platform == "Linux-x86_64"';
  const machines = ["Memory=2048;", "Memory=16384;", 'Memory=4096; Platform="Linux-x86_64";', "?"];
  const fit = fitOf(requirements, machines);
  const why = explainJob(facts({ job: job({ requirements }), fit }));
  assertEquals(why.summary, "It waits because no agent meets its requirements");
  assertEquals(why.facts.filter((fact) => /of 4|requires/.test(fact)), [
    `It requires ${requirements}`,
    "0 of 4 agents that asked in the last hour meet this",
    "other.Memory > 8192 is missed by 3 of 4",
    'other.Platform == "Linux-x86_64" is missed by 3 of 4',
  ]);
  const suited = fitOf(requirements, ['Memory=16384; Platform="Linux-x86_64";', ...machines]);
  assertEquals([suited.machines, suited.suiting], [5, 1]);
  assertNotEquals(
    explainJob(facts({ job: job({ requirements }), fit: suited })).summary,
    why.summary,
  );
});
