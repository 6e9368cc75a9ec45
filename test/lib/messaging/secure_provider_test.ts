import { assert, assertEquals } from "@std/assert";
import { readSessionStanza, withSessionBody } from "../../../lib/messaging/session_stanza.ts";
import { SecureProvider } from "../../../lib/messaging/secure_provider.ts";
import { decodeInfo, encodeInfo } from "../../../lib/protocol/info.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import { childNamed, xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";
import { seededRandom } from "../../../lib/random.ts";
import { decryptInfo, encryptInfo } from "../../../lib/secure/session_envelope.ts";
import { wrapSessionKey } from "../../../lib/secure/session_key.ts";
import { parseRsaPublicKey } from "../../../lib/secure/rsa_key.ts";
import { messagesOf } from "../../traces.ts";
import { decryptedTrace, privateKeyOf, vectors } from "../secure/_vectors.ts";
import { guardScene } from "./_guard_scene.ts";

const kmKey = privateKeyOf(vectors.ticket.km_private_key_pkcs1_der_base64);
const keyManager = parseRsaPublicKey(vectors.ticket.km_public_key_pem);
const jmKey = privateKeyOf(vectors.message_vectors[2]?.private_key_pkcs1_der_base64 ?? "");
const sessionKey = Uint8Array.fromHex(decryptedTrace[0]?.session_key_hex ?? "");
const AGENT = "agent@copilot.test/07d1837fbf486e4531b73dbe9fe2e4c0";
const TICKET = decodeInfo(parseXml(decryptedTrace[1]?.info_xml ?? "")).attributes["ticket"] ?? "";

/** What a recorded component got. */
function recorded(conn: string): XmlElement[] {
  return messagesOf("secure-mode-patched.jsonl").filter(({ line, stanza }) =>
    line.conn === conn && line.dir === "s2c" && childNamed(stanza, "body") !== undefined
  ).map(({ stanza }) => stanza);
}

/** The recorded request, its session key for our manager: the recorded one's private key is not known. */
function readdressed(stanza: XmlElement, key = sessionKey): XmlElement {
  const { body } = readSessionStanza(stanza);
  const wrapped = wrapSessionKey(key, jmKey.publicKey, seededRandom(3));
  return withSessionBody(stanza, { info: body?.info ?? "", sessionKey: wrapped });
}

/** A request of the recorded agent. */
function request(
  attributes: Record<string, string>,
  more: Record<string, string> = {},
  key = sessionKey,
): XmlElement {
  const info = encryptInfo({ attributes, children: {} }, key, seededRandom(4));
  const stanza = xml(
    "message",
    { from: AGENT, to: "jm@copilot.test", id: "1", ...more },
    xml("body"),
  );
  return readdressed(withSessionBody(stanza, { info, sessionKey: "" }), key);
}

function plain(attributes: Record<string, string>, more: Record<string, string> = {}): XmlElement {
  const info = encodeInfo("info", { attributes, children: {} });
  return xml(
    "message",
    { from: AGENT, to: "jm@copilot.test", id: "1", ...more },
    xml("body", {}, info),
  );
}

const managerScene = (options: { bindTickets?: boolean } = {}) =>
  guardScene(
    "jm@copilot.test/alpha",
    (port, common) => new SecureProvider(port, { ...common, ...options, own: jmKey, keyManager }),
  );

/** Command and reason of an answer in clear. */
function said(stanza: XmlElement | undefined): readonly (string | undefined)[] {
  const message = decodeMessage(stanza ?? xml("none"));
  if (message.kind !== "command") return [];
  return [message.to, message.info.attributes["command"], message.info.attributes["errorString"]];
}

Deno.test("the key manager opens the recorded getTicket and encrypts its answer", async () => {
  const { link, guarded, given } = await guardScene(
    "km@copilot.test/1",
    (port, common) =>
      new SecureProvider(port, { ...common, own: kmKey, keyManager, givesTickets: true }),
  );
  for (const stanza of recorded("km")) link.bring(stanza);
  const [message] = given.map(decodeMessage);
  assert(message?.kind === "command");
  assertEquals({ ...message.info.attributes }, { command: "getTicket", credential: "blah" });
  guarded.send(xml(
    "message",
    { from: "km@copilot.test", to: AGENT, id: "a" },
    xml("body", {}, encodeInfo("info", { attributes: { command: "storeTicket" }, children: {} })),
  ));
  const [answer] = link.sent;
  const { body, info } = readSessionStanza(answer ?? xml("none"));
  assertEquals([info, body?.sessionKey], [undefined, undefined]);
  assertEquals(decryptInfo(body?.info ?? "", sessionKey).attributes["command"], "storeTicket");
});

Deno.test("a manager opens every recorded request, and never shows its ticket", async () => {
  const { link, given } = await managerScene();
  for (const stanza of recorded("jm")) link.bring(readdressed(stanza));
  const expected = decryptedTrace.filter(({ to }) => to.startsWith("jm@")).map(({ info_xml }) => {
    const { attributes, children } = decodeInfo(parseXml(info_xml));
    const { componentAuthenticationTicket: _, ...rest } = attributes;
    return { attributes: rest, children: { ...children } };
  });
  const opened = given.map(decodeMessage).map((message) =>
    message.kind === "command"
      ? { attributes: { ...message.info.attributes }, children: { ...message.info.children } }
      : message
  );
  assertEquals(opened.length, 6);
  assertEquals(opened, expected);
  assertEquals(link.sent, []);
});

Deno.test("a manager refuses a request without a good ticket in the original's words", async () => {
  const { link, given, clock } = await managerScene();
  link.bring(request({ command: "getJob", componentAuthenticationTicket: "No ticket" }));
  assertEquals(given, []);
  const [acknowledgement, answer] = link.sent;
  assertEquals(acknowledgement, xml("message", { ack: "1", from: "jm@copilot.test", to: AGENT }));
  const { body } = readSessionStanza(answer ?? xml("none"));
  assertEquals({ ...decryptInfo(body?.info ?? "", sessionKey).attributes }, {
    command: "error",
    errorString: "Failed to verify ticket signature",
  });
  await clock.advance(86_400_000);
  link.bring(request({ command: "getJob", componentAuthenticationTicket: TICKET }));
  const expired = readSessionStanza(link.sent.at(-1) ?? xml("none"));
  assertEquals(
    decryptInfo(expired.body?.info ?? "", sessionKey).attributes["errorString"],
    "The ticket has expired (now is 1795429704 and the ticket is valid to 1795429703)",
  );
});

Deno.test("a manager encrypts to the session key that came with a ticket, whatever comes without one", async () => {
  const { link, guarded, given } = await managerScene();
  link.bring(request({ command: "getJob", componentAuthenticationTicket: TICKET }));
  const forged = new Uint8Array(32).fill(7);
  link.bring(request({ command: "getJob" }, { id: "2" }, forged));
  assertEquals(given.length, 1);
  // Who was refused is told under the key it sent, and learns nothing else.
  const refusal = readSessionStanza(link.sent.at(-1) ?? xml("none"));
  assertEquals(decryptInfo(refusal.body?.info ?? "", forged).attributes["command"], "error");
  guarded.send(plain({ command: "runJob" }, { from: "jm@copilot.test", to: AGENT, id: "3" }));
  const { body } = readSessionStanza(link.sent.at(-1) ?? xml("none"));
  assertEquals(decryptInfo(body?.info ?? "", sessionKey).attributes["command"], "runJob");
});

Deno.test("a manager lets in whoever shows a ticket only if it is told to", async () => {
  const attributes = { command: "getJob", componentAuthenticationTicket: TICKET };
  const thief = { from: "thief@copilot.test/1" };
  const strict = await managerScene();
  strict.link.bring(request(attributes, thief));
  assertEquals(strict.given.length, 0);
  const lenient = await managerScene({ bindTickets: false });
  lenient.link.bring(request(attributes, thief));
  assertEquals(lenient.given.length, 1);
});

Deno.test("a manager refuses what it cannot open: acknowledged, answered, ten a minute", async () => {
  const { link, given, clock } = await managerScene();
  const good = request({ command: "getJob", componentAuthenticationTicket: TICKET });
  const broken = [
    plain({ command: "getJob" }),
    plain({ command: "jobDone" }),
    withSessionBody(good, { info: "AAAA", sessionKey: "AAAA" }),
    withSessionBody(good, { info: "AAAA", sessionKey: undefined }),
    withSessionBody(good, { info: "AAAA", sessionKey: readSessionStanza(good).body?.sessionKey }),
  ];
  for (const stanza of broken) link.bring(stanza);
  assertEquals(given, []);
  assertEquals(link.sent.filter(({ attrs }) => attrs["ack"] === "1").length, broken.length);
  const answers = link.sent.filter(({ attrs }) => attrs["ack"] === undefined);
  const noKey = [AGENT, "security_error", "Could not decrypt the session key"];
  const noMessage = [AGENT, "security_error", "Could not decrypt the message"];
  assertEquals(answers.map(said), [noKey, noKey, noKey, noKey, noMessage]);
  for (const stanza of Array(100).fill(broken[4])) link.bring(stanza);
  const all = () => link.sent.filter(({ attrs }) => attrs["ack"] === undefined).length;
  assertEquals(all(), 10);
  await clock.advance(60_000);
  for (const stanza of broken) link.bring(stanza);
  assertEquals(all(), 15);
});

Deno.test("a manager never answers an error, a message that came back, or a room", async () => {
  const { link, given } = await managerScene();
  for (const command of ["security_error", "error", "errorGetTicket"]) {
    link.bring(plain({ command }));
  }
  const cameBack = plain({ command: "security_error" }, { type: "error" });
  const condition = xml("error", { type: "cancel" }, xml("service-unavailable"));
  link.bring({ ...cameBack, children: [...cameBack.children, condition] });
  link.bring(plain({ command: "getJob" }, { type: "groupchat", from: "room@conference/nick" }));
  assertEquals(link.sent, []);
  // The container hears of the message that came back, for its delivery.
  assertEquals(given.map((stanza) => decodeMessage(stanza).kind), ["error"]);
});

Deno.test("the key manager does not take part in the recorded loop", async () => {
  const { link } = await guardScene(
    "km@copilot.test/1",
    (port, common) =>
      new SecureProvider(port, { ...common, own: kmKey, keyManager, givesTickets: true }),
  );
  const loop = messagesOf("secure-mode-agent-on-older-core.jsonl").filter(({ line }) =>
    line.conn === "km" && line.dir === "s2c"
  );
  assert(loop.length > 100);
  for (const { stanza } of loop) link.bring(stanza);
  // Nothing but acknowledgements, and no error: all that came back is left alone.
  assertEquals(link.sent.filter(({ attrs }) => attrs["ack"] === undefined), []);
});

Deno.test("a manager lets monitoring pass in clear, and sends nothing else so", async () => {
  const { link, guarded, given } = await managerScene();
  link.bring(plain({ command: "Heartbeat:ping" }));
  assertEquals(given.length, 1);
  const to = { from: "jm@copilot.test", to: "someone@copilot.test/1" };
  guarded.send(plain({ command: "pong" }, to));
  guarded.send(plain({ command: "runJob" }, to));
  assertEquals(link.sent.map((stanza) => said(stanza)[1]), ["pong"]);
});
