/** The referee must bite: each rule is broken by hand, behind the back of the job store. */
import { assert, assertEquals } from "@std/assert";
import type { RedisCalls } from "../../../lib/jobs/redis_calls.ts";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import { formatCommand } from "../../../lib/protocol/command_codec.ts";
import type { Command } from "../../../lib/protocol/commands.ts";
import { encodeMessage } from "../../../lib/protocol/message.ts";
import { RedisStore } from "../../../sim/redis/mod.ts";
import { memoryRedisCalls } from "../../../sim/redis/mod.ts";
import { glance } from "../../../sim/world/peek.ts";
import { Referee, type RefereeOptions } from "../../../sim/world/referee.ts";
import { sweepQueue } from "../../../sim/world/sweep.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

const AGENT = "one@world/vm";
const PREFIX = "copilot:queue:waiting_jobs:";

/** A queue with some waiting jobs, watched. */
class Scene implements Disposable {
  readonly clock = new VirtualClock();
  readonly redis = new RedisStore({ clock: this.clock });
  readonly calls: RedisCalls = memoryRedisCalls(this.redis);
  readonly store = new RedisJobStore(this.calls);
  readonly referee: Referee;

  /** @param rules How the queue is set up. Default: leases, and no job is ever forgotten. */
  constructor(rules: Partial<RefereeOptions> = {}) {
    this.referee = new Referee({
      clock: this.clock,
      store: this.redis,
      leases: true,
      retentionMs: Infinity,
      redirects: () => false,
      isDelivered: () => false,
      onTrace: undefined,
      ...rules,
    });
  }

  static async open(...ids: readonly string[]): Promise<Scene> {
    return await new Scene().submit(...ids);
  }

  async submit(...ids: readonly string[]): Promise<this> {
    for (const id of ids) {
      await this.store.submit({
        id,
        chirpUrl: "chirp",
        inputDir: "",
        inputFiles: [],
        command: "run",
        arguments: "",
        environment: "",
        packages: "",
      });
    }
    return this;
  }

  /** Invariants that did not hold, after a look at everything. */
  broken(): string[] {
    const { ledger, data, violations } = this.referee;
    sweepQueue(data, ledger, violations);
    return [...new Set(violations.found.map(({ invariant }) => invariant))];
  }

  async lease(): Promise<void> {
    const times = { leaseSeconds: 60, unacknowledgedSeconds: 60 };
    await this.store.lease({ agent: AGENT, manager: "m", ...times });
  }

  /** Lets a stanza pass by a manager. */
  say(to: "manager" | "agent", id: string, command: Command): void {
    const [from, receiver] = to === "manager" ? [AGENT, "jm@world"] : ["jm@world/m", AGENT];
    const message = { kind: "command", from, to: receiver, id, noack: false } as const;
    const stanza = encodeMessage({ ...message, groupchat: false, info: formatCommand(command) });
    if (to === "manager") this.referee.received("manager-1", stanza, glance(stanza));
    else this.referee.sent("manager-1", stanza, glance(stanza));
  }

  [Symbol.dispose](): void {
    this.referee[Symbol.dispose]();
    this.redis[Symbol.dispose]();
  }
}

const DONE: Command = {
  command: "jobDone",
  jobID: "a",
  state: "ready",
  exitCode: "0",
  agentHost: "vm",
  jmJobData: "token=1####",
};

Deno.test("Referee finds nothing where all is well", async () => {
  using scene = await Scene.open("a", "b");
  await scene.lease();
  await scene.store.confirm("a", 1, 60);
  scene.say("manager", "1", DONE);
  const report = { token: 1, agent: AGENT, outcome: "succeeded", exitCode: 0 } as const;
  assertEquals(await scene.store.complete({ id: "a", ...report }), "done");
  await scene.store.hold("b", "not yet");
  assertEquals(scene.broken(), []);
  assertEquals(scene.referee.ledger.unfinished, 1);
});

/** What is done to Redis, and which invariants it breaks. */
const CORRUPTIONS: readonly (readonly [
  what: string,
  broken: string,
  commands: readonly (readonly string[])[],
])[] = [
  ["a popped job that nobody has", "one state", [["RPOP", "waiting_jobs"]]],
  ["a job that stands in the list twice", "one state", [["LPUSH", "waiting_jobs", "a"]]],
  ["a state that only the record knows", "one state", [["HSET", "copilot:job:a", "state", "held"]]],
  ["a record that is gone", "retention", [["DEL", "copilot:job:a"]]],
  ["a forbidden transition", "transition", [["HSET", "copilot:job:a", "state", "failed"]]],
  ["a transition without history", "history", [["HSET", "copilot:job:a", "state", "cancelled"]]],
  ["a history that goes back", "history", [["RPUSH", "copilot:history:a", "5\told\twaiting\t"]]],
  ["a token out of nowhere", "token", [["HSET", "copilot:job:a", "token", "7"]]],
  ["more attempts than allowed", "attempts", [["HSET", "copilot:job:a", "attempts", "6"]]],
  ["a lease of a waiting job", "one lease", [
    ["ZADD", `${PREFIX}deadline`, "1", "a"],
    ["ZADD", `${PREFIX}seen`, "1", "a"],
  ]],
  ["two agents with one lease", "one lease", [
    ["HSET", `${PREFIX}agent:one@world/vm`, "a", "1"],
    ["HSET", `${PREFIX}agent:two@world/vm`, "a", "1"],
  ]],
  [
    "a history without end",
    "bounded",
    Array.from({ length: 201 }, () => [
      "RPUSH",
      "copilot:history:a",
      "9999999999999\tnote\twaiting\t",
    ]),
  ],
];

for (const [what, invariant, commands] of CORRUPTIONS) {
  Deno.test(`Referee notices ${what}`, async () => {
    using scene = await Scene.open("a", "b");
    for (const command of commands) await scene.calls.call(command);
    const broken = scene.broken();
    assert(broken.includes(invariant), broken.join(", "));
  });
}

Deno.test("Referee lets jobs be forgotten that ended long enough ago, and no sooner", async () => {
  for (const retentionMs of [60_000, 60_001]) {
    using scene = await new Scene({ retentionMs }).submit("a", "b");
    await scene.store.cancel("a", "Not wanted");
    await scene.clock.advance(60_000);
    assertEquals((await scene.store.purge(60, 10)).map(({ id }) => id), ["a"]);
    assertEquals(scene.broken(), retentionMs === 60_000 ? [] : ["retention"]);
    assertEquals(scene.referee.ledger.forgotten, 1);
  }
});

Deno.test("Referee notices that something is left of a job that was forgotten", async () => {
  using scene = await new Scene({ retentionMs: 0 }).submit("a");
  await scene.store.cancel("a", "Not wanted");
  await scene.calls.call(["DEL", "copilot:job:a", "copilot:history:a"]);
  assertEquals(scene.broken(), ["retention"]);
});

Deno.test("Referee notices a lease where hand-outs are final, and a hand-out where they are not", async () => {
  for (const leases of [true, false]) {
    using scene = await new Scene({ leases: !leases }).submit("a");
    const store = new RedisJobStore(scene.calls, { leases });
    const times = { leaseSeconds: 60, unacknowledgedSeconds: 60 };
    await store.lease({ agent: AGENT, manager: "m", ...times });
    assertEquals(scene.broken(), ["one lease"]);
  }
});

Deno.test("Referee notices a job that overtakes another", async () => {
  using scene = await Scene.open("a", "b");
  await scene.calls.call(["LPUSH", "waiting_jobs", "a"]);
  await scene.calls.call(["LREM", "waiting_jobs", "-1", "a"]);
  await scene.lease();
  assert(scene.broken().includes("order"));
});

Deno.test("Referee notices an end that nobody reported", async () => {
  using scene = await Scene.open("a");
  await scene.lease();
  const report = { token: 1, agent: AGENT, outcome: "succeeded", exitCode: 0 } as const;
  await scene.store.complete({ id: "a", ...report });
  assertEquals(scene.broken(), ["fence"]);
});

Deno.test("Referee notices an end that comes twice", async () => {
  using scene = await Scene.open("a");
  await scene.store.cancel("a", "no need");
  await scene.store.rerun("a");
  await scene.store.cancel("a", "still no need");
  assertEquals(scene.broken(), ["ended once"]);
  assertEquals(scene.referee.ledger.duplicated, 1);
});

Deno.test("Referee notices an acknowledgement before the effect is stored", async () => {
  using scene = await Scene.open("a");
  await scene.lease();
  scene.say("manager", "1", DONE);
  const ack = { kind: "ack", from: "jm@world/m", to: AGENT, ack: "1" } as const;
  const stanza = encodeMessage(ack);
  scene.referee.sent("manager-1", stanza, glance(stanza));
  assertEquals(scene.broken(), ["ack after commit"]);
});

Deno.test("Referee notices a runJob without a stored lease, and a second answer", async () => {
  using scene = await Scene.open("a");
  const job = (await scene.store.get("a"))?.description;
  assert(job !== undefined);
  const runJob: Command = { command: "runJob", job: { id: "a", ...job }, jmJobData: "token=1####" };
  scene.say("manager", "1", { command: "getJob", agentHost: "vm", jdl: "" });
  scene.say("agent", "2", runJob);
  assertEquals(scene.broken(), ["one lease"]);
  scene.say("agent", "2", runJob);
  assertEquals(scene.broken(), ["one lease"]);
  scene.say("agent", "3", runJob);
  assertEquals(scene.broken(), ["one lease", "answered once"]);
});

/** What passes between a request and its copy, and whether the manager may have forgotten it by then. */
const BETWEEN: Readonly<Record<string, [commands: number, waitMs: number, broken: string[]]>> = {
  "at once": [0, 0, ["answered once"]],
  "as long as it surely remembers": [24_999, 3_599_000, ["answered once"]],
  "after more than it surely remembers": [25_000, 0, []],
  "after an hour": [0, 3_600_000, []],
};
for (const [when, [commands, waitMs, broken]] of Object.entries(BETWEEN)) {
  Deno.test(`Referee and a manager that answers a copy, ${when}`, async () => {
    using scene = await Scene.open();
    const ask = (id: string) =>
      scene.say("manager", id, { command: "want_getJob", agentHost: "vm", jdl: "" });
    ask("first");
    scene.say("agent", "answer", { command: "have_getJob" });
    for (let number = 1; number < commands; number++) {
      scene.say("manager", `${number}`, { command: "pong" });
    }
    await scene.clock.advance(waitMs);
    ask("first");
    scene.say("agent", "answer to its copy", { command: "have_getJob" });
    assertEquals(scene.broken(), broken);
  });
}
