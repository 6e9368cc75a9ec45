/** Whom the heartbeat tool asks, when it knows that all have answered, and whom it names. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Link, LinkHandler } from "../../../lib/messaging/link.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";
import { settled, VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { answerTable } from "../../../tools/heartbeat/output.ts";
import type { Question, RoundResult } from "../../../tools/heartbeat/round.ts";
import { HeartbeatSession } from "../../../tools/heartbeat/session.ts";
import { parseTargets } from "../../../tools/heartbeat/targets.ts";
import { UnreachableError } from "../../../lib/cli/exit_code.ts";
import { readTrace } from "../../traces.ts";
import { FOREVER, LOUNGE, Lounge } from "./_lounge.ts";

/** Who answered (by JID), and who did not and why. */
function summary({ answers, silent }: RoundResult) {
  return {
    answered: answers.map(({ jid }) => jid).sort(),
    silent: silent.map(({ target, reason }) => `${target.label}: ${reason}`).sort(),
  };
}

Deno.test("HeartbeatSession asks everybody in the room and ends when the last has answered", async () => {
  await using lounge = new Lounge();
  for (const user of ["jobmanager", "agent-1", "agent-2"]) await lounge.component(user);
  const session = await lounge.open();
  for (const question of ["list", "systemLoad", "runningProcesses"] as const) {
    const beganMs = lounge.clock.now();
    const result = await lounge.inTime(session.ask(question, "room", FOREVER));
    assertEquals(summary(result), {
      answered: ["agent-1/agent-1", "agent-2/agent-2", "jobmanager/jobmanager"]
        .map((jid) => jid.replace("/", "@localhost/")),
      silent: [],
    });
    assert(lounge.clock.now() - beganMs < 100, "It waited although all had answered");
  }
});

Deno.test("HeartbeatSession is understood in a room that empties the original's messages", async () => {
  for (const passes of ["everything", "known"] as const) {
    await using lounge = new Lounge({ passes, passesInRooms: "known" });
    for (const user of ["jobmanager", "agent"]) {
      await lounge.component(user, true, { envelope: "auto" });
    }
    const session = await lounge.open({ envelope: "auto", timeoutMs: 3000 });
    const result = await lounge.inTime(session.ask("systemLoad", "room", FOREVER));
    assertEquals([result.answers.length, result.silent.length], [2, 0], passes);
    const nicks = result.answers.map(({ target }) => target.address.replace(/^.*\//, ""));
    const targets = parseTargets(nicks, LOUNGE);
    const each = await lounge.inTime(session.ask("systemLoad", targets, FOREVER));
    assertEquals([each.answers.length, each.silent.length], [2, 0], passes);
    const deaf = await lounge.open({ envelope: "original", timeoutMs: 3000 });
    const none = await lounge.inTime(deaf.ask("systemLoad", "room", FOREVER));
    assertEquals(none.answers, []);
  }
});

Deno.test("HeartbeatSession names who has not answered when the time is up", async () => {
  await using lounge = new Lounge();
  await lounge.component("agent");
  await lounge.component("deaf", false);
  const session = await lounge.open({ timeoutMs: 3000 });
  const beganMs = lounge.clock.now();
  const result = await lounge.inTime(session.ask("list", "room", FOREVER));
  const { answered, silent } = summary(result);
  assertEquals(answered, ["agent@localhost/agent"]);
  assertEquals(silent.map((text) => text.replace(/^\S+: /, "")), ["no answer"]);
  assertEquals(lounge.clock.now() - beganMs, 3000);
});

Deno.test("HeartbeatSession does not wait for who leaves the room", async () => {
  await using lounge = new Lounge();
  const deaf = await lounge.component("deaf", false);
  const session = await lounge.open();
  const beganMs = lounge.clock.now();
  const asked = session.ask("systemLoad", "room", FOREVER);
  await settled();
  await deaf[Symbol.asyncDispose]();
  const { silent } = summary(await lounge.inTime(asked));
  assertEquals(silent.map((text) => text.replace(/^\S+: /, "")), ["left the room"]);
  assert(lounge.clock.now() - beganMs < 1000);
});

Deno.test("HeartbeatSession asks by nick, by room JID, by full JID and by account", async () => {
  await using lounge = new Lounge();
  for (const user of ["one", "two", "three", "four", "five"]) await lounge.component(user);
  const session = await lounge.open();
  const { answers } = await lounge.inTime(session.ask("list", "room", FOREVER));
  const nickOf = (user: string) =>
    answers.find(({ jid }) => jid === `${user}@localhost/${user}`)?.target.nick ?? "";
  const targets = parseTargets([
    nickOf("one"),
    `${LOUNGE}/${nickOf("two")}`,
    "three@localhost/three",
    "four@localhost",
    nickOf("one"),
  ], LOUNGE);
  const result = await lounge.inTime(session.ask("systemLoad", targets, FOREVER));
  assertEquals(summary(result), {
    answered: ["four", "one", "three", "two"].map((user) => `${user}@localhost/${user}`),
    silent: [],
  });
});

Deno.test("HeartbeatSession says at once who is not there", async () => {
  await using lounge = new Lounge();
  const session = await lounge.open();
  const beganMs = lounge.clock.now();
  const targets = parseTargets(["nobody", "gone@localhost/x"], LOUNGE);
  const result = await lounge.inTime(session.ask("list", targets, FOREVER));
  assertEquals(summary(result), {
    answered: [],
    silent: ["nobody: not in the room", "x: not reachable"],
  });
  assert(lounge.clock.now() - beganMs < 1000);
});

Deno.test("HeartbeatSession asks nobody in an empty room", async () => {
  await using lounge = new Lounge();
  const session = await lounge.open();
  const result = await lounge.inTime(session.ask("list", "room", FOREVER));
  assertEquals(result, { answers: [], silent: [] });
});

Deno.test("HeartbeatSession understands answers in either form of messages", async () => {
  for (const envelope of ["original", "namespaced"] as const) {
    await using lounge = new Lounge();
    await lounge.component("original", true, { envelope: "original" });
    await lounge.component("namespaced", true, { envelope: "namespaced" });
    const session = await lounge.open({ envelope });
    const { answers, silent } = await lounge.inTime(session.ask("systemLoad", "room", FOREVER));
    assertEquals([answers.length, silent.length], [2, 0], envelope);
  }
});

Deno.test("HeartbeatSession joins the room again after a broken connection", async () => {
  await using lounge = new Lounge();
  await lounge.component("agent");
  const session = await lounge.open();
  lounge.broker.kill();
  await lounge.clock.advance(20_000);
  const { answers, silent } = await lounge.inTime(session.ask("list", "room", FOREVER));
  assertEquals([answers.length, silent.length], [1, 0]);
});

Deno.test("HeartbeatSession.open() fails where there is no room", async () => {
  await using lounge = new Lounge();
  for (const room of ["lounge@conference.nowhere", "lounge@localhost"]) {
    const opened = lounge.session({ room }).open(FOREVER);
    await assertRejects(() => lounge.inTime(opened), UnreachableError, room);
  }
});

Deno.test("HeartbeatSession.ask() ends with its signal", async () => {
  await using lounge = new Lounge();
  await lounge.component("deaf", false);
  const session = await lounge.open();
  const controller = new AbortController();
  const asked = session.ask("list", "room", controller.signal);
  await settled();
  controller.abort(new Error("Enough"));
  await assertRejects(() => lounge.inTime(asked), Error, "Enough");
});

/** A link that is moved by the test. */
class TestLink implements Link {
  readonly jid = Jid.parse("heartbeat@copilot.test/default");
  readonly sent: XmlElement[] = [];
  handler: LinkHandler | undefined;
  readonly #opened = Promise.withResolvers<Jid>();

  open(handler: LinkHandler): Promise<Jid> {
    this.handler = handler;
    return this.#opened.promise;
  }

  goOnline(): void {
    this.handler?.onStatus({ type: "online", jid: this.jid });
    this.#opened.resolve(this.jid);
  }

  send(stanza: XmlElement): void {
    this.sent.push(stanza);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.handler?.onStatus({ type: "closed", reason: "disposed of" });
    return Promise.resolve();
  }
}

Deno.test("HeartbeatSession.open() fails where the server cannot be reached", async () => {
  for (
    const [happen, reason] of [
      [
        (link: TestLink) =>
          link.handler?.onStatus({ type: "offline", reason: "refused", retryMs: 1 }),
        "Cannot reach the XMPP server: refused",
      ],
      [() => {}, "Cannot reach the XMPP server: no answer within 10 s"],
    ] as const
  ) {
    const link = new TestLink();
    const clock = new VirtualClock();
    await using session = new HeartbeatSession({ link, room: LOUNGE, clock });
    const opened = assertRejects(() => session.open(FOREVER), UnreachableError, reason);
    happen(link);
    await clock.advance(10_000);
    await opened;
  }
});

Deno.test("HeartbeatSession.open() joins first and does not ask before the room has answered", async () => {
  const link = new TestLink();
  const clock = new VirtualClock();
  await using session = new HeartbeatSession({ link, room: LOUNGE, clock });
  const opened = assertRejects(() => session.open(FOREVER), UnreachableError, `the room ${LOUNGE}`);
  link.goOnline();
  await clock.advance(10_000);
  await opened;
  assertEquals(link.sent.map(({ name }) => name), ["presence"]);
});

/** Asks in a room of recorded components: what the server sent to the original's tool is brought again. */
async function replay(question: Question): Promise<RoundResult> {
  const stanzas = readTrace(`heartbeat-${question}.jsonl`)
    .filter(({ conn, dir, xml }) =>
      conn === "heartbeat" && dir === "s2c" && /^<(presence|message)/.test(xml)
    )
    .map(({ xml }) => parseXml(xml));
  const link = new TestLink();
  const clock = new VirtualClock();
  const room = "pilots-lounge@conference.copilot.test";
  await using session = new HeartbeatSession({ link, room, clock });
  const opened = session.open(FOREVER);
  link.goOnline();
  for (const stanza of stanzas) if (stanza.name === "presence") link.handler?.onStanza(stanza);
  await opened;
  const asked = session.ask(question, "room", FOREVER);
  await settled();
  for (const stanza of stanzas) if (stanza.name === "message") link.handler?.onStanza(stanza);
  await clock.advance(10_000);
  return await asked;
}

const RECORDED: readonly (readonly [Question, table: string, silent: number])[] = [
  [
    "list",
    `Room nick                             Answer
6b3b68ed-08cc-4b64-8e74-c3b41b5610e7    0 ms
d530ebca-26c9-4eb1-8fa2-5fc1b1247e52    0 ms
`,
    0,
  ],
  [
    "systemLoad",
    `Room nick                             1min  5min  15min
6380c6ce-548d-426f-9aee-2d4ef9fbf55f  0.59  0.41   0.38
`,
    1,
  ],
  [
    "diskUsage",
    `Room nick                             Path           Size      Used  Available  Used%  Mount point
cee06b62-1556-43c4-b6ff-4302883c2d2f  /dev/vda  252.0 GiB  24.0 GiB   77.5 GiB    24%  /
`,
    1,
  ],
  [
    "memoryUsage",
    `Room nick                             Memory     Used  Available
66ebe2dc-4963-40c0-b8a7-da0d35c334fd  mem     4.1 GiB   19.4 GiB
66ebe2dc-4963-40c0-b8a7-da0d35c334fd  swap      0 MiB      0 MiB
7e9c8986-ccee-4d98-8b61-94891173cf20  mem     4.1 GiB   19.4 GiB
7e9c8986-ccee-4d98-8b61-94891173cf20  swap      0 MiB      0 MiB
`,
    0,
  ],
];

for (const [question, table, silent] of RECORDED) {
  Deno.test(`in heartbeat-${question}.jsonl, HeartbeatSession understands the original's components`, async () => {
    const result = await replay(question);
    assertEquals(answerTable(question, result, false), table);
    assertEquals(result.silent.length, silent);
  });
}
