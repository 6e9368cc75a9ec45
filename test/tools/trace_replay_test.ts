/** Replays that must fail, and replays against live peers. */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { UnreachableError, UsageError } from "../../lib/cli.ts";
import { createLogger } from "../../lib/log.ts";
import { systemClock } from "../../lib/clock.ts";
import { RedisJobStore } from "../../lib/jobs/redis_job_store.ts";
import type { TraceRecord } from "../../lib/trace/mod.ts";
import { JobManager } from "../../roles/jobmanager.ts";
import { MemoryWorkspace } from "../../sim/machine/memory_workspace.ts";
import { memoryRedisCalls, RedisStore } from "../../sim/redis/mod.ts";
import { differenceText } from "../../tools/trace/replay/difference.ts";
import { replayInMemory } from "../../tools/trace/replay/in_memory.ts";
import { type LiveOptions, replayLive } from "../../tools/trace/replay/live.ts";
import { neededJobs } from "../../tools/trace/replay/needs.ts";
import { writeScript } from "../../tools/trace/replay/script.ts";
import { parseStandIn } from "../../tools/trace/replay/stand_ins.ts";
import { freePort } from "../_free_port.ts";
import { readTrace } from "../traces.ts";
import {
  account,
  link,
  liveOptions,
  never,
  startLiveServer,
  whenOnline,
  withAgent,
} from "./_live_replay.ts";

const NAME = "job-happy-path.jsonl";
const JOB = "e922bca1-f33e-4ee6-9d05-3d33853d1100";
const base64 = (text: string) => btoa(text);

/** The trace with one line changed. */
function altered(line: number, from: string, to: string): TraceRecord[] {
  const records = readTrace(NAME);
  const { xml } = records[line - 1] ?? { xml: "" };
  assert(xml.includes(from), xml);
  return records.map((record) =>
    record.line === line ? { ...record, xml: xml.replace(from, to) } : record
  );
}

Deno.test("trace replay tells the first difference: what was expected, what came, and where", async () => {
  const records = altered(57, base64("storeJobOutputDir"), base64("storeJob"));
  const { differences } = await replayInMemory(records, "agent", { stopAtFirst: true });
  assertEquals(differences.length, 1);
  const [difference] = differences;
  assert(difference !== undefined);
  assertMatch(
    differenceText(difference, NAME),
    new RegExp(
      [
        "^Difference after job-happy-path\\.jsonl:\\d+, 5\\.\\d s, from jm@copilot\\.test/\\w+: not expected here",
        "  expected  nothing",
        "  came      storeJobOutputDir jobID=e922bca1 .*",
        "  then      next is line 57, 5\\.4 s: storeJob .*$",
      ].join("\n"),
    ),
  );
});

const MUTATIONS: Readonly<
  Record<string, [line: number, from: string, to: string, detail: RegExp]>
> = {
  "a job": [61, base64(JOB), base64(JOB.replace("e922", "0000")), /^jobID: expected 0000/],
  "a job's state": [61, base64("ready"), base64("done_"), /^state: expected done_, came ready$/],
  "the machine's name": [53, base64("vm"), base64("other.machine"), /^agentHost: expected other/],
};
for (const [what, [line, from, to, detail]] of Object.entries(MUTATIONS)) {
  Deno.test(`trace replay finds ${what} changed, and names the line`, async () => {
    const { differences } = await replayInMemory(altered(line, from, to), "manager");
    const found = differences.find((difference) => difference.line === line);
    assertEquals(found?.kind, "changed");
    assertMatch(found?.detail ?? "", detail);
  });
}

Deno.test("trace replay gives managers the cooldown only where agents were sent to sleep", async () => {
  const records = readTrace("job-happy-path.jsonl");
  const sleep = btoa("sleep");
  const awake = records.filter(({ xml }) => !xml.includes(sleep));
  assert(awake.length < records.length);
  for (const trace of [records, awake]) {
    assertEquals((await replayInMemory(trace, "agent")).differences, []);
  }
});

Deno.test("trace replay finds that something comes at another time", async () => {
  const later = readTrace("empty-queue.jsonl").map((record) =>
    record.line > 32 ? { ...record, t: record.t + 30 } : record
  );
  const { differences } = await replayInMemory(later, "manager", { stopAtFirst: true });
  assertEquals(differences.map(({ kind, line }) => [kind, line]), [["early", 33]]);
  assertEquals(differences[0]?.detail, "at 94.8 s in the trace, at 63.8 s now");
});

Deno.test("trace replay ends when its signal says so", async () => {
  const reason = new Error("Enough");
  const signal = AbortSignal.abort(reason);
  const error = await assertRejects(() => replayInMemory(readTrace(NAME), "agent", { signal }));
  assertEquals(error, reason);
});

Deno.test("trace replay plays the agent against a live manager", async () => {
  await using server = await startLiveServer();
  const records = readTrace(NAME);
  using redis = new RedisStore({ clock: systemClock });
  const store = new RedisJobStore(memoryRedisCalls(redis));
  for (const { job } of neededJobs(writeScript(records, "agent"))) {
    await store.submit({ ...job, id: "another-id", inputDir: "another-id" }, {});
  }
  const chirp = new MemoryWorkspace({ root: "/chirp" });
  const stop = new AbortController();
  const manager = new JobManager({
    link: link(server, "jobmanager"),
    store,
    chirpFolder: chirp,
    chirpAddress: "chirp.live.test:9094",
    cooldownSeconds: 60,
    log: createLogger({ sinks: [] }),
  });
  const running = manager.run(stop.signal);
  const live = liveOptions(server, "jobmanager");
  const result = await replayLive(records, "agent", live, { stopAtFirst: true }, never());
  assertEquals(result, { differences: [], said: 11, heard: 11 });
  assertEquals((await store.get("another-id"))?.state, "succeeded");
  const again = await replayLive(records, "agent", live, { stopAtFirst: true }, never());
  assertEquals(again.differences[0]?.kind, "unexpected");
  assertMatch(again.differences[0]?.came ?? "", /^sleep/);
  stop.abort();
  await running;
});

Deno.test("trace replay plays the manager against a live agent, and serves its files", async () => {
  await using server = await startLiveServer();
  const live = { ...liveOptions(server, "worker"), speed: 4 };
  const seen = whenOnline(server);
  const trace = readTrace("job-fails-exit3.jsonl");
  const replay = replayLive(trace, "manager", live, { stopAtFirst: true }, never());
  // The agent asks once it is online: by then the manager must be there.
  await seen;
  await withAgent(link(server, "worker"), async () => {
    assertEquals(await replay, { differences: [], said: 11, heard: 11 });
  });
});

Deno.test("trace replay says that a live server cannot be reached", async () => {
  const server = { hostname: "127.0.0.1", port: freePort() };
  const live = { server, peers: [parseStandIn("jm@live.test")], accounts: [account("replay")] };
  const play = replayLive(readTrace(NAME), "agent", live, {}, never());
  await assertRejects(() => play, UnreachableError, `127.0.0.1:${server.port}`);
});

Deno.test("trace replay takes a stand-in for everybody of the trace, and refuses where one is missing", async () => {
  const live: LiveOptions = {
    server: { hostname: "127.0.0.1", port: 1 },
    peers: [parseStandIn("jm@live.test")],
    accounts: [account("replay")],
  };
  const play = (name: string, options: Partial<LiveOptions>) =>
    replayLive(readTrace(name), "agent", { ...live, ...options }, {}, never());
  for (
    const [name, options, message] of [
      [
        "request-cooldown.jsonl",
        {},
        /^Cannot replay live without --account agent@copilot\.test=JID/,
      ],
      [NAME, { peers: [parseStandIn("other@copilot.test=jm@live.test")] }, /without --peer jm@/],
    ] as const
  ) {
    const error = await assertRejects(() => play(name, options), UsageError);
    assertMatch(error.message, message);
  }
  assertThrows(() => parseStandIn("a@b=c@d@e/"), UsageError, "neither JID nor JID=JID");
  assertEquals(parseStandIn("jm@copilot.test=x@y/z=1"), {
    then: "jm@copilot.test",
    now: "x@y/z=1",
  });
});
