import { assertEquals } from "@std/assert";
import { SealedGuard } from "../../../lib/messaging/sealed_guard.ts";
import { encodeInfo } from "../../../lib/protocol/info.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import { childNamed, xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { seededRandom } from "../../../lib/random.ts";
import { PeerKeys } from "../../../lib/secure/peer_keys.ts";
import { generateX25519Key } from "../../../lib/secure/x25519.ts";
import { guardScene } from "./_guard_scene.ts";

const AGENT = "agent@copilot.test/one";
const JM = "jm@copilot.test/alpha";
const random = seededRandom(1);
const agentKey = generateX25519Key(random);
const jmKey = generateX25519Key(random);
const peers = () =>
  new PeerKeys([
    { jid: "agent@copilot.test", key: agentKey.publicKey },
    { jid: "jm@copilot.test", key: jmKey.publicKey },
  ]);

const scene = (jid: string, own: typeof agentKey, seed: number) =>
  guardScene(
    jid,
    (port, common) =>
      new SealedGuard(port, { ...common, own, peers: peers(), random: seededRandom(seed) }),
  );
const agentScene = () => scene(AGENT, agentKey, 2);
const jmScene = () => scene(JM, jmKey, 3);

function command(name: string, more: Record<string, string> = {}): XmlElement {
  const info = encodeInfo("info", { attributes: { command: name }, children: {} });
  const address = { from: "agent@copilot.test", to: "jm@copilot.test", id: name, ...more };
  return xml("message", address, xml("body", {}, info));
}

/** What a server does: it stamps the sender. */
const stamped = (stanza: XmlElement, from = AGENT): XmlElement => ({
  ...stanza,
  attrs: { ...stanza.attrs, from },
});

const isSealed = (stanza: XmlElement) => childNamed(stanza, "sealed") !== undefined;
const kinds = (stanzas: readonly XmlElement[]) =>
  stanzas.map((stanza) => decodeMessage(stanza).kind);

Deno.test("commands and acknowledgements travel sealed in both directions", async () => {
  const [agent, jm] = [await agentScene(), await jmScene()];
  agent.guarded.send(command("getJob"));
  jm.link.bring(stamped(agent.link.sent[0] ?? xml("none")));
  assertEquals(kinds(jm.given), ["command"]);
  jm.guarded.send(xml("message", { ack: "getJob", from: "jm@copilot.test", to: AGENT }));
  agent.link.bring(stamped(jm.link.sent[0] ?? xml("none"), JM));
  assertEquals(agent.given[0], xml("message", { ack: "getJob", from: JM, to: AGENT }));
  assertEquals([...agent.link.sent, ...jm.link.sent].map(isSealed), [true, true]);
});

Deno.test("a peer with a key is never believed in clear", async () => {
  const jm = await jmScene();
  jm.link.bring(stamped(command("jobDone")));
  jm.link.bring(stamped(command("Heartbeat:ping")));
  jm.link.bring(stamped(xml("message", { ack: "1", to: "jm@copilot.test" })));
  assertEquals(jm.given, []);
  assertEquals(jm.link.sent, []);
});

Deno.test("what was sealed for another account of the same key is not taken", async () => {
  const agent = await agentScene();
  agent.guarded.send(command("getJob"));
  const sealed = stamped(agent.link.sent[0] ?? xml("none"));
  const twin = await scene("jm-twin@copilot.test/alpha", jmKey, 4);
  twin.link.bring(sealed);
  assertEquals(twin.given, []);
  const jm = await jmScene();
  jm.link.bring(sealed);
  assertEquals(jm.given.length, 1);
});

Deno.test("strangers may ask how one is, and nothing else", async () => {
  const jm = await jmScene();
  const stranger = "stranger@copilot.test/1";
  for (const name of ["Heartbeat:ping", "getJob", "jobDone", "error"]) {
    jm.link.bring(stamped(command(name), stranger));
  }
  assertEquals(jm.given.map(({ attrs }) => attrs["id"]), ["Heartbeat:ping"]);
  jm.guarded.send(command("pong", { to: stranger }));
  jm.guarded.send(command("runJob", { to: stranger }));
  assertEquals(jm.link.sent.map(({ attrs }) => attrs["id"]), ["pong"]);
});

Deno.test("a room hears monitoring in clear and no job", async () => {
  const agent = await agentScene();
  const room = { to: "room@conference.copilot.test", type: "groupchat" };
  agent.guarded.send(command("Heartbeat:ping", room));
  agent.guarded.send(command("getJob", room));
  assertEquals(agent.link.sent.map(({ attrs }) => attrs["id"]), ["Heartbeat:ping"]);
  assertEquals(agent.link.sent.map(isSealed), [false]);
});

Deno.test("a replayed message is ignored, one that is sent again is opened", async () => {
  const [agent, jm] = [await agentScene(), await jmScene()];
  agent.guarded.send(command("getJob"));
  agent.guarded.send(command("getJob"));
  const [first, again] = agent.link.sent.map((stanza) => stamped(stanza));
  for (const stanza of [first, first, again, again]) jm.link.bring(stanza ?? xml("none"));
  assertEquals(jm.given.length, 2);
});

Deno.test("what came back reaches the delivery, still sealed", async () => {
  const agent = await agentScene();
  agent.guarded.send(command("getJob"));
  const [sealed] = agent.link.sent;
  const bounced = xml(
    "message",
    { from: "jm@copilot.test", to: AGENT, id: "getJob", type: "error" },
    ...sealed?.children ?? [],
    xml("error", { type: "cancel" }, xml("service-unavailable")),
  );
  agent.link.bring(bounced);
  assertEquals(kinds(agent.given), ["error"]);
});

Deno.test("nothing is sealed while offline: the next session may have another name", async () => {
  const agent = await agentScene();
  agent.link.offline();
  agent.guarded.send(command("getJob"));
  assertEquals(agent.link.sent, []);
  agent.link.online(Jid.parse("agent@copilot.test/two"));
  agent.guarded.send(command("getJob"));
  const jm = await jmScene();
  jm.link.bring(stamped(agent.link.sent[0] ?? xml("none"), "agent@copilot.test/two"));
  assertEquals(jm.given.length, 1);
});

Deno.test("a forger is logged once in a while and not answered", async () => {
  const jm = await jmScene();
  const box = xml("sealed", { xmlns: "urn:cernvm:copilot:sealed:1", box: "1.AAAA" });
  for (let count = 0; count < 5; count++) {
    jm.link.bring(stamped(xml("message", { to: "jm@copilot.test", id: `${count}` }, box)));
  }
  assertEquals(jm.given, []);
  assertEquals(jm.link.sent, []);
  assertEquals(jm.logged.filter(({ level }) => level === "warning").length, 1);
});
