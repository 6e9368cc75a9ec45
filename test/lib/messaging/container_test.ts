/** What a container does with stanzas, whoever is hosted. */
import { assertEquals, assertRejects } from "@std/assert";
import { createLogger, memorySink } from "../../../lib/log.ts";
import {
  type Component,
  Container,
  type ContainerOptions,
  type Reply,
} from "../../../lib/messaging/container.ts";
import { heartbeat, HEARTBEAT_PREFIX } from "../../../lib/messaging/heartbeat.ts";
import type { Link, LinkHandler, LinkStatus } from "../../../lib/messaging/link.ts";
import type { Command } from "../../../lib/protocol/commands.ts";
import { formatCommand } from "../../../lib/protocol/command_codec.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { decodeMessage, encodeMessage } from "../../../lib/protocol/message.ts";
import { xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";
import { seededRandom } from "../../../lib/random.ts";
import { settled, VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { messagesOf } from "../../traces.ts";

const ME = Jid.parse("jm@copilot.test/one");
const PEER = "agent@copilot.test/x";
const PING: Command = { command: "Heartbeat:ping" };
const WANT: Command = { command: "want_getJobOutputDir", jobID: "J1", agentHost: "vm" };
const HAVE: Command = { command: "have_getJobOutputDir" };

/** A link that is moved by the test. */
class TestLink implements Link {
  readonly sent: XmlElement[] = [];
  readonly #opened = Promise.withResolvers<Jid>();
  #handler: LinkHandler | undefined;
  jid: Jid | undefined;

  open(handler: LinkHandler): Promise<Jid> {
    this.#handler = handler;
    return this.#opened.promise;
  }

  send(stanza: XmlElement): void {
    this.sent.push(stanza);
  }

  bring(stanza: XmlElement): void {
    this.#handler?.onStanza(stanza);
  }

  status(status: LinkStatus): void {
    this.jid = status.type === "online" ? status.jid : undefined;
    this.#handler?.onStatus(status);
    if (status.type === "online") this.#opened.resolve(status.jid);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

function command(
  info: Command,
  more: { id?: string; noack?: boolean; from?: string; to?: string } = {},
) {
  return encodeMessage({
    kind: "command",
    from: more.from ?? PEER,
    to: more.to ?? ME.bare,
    id: more.id ?? "m1",
    noack: more.noack ?? false,
    groupchat: false,
    info: formatCommand(info),
  });
}

/** A container online, with a component that answers as told. */
async function setup(
  answer: (command: Command) => readonly Reply[] | Promise<readonly Reply[]> = () => [],
  options: Partial<ContainerOptions> = {},
  more: Partial<Component> = {},
) {
  const link = new TestLink();
  const clock = new VirtualClock();
  const log = memorySink();
  const handled: Command[] = [];
  const container = new Container({
    link,
    component: {
      handle: (command) => {
        handled.push(command);
        return answer(command);
      },
      ...more,
    },
    log: createLogger({ sinks: [log] }),
    clock,
    random: seededRandom(1),
    ...options,
  });
  const started = container.start();
  link.status({ type: "online", jid: ME });
  await started;
  const said = () =>
    link.sent.map((stanza) => {
      const message = decodeMessage(stanza);
      if (message.kind === "ack") return `ack ${message.ack}`;
      if (message.kind !== "command") return stanza.name;
      return message.info.attributes["command"] ?? "";
    });
  return { link, clock, log, handled, container, said };
}

Deno.test("Container acknowledges once the effect is stored, before it answers", async () => {
  const { promise: stored, resolve: store } = Promise.withResolvers<readonly Reply[]>();
  const { link, said } = await setup(() => stored);
  link.bring(command(WANT));
  await settled();
  assertEquals(said(), []);
  store([{ command: HAVE }]);
  await settled();
  assertEquals(said(), ["ack m1", "have_getJobOutputDir"]);
  assertEquals(link.sent.map(({ attrs }) => attrs["to"]), [PEER, PEER]);
  assertEquals(link.sent.map(({ attrs }) => attrs["from"]), [ME.bare, ME.bare]);
});

Deno.test("Container does not acknowledge what failed, and processes the next copy", async () => {
  let failures = 1;
  const { link, said, log } = await setup(() => {
    if (failures-- > 0) throw new Error("Redis is down");
    return [{ command: HAVE }];
  });
  link.bring(command(WANT));
  await settled();
  assertEquals(said(), []);
  assertEquals(log.records.at(-1)?.level, "error");
  link.bring(command(WANT));
  await settled();
  assertEquals(said(), ["ack m1", "have_getJobOutputDir"]);
});

Deno.test("Container answers noack commands without acknowledging them", async () => {
  const { link, said } = await setup(() => [{ command: HAVE }]);
  link.bring(command(WANT, { noack: true }));
  await settled();
  assertEquals(said(), ["have_getJobOutputDir"]);
});

Deno.test("Container processes a command once and acknowledges each copy", async () => {
  const { link, said, handled } = await setup(() => [{ command: HAVE }]);
  for (let copy = 0; copy < 6; copy++) {
    link.bring(command(WANT));
    await settled();
  }
  assertEquals(handled.length, 1);
  assertEquals(said().filter((what) => what === "ack m1").length, 6);
  assertEquals(said().filter((what) => what === "have_getJobOutputDir").length, 1);
});

Deno.test("Container never answers an error", async () => {
  const { link, handled } = await setup(() => [{ command: HAVE }]);
  const error = xml("error", { type: "cancel" }, xml("item-not-found"));
  const { attrs, children } = command(WANT);
  link.bring(xml("message", { ...attrs, type: "error" }, ...children, error));
  await settled();
  assertEquals([link.sent, handled], [[], []]);
});

Deno.test("Container bears messages from nobody, without id, without content", async () => {
  const { link, handled } = await setup(() => [{ command: HAVE }]);
  link.bring(xml("message", { from: "@", id: "1" }, ...command(WANT).children));
  link.bring(xml("message", { from: PEER }, ...command(WANT).children));
  link.bring(xml("message", { from: PEER, id: "1" }));
  link.bring(xml("message", { from: PEER, id: "1" }, xml("body", {}, "hello")));
  link.bring(xml("message", { from: PEER, ack: "" }));
  link.bring(xml("message", { from: PEER, ack: "nosuch" }));
  link.bring(xml("presence", { from: PEER }));
  link.bring(xml("other", {}));
  await settled();
  assertEquals([link.sent, handled], [[], []]);
});

Deno.test("Container answers iq pings, and refuses every other request", async () => {
  const { link } = await setup();
  const from = PEER;
  link.bring(xml("iq", { type: "get", id: "1", from }, xml("ping", { xmlns: "urn:xmpp:ping" })));
  link.bring(xml("iq", { type: "set", id: "2", from }, xml("query", { xmlns: "jabber:iq:x" })));
  link.bring(xml("iq", { type: "result", id: "3", from }));
  assertEquals(link.sent.map(({ attrs }) => [attrs["id"], attrs["type"], attrs["to"]]), [
    ["1", "result", PEER],
    ["2", "error", PEER],
  ]);
});

Deno.test("Container gives prefixed commands to the plugin of that prefix alone", async () => {
  const plugins = { [HEARTBEAT_PREFIX]: heartbeat() };
  const { link, handled, said } = await setup(() => [], { plugins });
  link.bring(command(PING, { id: "1" }));
  for (
    const [id, name] of ["NoPlugin:hello", "Heartbeat:nosuch", "Heartbeat:", ":", "toString:x"]
      .entries()
  ) {
    const info = { attributes: { command: name }, children: {} };
    link.bring(command({ command: "unknown", name, info }, { id: `u${id}` }));
  }
  await settled();
  assertEquals(handled, []);
  assertEquals(said().filter((what) => what === "pong").length, 1);
  assertEquals(said().filter((what) => what.startsWith("ack")).length, 6);
});

Deno.test("Container hands unknown commands to its component, whole", async () => {
  const { link, handled, said } = await setup();
  const info = { attributes: { command: "newThing", colour: "blue" }, children: {} };
  link.bring(command({ command: "unknown", name: "newThing", info }));
  await settled();
  assertEquals(handled[0]?.command === "unknown" && handled[0].info.attributes["colour"], "blue");
  assertEquals(said(), ["ack m1"]);
});

Deno.test("Container leaves alone what was said in a room before it came", async () => {
  const room = "lounge@conference.copilot.test";
  const { link, handled } = await setup(() => [], { room });
  const { attrs, children } = command(WANT, { from: `${room}/gone`, noack: true });
  const said = xml("message", { ...attrs, type: "groupchat" }, ...children);
  const delay = xml("delay", { xmlns: "urn:xmpp:delay", stamp: "2026-01-01T00:00:00Z" });
  link.bring({ ...said, children: [...children, delay] });
  await settled();
  assertEquals(handled, []);
  link.bring(said);
  await settled();
  assertEquals(handled.length, 1);
});

Deno.test("Container joins its room after each connection, and does not hear itself there", async () => {
  const room = "lounge@conference.copilot.test";
  const { link, handled } = await setup(() => [], { room });
  const join = link.sent[0];
  assertEquals([join?.name, join?.attrs["from"]], ["presence", ME.bare]);
  const to = join?.attrs["to"] ?? "";
  assertEquals(to.startsWith(`${room}/`), true);
  link.bring(command(WANT, { from: to }));
  link.bring(command(WANT, { from: `${room}/other` }));
  await settled();
  assertEquals(handled.length, 1);
  link.status({ type: "offline", reason: "lost", retryMs: 1 });
  link.status({ type: "online", jid: ME });
  assertEquals(link.sent.filter(({ name }) => name === "presence").length, 2);
});

Deno.test("Container leaves what is for another session of its account, where told to", async () => {
  for (const [ownSessionOnly, expected] of [[true, 2], [false, 3]] as const) {
    const { link, handled } = await setup(() => [], { ownSessionOnly });
    link.bring(command(WANT, { id: "1", to: "jm@copilot.test/gone" }));
    link.bring(command(WANT, { id: "2", to: "jm@copilot.test/one" }));
    link.bring(command(WANT, { id: "3", to: "jm@copilot.test" }));
    await settled();
    assertEquals(handled.length, expected);
  }
});

Deno.test("Container tells its component of every sign of life", async () => {
  const alive: string[] = [];
  const { link } = await setup(() => [], {}, { onSignOfLife: (jid) => alive.push(jid.full) });
  link.bring(command(WANT));
  link.bring(xml("message", { from: PEER, ack: "x" }));
  const error = xml("error", { type: "cancel" }, xml("service-unavailable"));
  link.bring(xml("message", { from: PEER, type: "error", id: "x" }, error));
  assertEquals(alive, [PEER, PEER]);
});

Deno.test("Container leaves commands for later when too many are at work", async () => {
  const { link, handled, log } = await setup(() => new Promise(() => {}), { concurrency: 2 });
  for (const id of ["1", "2", "3"]) link.bring(command(WANT, { id }));
  await settled();
  assertEquals(handled.length, 2);
  assertEquals(log.records.at(-1)?.level, "warning");
});

Deno.test("Container sends what was posted while it was offline, and says what became of it", async () => {
  const { link, container, said } = await setup();
  link.status({ type: "offline", reason: "lost", retryMs: 1 });
  const outcome = container.post(PEER, PING);
  assertEquals([said(), container.pending], [[], 1]);
  link.status({ type: "online", jid: ME });
  assertEquals(said(), ["Heartbeat:ping"]);
  link.bring(xml("message", { from: PEER, ack: link.sent[0]?.attrs["id"] ?? "" }));
  assertEquals(await outcome, "acked");
});

Deno.test("Container tells who answers what became of the answer", async () => {
  const outcomes: string[] = [];
  const { link } = await setup(() => [
    { command: HAVE, onOutcome: (outcome) => outcomes.push(outcome) },
  ]);
  link.bring(command(WANT));
  await settled();
  const id = link.sent[1]?.attrs["id"] ?? "";
  const error = xml("error", { type: "cancel" }, xml("service-unavailable"));
  link.bring(xml("message", { from: PEER, type: "error", id }, error));
  await settled();
  assertEquals(outcomes, ["bounced"]);
});

Deno.test("Container.start() ends with its signal when the server is never reached", async () => {
  const link = new TestLink();
  const container = new Container({
    link,
    component: { handle: () => [] },
    log: createLogger({ sinks: [memorySink()] }),
  });
  const controller = new AbortController();
  const started = container.start(controller.signal);
  controller.abort(new Error("Enough"));
  await assertRejects(() => started, Error, "Enough");
});

Deno.test("Container.closed is aborted when the link gives up", async () => {
  const { link, container } = await setup();
  link.status({ type: "offline", reason: "lost", retryMs: 1 });
  assertEquals(container.closed.aborted, false);
  link.status({ type: "closed", reason: "Cannot log in: not-authorized" });
  assertEquals(container.closed.aborted, true);
  assertEquals(container.closed.reason.name, "LinkRefusedError");
});

Deno.test("Container processes the original's corrupted resend like the first copy", async () => {
  const copies = messagesOf("resend-agent-not-acked.jsonl")
    .filter(({ line }) => line.conn === "hand2" && line.dir === "s2c")
    .map(({ stanza }) => stanza);
  assertEquals(copies.length, 4);
  for (const copy of copies) {
    const { link, handled, said } = await setup();
    link.bring(copy);
    await settled();
    const [got] = handled;
    assertEquals(got?.command === "want_getJob" && got.agentHost, "vm");
    assertEquals(said(), [`ack ${copy.attrs["id"]}`]);
  }
});

Deno.test("Container takes the resends of a later session for the messages that they are", async () => {
  // After each reconnect the original has another resource, so that its resend comes from another JID.
  const { link, handled } = await setup();
  const stanza = parseXml(
    "<message id='1' from='a@b/one' to='jm@copilot.test'><body><info command='storeJob'/></body></message>",
  );
  link.bring(stanza);
  link.bring({ ...stanza, attrs: { ...stanza.attrs, from: "a@b/two" } });
  await settled();
  assertEquals(handled.length, 2);
});
