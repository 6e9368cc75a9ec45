import { assert, assertEquals, assertThrows } from "@std/assert";
import { SecureConsumer } from "../../../lib/messaging/secure_consumer.ts";
import { readSessionStanza } from "../../../lib/messaging/session_stanza.ts";
import { decodeInfo, encodeInfo } from "../../../lib/protocol/info.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import { childNamed, xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";
import { seededRandom } from "../../../lib/random.ts";
import type { RsaPublicKey } from "../../../lib/secure/rsa_key.ts";
import { SecurityError } from "../../../lib/secure/security_error.ts";
import { decryptInfo } from "../../../lib/secure/session_envelope.ts";
import { unwrapSessionKey } from "../../../lib/secure/session_key.ts";
import { messagesOf } from "../../traces.ts";
import { decryptedTrace, privateKeyOf, vectors } from "../secure/_vectors.ts";
import { guardScene } from "./_guard_scene.ts";

const kmKey = privateKeyOf(vectors.ticket.km_private_key_pkcs1_der_base64);
const jmKey = privateKeyOf(vectors.message_vectors[2]?.private_key_pkcs1_der_base64 ?? "");
const sessionKey = Uint8Array.fromHex(decryptedTrace[0]?.session_key_hex ?? "");
const AGENT = "agent@copilot.test/07d1837fbf486e4531b73dbe9fe2e4c0";
const TICKET = decodeInfo(parseXml(decryptedTrace[1]?.info_xml ?? "")).attributes["ticket"];
const keys = new Map<string, RsaPublicKey>([
  ["km@copilot.test", kmKey.publicKey],
  ["jm@copilot.test", jmKey.publicKey],
]);

/** Gives out the recorded session key first. */
function recordedRandom() {
  const random = seededRandom(1);
  let isFirst = true;
  return {
    bytes(length: number) {
      if (!isFirst) return random.bytes(length);
      isFirst = false;
      return new Uint8Array(sessionKey);
    },
  };
}

const agentScene = (options: { keyManager?: Jid | undefined } = {
  keyManager: Jid.parse("km@copilot.test"),
}) =>
  guardScene(AGENT, (port, common) =>
    new SecureConsumer(port, {
      ...common,
      ...options,
      keys,
      credential: "blah",
      random: recordedRandom(),
    }));

/** What the recorded agent got, with a body. */
const answers = messagesOf("secure-mode-patched.jsonl").filter(({ line, stanza }) =>
  line.conn === "agent" && line.dir === "s2c" && childNamed(stanza, "body") !== undefined
).map(({ stanza }) => stanza);

function command(
  name: string,
  to = "jm@copilot.test",
  more: Record<string, string> = {},
): XmlElement {
  const info = encodeInfo("info", { attributes: { command: name }, children: {} });
  const address = { from: "agent@copilot.test", to, id: name, ...more };
  return xml("message", address, xml("body", {}, info));
}

/** What a manager reads in a request. */
function opened(stanza: XmlElement | undefined, key = jmKey): Record<string, string> {
  const { body } = readSessionStanza(stanza ?? xml("none"));
  const received = unwrapSessionKey(body?.sessionKey ?? "", key);
  assertEquals(received, sessionKey);
  return { ...decryptInfo(body?.info ?? "", received).attributes };
}

Deno.test("an agent asks for a ticket as soon as it is online", async () => {
  const { link } = await agentScene();
  assertEquals(link.sent.length, 1);
  assertEquals(link.sent[0]?.attrs["to"], "km@copilot.test");
  assertEquals(opened(link.sent[0], kmKey), { command: "getTicket", credential: "blah" });
});

Deno.test("an agent opens every recorded answer, and keeps the ticket to itself", async () => {
  const { link, given } = await agentScene();
  for (const stanza of answers) link.bring(stanza);
  const names = given.map(decodeMessage).map((message) =>
    message.kind === "command" ? message.info.attributes["command"] : message.kind
  );
  assertEquals(
    names,
    [
      "have_getJob",
      "runJob",
      "have_getJobOutputDir",
      "storeJobOutputDir",
      "sleep",
    ],
  );
  assertEquals(names.length, answers.length - 1);
  assertEquals(link.sent.map(({ attrs }) => attrs["ack"]), [undefined, answers[0]?.attrs["id"]]);
});

Deno.test("requests wait for the ticket and then carry it", async () => {
  const { link, guarded } = await agentScene();
  guarded.send(command("want_getJob"));
  guarded.send(command("want_getJob"));
  assertEquals(link.sent.length, 1);
  link.bring(answers[0] ?? xml("none"));
  const requests = link.sent.filter(({ attrs }) => attrs["id"] === "want_getJob");
  assertEquals(requests.map((stanza) => opened(stanza)), [
    { command: "want_getJob", componentAuthenticationTicket: TICKET ?? "" },
  ]);
  guarded.send(command("getJob"));
  assertEquals(opened(link.sent.at(-1))["componentAuthenticationTicket"], TICKET);
});

Deno.test("the session key goes to a receiver in the same bytes each time", async () => {
  const { link, guarded } = await agentScene({});
  guarded.send(command("getJob"));
  guarded.send(command("jobDone"));
  guarded.send(command("getJob", "jm@copilot.test/alpha"));
  const wrapped = link.sent.map((stanza) => readSessionStanza(stanza).body?.sessionKey);
  assertEquals(wrapped[0], wrapped[1]);
  assertEquals(wrapped[0] === wrapped[2], false);
});

Deno.test("without a key manager an agent shows what the original shows", async () => {
  const { link, guarded } = await agentScene({});
  assertEquals(link.sent, []);
  guarded.send(command("want_getJob"));
  assertEquals(opened(link.sent[0]), {
    command: "want_getJob",
    componentAuthenticationTicket: "No ticket",
  });
});

Deno.test("an agent asks again until there is a ticket, renews it, and shows no expired one", async () => {
  const { link, guarded, clock } = await agentScene();
  const asked = () => link.sent.filter(({ attrs }) => attrs["to"] === "km@copilot.test").length;
  await clock.advance(19_999);
  assertEquals(asked(), 1);
  await clock.advance(1);
  assertEquals(asked(), 2);
  await clock.advance(40_000);
  assertEquals(asked(), 3);
  link.bring(answers[0] ?? xml("none"));
  const before = asked();
  await clock.advance(86_400_000 * 0.75 - 1);
  assertEquals(asked(), before);
  await clock.advance(1);
  assertEquals(asked(), before + 1);
  await clock.advance(86_400_000 * 0.25);
  guarded.send(command("getJob"));
  assertEquals(link.sent.at(-1)?.attrs["to"], "km@copilot.test");
});

Deno.test("an agent asks nobody while it is offline", async () => {
  const { link, clock } = await agentScene();
  link.offline();
  await clock.advance(3_600_000);
  assertEquals(link.sent.length, 1);
  link.online(Jid.parse(AGENT));
  assertEquals(link.sent.length, 2);
});

Deno.test("an agent takes no forged ticket and no forged answer", async () => {
  const { link, given, guarded, logged } = await agentScene();
  const [ticket, answer] = answers;
  assert(ticket !== undefined && answer !== undefined);
  link.bring({ ...ticket, attrs: { ...ticket.attrs, from: "jm@copilot.test/alpha" } });
  guarded.send(command("getJob"));
  assertEquals(link.sent.some(({ attrs }) => attrs["id"] === "getJob"), false);
  given.length = 0;
  link.bring(command("runJob", AGENT, { from: "jm@copilot.test/alpha", id: "x" }));
  link.bring(command("security_error", AGENT, { from: "km@copilot.test/1", id: "y" }));
  link.bring({ ...answer, attrs: { ...answer.attrs, from: "stranger@copilot.test/1" } });
  link.bring({ ...answer, children: [xml("body", { info: "_BASE64:AAAA" })] });
  const commands = given.map(decodeMessage).filter(({ kind }) => kind === "command");
  assertEquals(commands, []);
  const warnings = logged.map(({ message }) => message).filter((text) => !text.startsWith("Got a"));
  assertEquals(warnings.length, 3);
});

Deno.test("an agent leaves acknowledgements, errors and monitoring alone", async () => {
  const { link, guarded, given } = await agentScene({});
  const acknowledgement = xml("message", {
    ack: "1",
    from: "agent@copilot.test",
    to: "jm@copilot.test",
  });
  guarded.send(acknowledgement);
  guarded.send(command("reportEvent", "mon@copilot.test"));
  guarded.send(command("Heartbeat:ping", "room@conference.copilot.test", { type: "groupchat" }));
  guarded.send(command("getJob", "stranger@copilot.test"));
  assertEquals(link.sent.map(({ attrs }) => attrs["id"]), [
    undefined,
    "reportEvent",
    "Heartbeat:ping",
  ]);
  const bounced = command("getJob", AGENT, { from: "jm@copilot.test", type: "error" });
  link.bring({ ...bounced, children: [...bounced.children, xml("error", {}, xml("gone"))] });
  link.bring({
    ...acknowledgement,
    attrs: { ...acknowledgement.attrs, from: "jm@copilot.test/1" },
  });
  assertEquals(given.map((stanza) => decodeMessage(stanza).kind), ["error", "ack"]);
});

Deno.test("an agent cannot be made without its key manager's key", () => {
  const keyManager = Jid.parse("other@copilot.test");
  const port = { send: () => {}, jid: undefined };
  const clock = { now: () => 0, after: () => ({ cancel: () => {} }) };
  const log = undefined as never;
  assertThrows(
    () => new SecureConsumer(port, { keys, keyManager, log, clock, random: seededRandom(1) }),
    SecurityError,
    "other@copilot.test",
  );
});
