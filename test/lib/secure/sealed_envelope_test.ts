import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Jid } from "../../../lib/protocol/jid.ts";
import { serializeXml, xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";
import { seededRandom } from "../../../lib/random.ts";
import { PeerKeys } from "../../../lib/secure/peer_keys.ts";
import { SealedEnvelope } from "../../../lib/secure/sealed_envelope.ts";
import { generateX25519Key } from "../../../lib/secure/x25519.ts";
import { assertRefused } from "./_vectors.ts";

const START_MS = 1_795_343_300_000;
const AGENT = Jid.parse("agent@site.org/07d1");
const JM = Jid.parse("jm@site.org/alpha");

/** An agent and a manager that know each other, and somebody whom both know too. */
function site(options: { toleranceMs?: number } = {}) {
  const random = seededRandom(5);
  const [agent, jm, thief] = [0, 1, 2].map(() => generateX25519Key(random));
  if (!agent || !jm || !thief) throw new Error("No keys");
  const peers = () =>
    new PeerKeys([
      { jid: "agent@site.org", key: agent.publicKey },
      { jid: "jm@site.org", key: jm.publicKey },
      { jid: "thief@site.org", key: thief.publicKey },
    ]);
  const envelope = (own: typeof agent, startedMs = START_MS) =>
    new SealedEnvelope({ own, peers: peers(), random, startedMs, ...options });
  return {
    agent: envelope(agent),
    jm: envelope(jm),
    thief: envelope(thief),
    keys: { agent, jm },
    envelope,
  };
}

function command(id = "id-1", attrs: Record<string, string> = {}): XmlElement {
  const info = xml("info", { command: "_BASE64:Z2V0Sm9i\n", jdl: "_BASE64:Cg==\n" });
  return xml("message", { from: AGENT.bare, to: JM.bare, id, ...attrs }, xml("body", {}, info));
}

/** What the server makes of a message: its text, and the sender stamped on it. */
function passOn(stanza: XmlElement, from: Jid): XmlElement {
  const parsed = parseXml(serializeXml(stanza).replaceAll("\n", " "));
  return { ...parsed, attrs: { ...parsed.attrs, from: from.full } };
}

Deno.test("a sealed message shows its address alone", () => {
  const { agent } = site();
  const sealed = agent.seal(command("id-1", { noack: "1" }), AGENT, START_MS);
  assert(agent.isSealed(sealed));
  assertEquals(Object.keys(sealed.attrs), ["from", "to", "id"]);
  assertEquals(sealed.children.length, 1);
  assert(!serializeXml(sealed).includes("Z2V0Sm9i"));
});

Deno.test("open() undoes seal(), for commands and acknowledgements", () => {
  const { agent, jm } = site();
  const messages = [
    command(),
    command("id-2", { noack: "1" }),
    xml("message", { ack: "id-3", from: AGENT.bare, to: JM.full }),
  ];
  for (const message of messages) {
    const sealed = agent.seal(message, AGENT, START_MS);
    const opened = jm.open(passOn(sealed, AGENT), START_MS + 1000);
    const { children, attrs } = message;
    assertEquals(opened, { name: "message", attrs: { ...attrs, from: AGENT.full }, children });
  }
});

Deno.test("both directions work, each with its own keys", () => {
  const { agent, jm } = site();
  jm.open(passOn(agent.seal(command(), AGENT, START_MS), AGENT), START_MS);
  const answer = xml("message", { from: JM.bare, to: AGENT.full, id: "a" }, xml("body"));
  const sealed = jm.seal(answer, JM, START_MS);
  assertEquals(agent.open(passOn(sealed, JM), START_MS).attrs["id"], "a");
});

Deno.test("a message that is sealed again is no replay; one that is sent again is", () => {
  const { agent, jm } = site();
  const first = passOn(agent.seal(command(), AGENT, START_MS), AGENT);
  const again = passOn(agent.seal(command(), AGENT, START_MS), AGENT);
  jm.open(again, START_MS);
  jm.open(first, START_MS);
  assertRefused(() => jm.open(first, START_MS), "replayed");
  assertRefused(() => jm.open(again, START_MS), "replayed");
});

Deno.test("open() refuses what is too old or of a wrong clock", () => {
  const { agent, jm } = site({ toleranceMs: 1000 });
  const sealed = (at: number) => passOn(agent.seal(command(), AGENT, START_MS + at), AGENT);
  assertRefused(() => jm.open(sealed(5000), START_MS + 6001), "stale");
  assertRefused(() => jm.open(sealed(5000), START_MS + 3999), "stale");
  jm.open(sealed(5000), START_MS + 6000);
  jm.open(sealed(5000), START_MS + 4000);
});

Deno.test("open() refuses after a restart what came before it", () => {
  const { agent, jm, keys, envelope } = site();
  const sealed = passOn(agent.seal(command(), AGENT, START_MS + 500), AGENT);
  jm.open(sealed, START_MS + 500);
  const restarted = envelope(keys.jm, START_MS + 1000);
  assertRefused(() => restarted.open(sealed, START_MS + 1001), "stale");
  const next = passOn(agent.seal(command("id-2"), AGENT, START_MS + 1000), AGENT);
  assertEquals(restarted.open(next, START_MS + 1001).attrs["id"], "id-2");
});

Deno.test("open() refuses a message that somebody else sealed", () => {
  const { agent, jm, thief } = site();
  const forged = thief.seal(command(), AGENT, START_MS);
  assertRefused(() => jm.open(passOn(forged, AGENT), START_MS), "unknown-peer");
  // Under the thief's own name it is good, and says so.
  const own = thief.seal(command(), Jid.parse("thief@site.org/1"), START_MS);
  assertEquals(
    jm.open(passOn(own, Jid.parse("thief@site.org/1")), START_MS).attrs["from"],
    "thief@site.org/1",
  );
  const passed = passOn(agent.seal(command(), AGENT, START_MS), AGENT);
  assertRefused(() => thief.open(passed, START_MS), "bad-message");
});

Deno.test("open() refuses a message that comes from or goes to another session", () => {
  const { agent, jm } = site();
  const sealed = agent.seal(command(), AGENT, START_MS);
  const moved = [
    passOn(sealed, AGENT.withResource("other")),
    passOn({ ...sealed, attrs: { ...sealed.attrs, to: JM.full } }, AGENT),
    passOn({ ...sealed, attrs: { ...sealed.attrs, id: "id-2" } }, AGENT),
    passOn({ ...sealed, attrs: { from: "", to: JM.bare } }, AGENT),
  ];
  for (const stanza of moved) assertRefused(() => jm.open(stanza, START_MS), "bad-message");
  assertRefused(() => jm.open({ ...sealed, attrs: {} }, START_MS), "bad-message");
  // A refused copy uses nothing up: the message itself is still taken.
  jm.open(passOn(sealed, AGENT), START_MS);
});

Deno.test("open() takes no message back that one has sealed oneself", () => {
  const { agent } = site();
  const sealed = agent.seal(command(), AGENT, START_MS);
  const reflected = { ...sealed, attrs: { ...sealed.attrs, to: AGENT.bare } };
  assertRefused(() => agent.open(passOn(reflected, JM), START_MS), "unknown-peer");
  assertRefused(() => agent.open(passOn(reflected, AGENT), START_MS), "bad-message");
});

Deno.test("seal() refuses a receiver whom it does not know", () => {
  const { agent } = site();
  for (const to of ["stranger@site.org", "", "@"]) {
    assertRefused(() => agent.seal(command("1", { to }), AGENT, START_MS), "unknown-peer");
  }
});

Deno.test("open() gives a message or refuses, however the box was changed", () => {
  const { agent, jm } = site();
  const sealed = agent.seal(command(), AGENT, START_MS);
  const box = String((sealed.children[0] as XmlElement).attrs["box"]);
  const codes = ["bad-message", "unknown-peer", "stale"] as const;
  fc.assert(fc.property(fc.nat(box.length), fc.nat(20), fc.string(), (start, length, text) => {
    const changed = box.slice(0, start) + text + box.slice(start + length);
    fc.pre(changed !== box);
    const element = xml("sealed", { xmlns: "urn:cernvm:copilot:sealed:1", box: changed });
    const stanza = { ...passOn(sealed, AGENT), children: [element] };
    assertRefused(() => jm.open(stanza, START_MS), ...codes);
  }));
});
