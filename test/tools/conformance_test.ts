/** The conformance suite: its cases, its bite, and its reports. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { systemClock } from "../../lib/clock.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { parseXml } from "../../lib/protocol/xml_parser.ts";
import { ALL_CASES } from "../../tools/conformance/cases/all_cases.ts";
import { AccountPool, parseAccounts } from "../../tools/conformance/deployed/accounts.ts";
import { embeddedTarget } from "../../tools/conformance/embedded/embedded_target.ts";
import type { Disturbance } from "../../tools/conformance/embedded/world.ts";
import { removeTraces } from "../../tools/conformance/redis_traces.ts";
import { htmlReport } from "../../tools/conformance/report/html.ts";
import { junitReport } from "../../tools/conformance/report/junit.ts";
import { ProgressReport } from "../../tools/conformance/report/progress.ts";
import { parseRunResult } from "../../tools/conformance/report/run_result.ts";
import { isFailure, type RunResult, summarize } from "../../tools/conformance/result.ts";
import { runCases } from "../../tools/conformance/run_cases.ts";
import { selectCases } from "../../tools/conformance/select_cases.ts";
import type { Target } from "../../tools/conformance/target.ts";
import { CaseSkipped, RuleBroken } from "../../tools/conformance/verdict.ts";
import { VirtualClock } from "../../sim/world/virtual_clock.ts";
import { memoryRedisCalls, RedisStore } from "../../sim/redis/mod.ts";

/** Runs cases against our roles, with a fault put into them. */
async function run(only: readonly string[], disturb?: Disturbance): Promise<RunResult> {
  await using target = embeddedTarget({ disturb });
  return await runCases({ target, cases: selectCases(ALL_CASES, only), clock: systemClock });
}

/** Ids of the cases that failed. */
function failed({ results }: RunResult): string[] {
  return results.filter(({ status }) => status === "failed").map(({ id }) => id);
}

Deno.test("there are at least 150 cases, with ids of their own that are stable by form", () => {
  assert(ALL_CASES.length >= 150);
  const ids = ALL_CASES.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
  for (const id of ids) assertMatch(id, /^[a-z]+\/[\w-]+\/\d+$/);
  for (const { rule, source } of ALL_CASES) {
    assertMatch(rule, /\S.*\.$/);
    assertMatch(source, /^(report|measured|design|RFC)/);
  }
});

Deno.test("our roles on the embedded site keep every rule", async () => {
  const result = await run([]);
  assertEquals(failed(result), []);
  assertEquals([result.passed, result.skipped], [ALL_CASES.length, 0]);
});

/** Rewrites every attribute inside a body. */
function rewritten(stanza: XmlElement, change: (name: string, value: string) => string) {
  const inside = (element: XmlElement): XmlElement => ({
    ...element,
    attrs: Object.fromEntries(
      Object.entries(element.attrs).map(([name, value]) => [name, change(name, value)]),
    ),
    children: element.children.map((child) => typeof child === "string" ? child : inside(child)),
  });
  return {
    ...stanza,
    children: stanza.children.map((child) =>
      typeof child !== "string" && child.name === "body"
        ? {
          ...child,
          children: child.children.map((info) => typeof info === "string" ? info : inside(info)),
        }
        : child
    ),
  };
}

/** Text of the command that `runJob` is on the wire. */
const RUN_JOB = /command='_BASE64:cnVuSm9i/;

function isRunJob(stanza: XmlElement): boolean {
  return stanza.children.some((body) =>
    typeof body !== "string" &&
    body.children.some((info) =>
      typeof info !== "string" && RUN_JOB.test(`command='${info.attrs["command"] ?? ""}`)
    )
  );
}

Deno.test("a manager that acknowledges nothing fails wherever an acknowledgement is due", async () => {
  const noAck: Disturbance = (stanza) => stanza.attrs["ack"] === undefined ? [stanza] : [];
  const result = await run(["delivery/ack", "delivery/noack", "iq/ping"], noAck);
  assertEquals(failed(result), [
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((number) => `delivery/ack/${number}`),
    // It finds out the full JID by a question that is to be acknowledged.
    "iq/ping/1",
  ]);
  assertMatch(result.results[0]?.message ?? "", /^Message .* was not acknowledged in 15 s/);
});

Deno.test("a manager with another prefix fails where its own values are looked at", async () => {
  const wrongPrefix: Disturbance = (stanza) => [
    rewritten(stanza, (_, value) => value.replace(/^_BASE64:/, "_BASE64")),
  ];
  const result = await run(["value"], wrongPrefix);
  assertEquals(failed(result), [
    "value/written/1",
    "value/written/2",
    "value/written/3",
    "value/written/4",
  ]);
});

Deno.test("a manager that sends runJob twice under two ids fails where one is due", async () => {
  let copies = 0;
  const twice: Disturbance = (stanza) =>
    isRunJob(stanza)
      ? [stanza, { ...stanza, attrs: { ...stanza.attrs, id: `copy-${++copies}` } }]
      : [stanza];
  const result = await run(["job/getJob", "job/runJob", "queue"], twice);
  assertEquals(failed(result), ["job/getJob/7"]);
  assertMatch(
    result.results.find(({ status }) => status === "failed")?.message ?? "",
    /runJob came/,
  );
});

Deno.test("a manager that forgets requireFile fails by that case alone", async () => {
  const forgetful: Disturbance = (stanza) => [
    ...[stanza].map((whole) => ({
      ...whole,
      children: whole.children.map((body) =>
        typeof body === "string" ? body : {
          ...body,
          children: body.children.map((info) => {
            if (typeof info === "string") return info;
            const { requireFile: _, ...attrs } = info.attrs;
            return { ...info, attrs };
          }),
        }
      ),
    })),
  ];
  assertEquals(failed(await run(["require", "job/want_getJob"], forgetful)), ["require/file/1"]);
});

Deno.test("an agent that reports exit codes unshifted and drops jmJobData is caught", async () => {
  const wrong: Disturbance = (stanza) => [
    rewritten(
      stanza,
      (name, value) => name === "jmJobData" || value === "_BASE64:NzY4\n" ? "" : value,
    ),
  ];
  const result = await run(["agent/jobDone", "agent/want_getJobOutputDir"], wrong);
  assertEquals(
    failed(result),
    [
      "agent/want_getJobOutputDir/4",
      "agent/jobDone/5",
      "agent/jobDone/8",
      "agent/jobDone/10",
    ].toSorted((one, other) => order(one) - order(other)),
  );
});

function order(id: string): number {
  return ALL_CASES.findIndex((test) => test.id === id);
}

Deno.test("components that answer to the whole room are caught", async () => {
  const loud: Disturbance = (stanza) =>
    stanza.name === "message" && /pilots-lounge/.test(stanza.attrs["to"] ?? "")
      ? [{
        ...stanza,
        attrs: {
          ...stanza.attrs,
          type: "groupchat",
          to: stanza.attrs["to"]?.replace(/\/.*/, "") ?? "",
        },
      }]
      : [stanza];
  assertEquals(failed(await run(["heartbeat/ping/1", "heartbeat/ping/2"], loud)), [
    "heartbeat/ping/2",
  ]);
});

/** A target on which every case ends as is told. */
function fakeTarget(implementation: string, end: () => void): Target {
  return {
    title: implementation,
    implementation,
    sides: new Set(["manager"]),
    skipReason: () => undefined,
    lane: () => ({ name: "one", limit: 1 }),
    leftovers: () => [],
    run: () => Promise.try(end),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

Deno.test("runCases() tells known differences, skips and faults of the suite apart", async () => {
  const cases = selectCases(ALL_CASES, ["value/prefix/2", "output/unsafe/1", "delivery/ack/1"]);
  const statuses = async (implementation: string, end: () => void) => {
    const target = fakeTarget(implementation, end);
    const { results } = await runCases({ target, cases, clock: systemClock });
    return results.map(({ status }) => status);
  };
  const broken = () => {
    throw new RuleBroken("No");
  };
  assertEquals(await statuses("perl", broken), ["failed", "known", "skipped"]);
  assertEquals(await statuses("other", broken), ["failed", "failed", "failed"]);
  const skip = () => {
    throw new CaseSkipped("No account");
  };
  assertEquals(await statuses("other", skip), ["skipped", "skipped", "skipped"]);
  const fault = () => {
    throw new TypeError("A fault");
  };
  assertEquals(await statuses("other", fault), ["failed", "failed", "failed"]);
});

Deno.test("isFailure() counts a broken SHOULD with strict only", () => {
  const result = { id: "a/b/1", against: "manager", message: "", rule: "", source: "" } as const;
  const broken = { ...result, status: "failed", durationMs: 0, stanzas: [] } as const;
  assertEquals(isFailure({ ...broken, level: "SHOULD" }, false), false);
  assertEquals(isFailure({ ...broken, level: "SHOULD" }, true), true);
  assertEquals(isFailure({ ...broken, level: "MUST" }, false), true);
  assertEquals(isFailure({ ...broken, level: "MUST", status: "known" }, true), false);
});

Deno.test("selectCases() takes whole parts of ids and refuses unknown ones", () => {
  const ids = selectCases(ALL_CASES, ["job/getJob"]).map(({ id }) => id);
  assert(ids.includes("job/getJob/1") && !ids.some((id) => id.includes("OutputDir")));
  assertEquals(selectCases(ALL_CASES, ["acl/input/1"]).length, 1);
  assertThrows(() => selectCases(ALL_CASES, ["nonsense"]), Error, "nonsense");
});

/** A run in which everything that is shown is hostile. */
function hostileRun(): RunResult {
  const evil = `<script>alert('1')</script>"&\u0000\u001b[31m`;
  return summarize(
    evil,
    [{
      id: "a/<b>/1",
      against: "manager",
      level: "MUST",
      status: "failed",
      message: evil,
      rule: evil,
      source: evil,
      durationMs: 1,
      stanzas: [{ t: 0.5, conn: evil, dir: "c2s", xml: `<message to='${evil}'/>` }],
    }],
    1,
    [evil],
  );
}

Deno.test("the HTML report escapes what it shows", () => {
  const page = htmlReport([hostileRun(), hostileRun()]);
  assert(!/<script/i.test(page));
  assert(page.includes("&lt;script&gt;alert(&apos;1&apos;)"));
  assertEquals(page.match(/<span class="cell failed"/g)?.length, 2);
});

Deno.test("the HTML report tells first what broke a rule", () => {
  const [failed] = hostileRun().results;
  assert(failed !== undefined);
  const good = summarize("good", [{ ...failed, status: "passed", message: "fine" }], 1, []);
  const page = htmlReport([good, hostileRun()]);
  assert(page.indexOf('<h3 class="failed">') < page.indexOf('<h3 class="passed">'));
  assert(page.includes('class="case passed failed"'));
});

Deno.test("the JUnit report is well-formed XML whatever it holds", () => {
  const report = junitReport(hostileRun()).replace(/^<\?xml[^>]*\?>\s*/, "").trimEnd();
  const { name, attrs } = parseXml(report);
  assertEquals([name, attrs["tests"], attrs["failures"]], ["testsuites", "1", "1"]);
});

Deno.test("parseRunResult() reads what --json prints and refuses everything else", () => {
  const text = `some line\n${JSON.stringify(hostileRun())}\n`;
  const { implementation, failed: count, results } = parseRunResult(text, "run.json");
  assertEquals([implementation, count, results[0]?.stanzas.length], [
    hostileRun().implementation,
    1,
    1,
  ]);
  for (const bad of ["", "[]", "{", '{"results":[{"status":"odd"}]}']) {
    assertThrows(() => parseRunResult(bad, "bad.json"), Error, "bad.json");
  }
});

Deno.test("removeTraces() takes out what is of the jobs, and names nothing of others", async () => {
  using store = new RedisStore();
  const redis = memoryRedisCalls(store);
  const id = "0b158e3c-7e6a-4046-977d-1428973fe042";
  for (
    const command of [
      ["SET", `job:${id}:description`, "x"],
      ["SET", "job:other:description", "x"],
      ["LPUSH", "waiting_jobs", id, "other", `${id}-ghost`],
      ["ZADD", "copilot:queue:waiting_jobs:jobs", 1, id, 2, "other"],
      ["HSET", "copilot:inputs", `${id}.input`, 1, "other.input", 1],
      ["SET", "agentseen::agent-1", "1"],
      ["SET", "agentseen::agent-11", "1"],
    ]
  ) await redis.call(command);
  const owned = { queue: "waiting_jobs", ids: [id], accounts: ["agent-1"] };
  assertEquals(await removeTraces(redis, owned), []);
  const keys = await redis.call(["KEYS", "*"]);
  assertEquals([...keys as string[]].sort(), [
    "agentseen::agent-11",
    "copilot:inputs",
    "copilot:queue:waiting_jobs:jobs",
    "job:other:description",
    "waiting_jobs",
  ]);
  assertEquals(await redis.call(["LRANGE", "waiting_jobs", 0, -1]), ["other"]);
});

Deno.test("parseAccounts() reads files of accounts and never shows a password", () => {
  const text = "# accounts\nagent-1:se:cret\n\nAgent-2@site.org pass word \njm@site/main:x/y\n";
  assertEquals(parseAccounts(text), [
    { user: "agent-1", password: "se:cret" },
    { user: "agent-2", password: "pass word" },
    { user: "jm", password: "x/y", resource: "main" },
  ]);
  const error = assertThrows(() => parseAccounts("secretwithoutuser"));
  assert(error instanceof Error && !error.message.includes("secretwithoutuser"));
});

Deno.test("AccountPool gives each case accounts of its own, and rested ones where asked", async () => {
  const accounts = [{ user: "a", password: "1" }, { user: "b", password: "2" }];
  const pool = new AccountPool(accounts, systemClock);
  const first = pool.take([]);
  const second = pool.take([first]);
  assert(first.user !== second.user);
  assertThrows(() => pool.take([first, second]), CaseSkipped, "3 accounts");
  pool.asked("a");
  assertEquals((await pool.takeRested([], 60_000, 0)).user, "b");
  pool.asked("b");
  await pool.takeRested([], 60_000, 0).then(
    () => assert(false, "no account is rested"),
    (error) => assert(error instanceof CaseSkipped, String(error)),
  );
});

Deno.test("the transcript of a case is kept with its result", async () => {
  const { results: [result] } = await run(["delivery/ack/1"]);
  const sent = result?.stanzas.find(({ dir, xml }) => dir === "c2s" && xml.startsWith("<message"));
  const { id = "" } = parseXml(sent?.xml ?? "<none/>").attrs;
  assert(result?.stanzas.some(({ dir, xml }) => dir === "s2c" && xml.includes(`ack='${id}'`)));
});

Deno.test("a long run says now and then how far it is and what it waits for", async () => {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const progress = new ProgressReport({ total: 6, clock, tell: (line) => lines.push(line) });
  const [quick, slow, ...more] = ["a/b/1", "a/b/2", "a/b/3", "a/b/4", "a/b/5"].map((id) => ({
    id,
  }));
  assert(quick !== undefined && slow !== undefined);
  const waiting = { ...slow, slow: true };
  for (const test of [quick, waiting]) progress.begin(test);
  progress.end(quick);
  await clock.advance(15_000);
  for (const test of more) progress.begin(test);
  await clock.advance(15_000);
  for (const test of [waiting, ...more]) progress.end(test);
  await clock.advance(15_000);
  progress[Symbol.dispose]();
  await clock.advance(60_000);
  assertEquals(lines, [
    "1 of 6 cases done; at a/b/2 (15 s, slow)",
    "1 of 6 cases done; at a/b/2 (30 s, slow), a/b/3 (15 s), a/b/4 (15 s) and 1 more",
    "5 of 6 cases done",
  ]);
});
