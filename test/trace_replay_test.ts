/**
 * Every recorded trace of the original is played against our roles: our manager in place of the
 * original's, our agent in place of the original's. What they say must be what the original said,
 * but for the differences in the tables below; and those must be there.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../lib/cli.ts";
import { parseRsaPrivateKey, type RsaPrivateKey } from "../lib/secure/rsa_key.ts";
import type { Difference } from "../tools/trace/replay/difference.ts";
import { type InMemoryOptions, replayInMemory } from "../tools/trace/replay/in_memory.ts";
import { writeScript } from "../tools/trace/replay/script.ts";
import { readTrace, traceNames } from "./traces.ts";

/** What is different, in the order in which it is found: kind, line, and how what is meant begins. */
type Expected = readonly [kind: Difference["kind"], line: number, what: string];

/** A difference and why it is there. `played`: the side that is played; its opposite is ours. */
interface KnownDifference {
  readonly played: "agent" | "manager";
  readonly reason: string;
  /** All of it; or what every single difference must look like, where there are dozens. */
  readonly differences: readonly Expected[] | { readonly all: RegExp; readonly count: number };
}

const OUTPUT_DIR = "have_getJobOutputDir";
const UNKNOWN_JOB = "reportEvent component=jobmanager.generic.alpha event=error.invalidJobId";

/** Where the original does what we deliberately do not. */
const DELIBERATE: Readonly<Record<string, readonly KnownDifference[]>> = {
  "dedupe-same-id.jsonl": [{
    played: "agent",
    reason:
      "four copies of a message are processed four times, and an unwanted acknowledgement follows",
    differences: [
      ["missing", 39, OUTPUT_DIR],
      ["missing", 45, OUTPUT_DIR],
      ["missing", 51, OUTPUT_DIR],
      ["missing", 67, OUTPUT_DIR],
      ["missing", 71, OUTPUT_DIR],
      ["missing", 75, OUTPUT_DIR],
      ["missing", 79, "ack"],
      ["missing", 83, "ack"],
      ["missing", 95, "runJob"],
      ["missing", 101, "runJob"],
      ["missing", 107, "runJob"],
    ],
  }],
  "malformed-and-odd-messages.jsonl": [{
    played: "agent",
    reason: "`__BASE64:` is not decoded; unacknowledged answers are never repeated; only ping " +
      "requests are answered",
    differences: [
      ["unexpected", 60, OUTPUT_DIR],
      ["unexpected", 126, OUTPUT_DIR],
      ["unexpected", 150, "iq error query http://jabber.org/protocol/disco#info"],
      ["unexpected", 152, "iq error query jabber:iq:version"],
      ["unexpected", 152, OUTPUT_DIR],
      ["unexpected", 154, OUTPUT_DIR],
      ["unexpected", 161, OUTPUT_DIR],
      ["unexpected", 161, OUTPUT_DIR],
    ],
  }],
  "heartbeat-diskUsage.jsonl": [{
    played: "manager",
    reason: "`sleep` blocks the agent, which then acknowledges and answers nothing",
    differences: [["unexpected", 67, "ack"], ["unexpected", 67, "haveStatus"]],
  }],
  "heartbeat-systemLoad.jsonl": [{
    played: "manager",
    reason: "`sleep` blocks the agent, which then acknowledges and answers nothing",
    differences: [["unexpected", 67, "ack"], ["unexpected", 67, "haveStatus"]],
  }],
  "job-input-in-subdir-kills-agent.jsonl": [{
    played: "manager",
    reason: "an input file in a sub-directory kills the agent",
    differences: [["unexpected", 43, "want_getJobOutputDir"]],
  }],
  "job-input-missing-kills-agent.jsonl": [{
    played: "manager",
    reason: "a missing input file kills the agent",
    differences: [["unexpected", 43, "want_getJobOutputDir"]],
  }],
  "resend-agent-not-acked.jsonl": [{
    played: "manager",
    reason:
      "an unacknowledged request is repeated for ever, in a corrupted form, and blocks new ones",
    differences: [
      ["unexpected", 31, "want_getJob"],
      ["changed", 54, "want_getJob"],
      ["missing", 73, "want_getJob"],
      ["missing", 92, "want_getJob"],
    ],
  }],
  "monitor-events.jsonl": [{
    played: "agent",
    reason: "a report of a job that nobody knows counts as a job that has ended",
    differences: [
      ["unexpected", 127, UNKNOWN_JOB],
      ["unexpected", 133, UNKNOWN_JOB],
      ["missing", 131, "reportEventDuration component=jobmanager.generic.alpha duration=10"],
      ["missing", 137, "reportEventDuration component=jobmanager.generic.alpha duration=0"],
    ],
  }],
  "monitor-real-perl-monitor.jsonl": [{
    played: "agent",
    reason: "a report of a job that nobody knows counts as a job that has ended",
    differences: [
      ["unexpected", 150, UNKNOWN_JOB],
      ["unexpected", 156, UNKNOWN_JOB],
      ["missing", 154, "reportEventDuration component=jobmanager.generic.alpha duration=10"],
      ["missing", 160, "reportEventDuration component=jobmanager.generic.alpha duration=0"],
    ],
  }],
};

/** Where the original's secure mode is broken, or breaks whoever speaks with it. */
const SECURE: Readonly<Record<string, readonly KnownDifference[]>> = {
  "secure-mode-patched.jsonl": [{
    played: "manager",
    reason: "an agent does not acknowledge its ticket",
    differences: [["unexpected", 48, "ack"]],
  }],
  "secure-mode-unpatched.jsonl": [{
    played: "manager",
    reason: "an agent dies before its first message",
    differences: [["unexpected", 1, "getTicket"]],
  }],
  "secure-mode-agent-on-older-core.jsonl": [{
    played: "agent",
    reason: "a key manager answers each message that came back, and the server each answer",
    differences: { all: /^missing security_error errorString=Could not decrypt/, count: 371 },
  }, {
    played: "manager",
    reason: "an agent dies at a plain acknowledgement; ours asks on, and leaves errors unanswered",
    differences: { all: /^unexpected (want_getJob|ack)/, count: 373 },
  }],
};

/** Keys of the secure traces. The key manager's is that of the recording, the manager's is another. */
const KEYS = new Map([
  ["km@copilot.test", privateKey("km")],
  ["jm@copilot.test", privateKey("jm")],
]);

function privateKey(name: string): RsaPrivateKey {
  const url = new URL(`../fixtures/vectors/${name}.priv`, import.meta.url);
  return parseRsaPrivateKey(Deno.readTextFileSync(url));
}

/** Traces in which a side is missing, and so can be played against nobody. */
const NOBODY_OPPOSITE: Readonly<Record<string, readonly string[]>> = {
  agent: ["manager-offline.jsonl", "resend-agent-not-acked.jsonl"],
  manager: ["dedupe-same-id.jsonl", "malformed-and-odd-messages.jsonl"],
};

function known(name: string, played: "agent" | "manager"): KnownDifference | undefined {
  const rows = [DELIBERATE, SECURE].flatMap((table) => table[name] ?? []);
  return rows.find((row) => row.played === played);
}

function optionsFor(name: string): InMemoryOptions {
  return name.startsWith("secure-mode") ? { keys: KEYS } : {};
}

function wordsOf({ kind, expected, came }: Difference): string {
  return `${kind} ${(kind === "unexpected" ? came : expected) ?? ""}`;
}

function assertDifferences(found: readonly Difference[], row: KnownDifference | undefined): void {
  const expected = row?.differences ?? [];
  if ("all" in expected) {
    for (const difference of found) {
      assert(expected.all.test(wordsOf(difference)), wordsOf(difference));
    }
    assertEquals(found.length, expected.count);
    return;
  }
  const shown = found.map((difference, index) => {
    const what = expected[index]?.[2] ?? "";
    const words = wordsOf(difference);
    return words.startsWith(`${difference.kind} ${what}`)
      ? `${difference.kind} ${difference.line} ${what}`
      : `${difference.kind} ${difference.line} ${words}`;
  });
  assertEquals(shown, expected.map(([kind, line, what]) => `${kind} ${line} ${what}`));
}

for (const played of ["agent", "manager"] as const) {
  const ours = played === "agent" ? "manager" : "agent";
  for (const name of traceNames()) {
    if (NOBODY_OPPOSITE[played]?.includes(name) === true) continue;
    const row = known(name, played);
    const suffix = row === undefined ? "as the original did" : `differently: ${row.reason}`;
    Deno.test(`in ${name}, our ${ours} speaks ${suffix}`, async () => {
      const { differences } = await replayInMemory(readTrace(name), played, optionsFor(name));
      assertDifferences(differences, row);
    });
  }
}

Deno.test("what a component asks its own server and rooms is no part of a replay", async () => {
  const body = "<body><probe content='x'/></body>";
  const withProbes = readTrace("job-happy-path.jsonl").flatMap((record) => {
    if (record.dir !== "s2c" || !record.xml.includes("<jid>")) return [record];
    const jid = /<jid>(.*?)<\/jid>/.exec(record.xml)?.[1] ?? "";
    const probe = (dir: "c2s" | "s2c") => {
      const xml = `<message from='${jid}' to='${jid}' id='${jid}' noack='1'>${body}</message>`;
      return { ...record, t: record.t + 0.01, dir, xml };
    };
    return [record, probe("c2s"), probe("s2c")];
  }).toSorted((one, other) => one.t - other.t).map((record, index) => ({
    ...record,
    line: index + 1,
  }));
  assert(withProbes.length > readTrace("job-happy-path.jsonl").length);
  for (const played of ["agent", "manager"] as const) {
    const { differences, said } = await replayInMemory(withProbes, played);
    const plain = await replayInMemory(readTrace("job-happy-path.jsonl"), played);
    assertEquals([differences, said], [plain.differences, plain.said]);
  }
});

for (const name of traceNames().filter((name) => name.startsWith("heartbeat-"))) {
  Deno.test(`in ${name}, our manager answers a heartbeat as the original did`, async () => {
    const { differences, said } = await replayInMemory(readTrace(name), "heartbeat");
    assertDifferences(differences, undefined);
    assert(said > 0);
  });
}

Deno.test("the monitor is told the same, whether it is played or the agent", async () => {
  for (const name of ["monitor-events.jsonl", "monitor-real-perl-monitor.jsonl"]) {
    const { differences } = await replayInMemory(readTrace(name), "monitor");
    assertDifferences(differences, known(name, "agent"));
  }
});

Deno.test("a side that a trace does not have is refused, and who is there is named", () => {
  for (const played of ["agent", "manager"] as const) {
    for (const name of NOBODY_OPPOSITE[played] ?? []) {
      const error = assertThrows(() => writeScript(readTrace(name), played), UsageError);
      assert(
        /^Cannot play the side \w+: there is no \w+ in this trace, but \w+/.test(error.message),
      );
    }
  }
});
