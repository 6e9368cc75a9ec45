import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { childNamed, textOf, xml } from "../../../lib/protocol/xml.ts";
import { Broker, type BrokerOptions, SessionRefusedError } from "../../../sim/xmpp/broker.ts";
import { conditionOf, Party } from "./party.ts";

const DOMAIN = "copilot.test";

function newBroker(options: Partial<BrokerOptions> = {}): Broker {
  const accounts = new Map([["alice", "a"], ["bob", "b"]]);
  return new Broker({ domain: DOMAIN, accounts, ...options });
}

Deno.test("Broker.receive() stamps the sender and keeps everything else", () => {
  const broker = newBroker();
  const alice = new Party(broker, "alice", "one");
  const bob = new Party(broker, "bob", "one");
  const body = xml("body", {}, xml("info", { command: "x" }));
  const to = bob.jid.full;
  alice.send(xml("message", { ack: "1", noack: "1", from: "eve@copilot.test", to, odd: "" }, body));
  const [came] = bob.taken();
  assertEquals(came?.attrs, { ack: "1", noack: "1", from: alice.jid.full, to, odd: "" });
  assertStrictEquals(came?.children[0], body);
});

Deno.test("Broker.receive() gives stanzas the language of their stream", () => {
  const broker = newBroker();
  const bob = new Party(broker, "bob", "one");
  const port = { deliver() {}, end() {} };
  const alice = broker.bind({ user: "alice", port, lang: "de" });
  broker.receive(alice, xml("message", { to: bob.jid.full }));
  broker.receive(alice, xml("message", { to: bob.jid.full, "xml:lang": "fr" }));
  assertEquals(bob.taken().map(({ attrs }) => attrs["xml:lang"]), ["de", "fr"]);
});

Deno.test("Broker.receive() sends a message to a bare JID to all of the highest priority", () => {
  const broker = newBroker({ delivery: "all-resources" });
  const alice = new Party(broker, "alice", "one");
  const [low, high1, high2] = [0, 5, 5].map((priority, index) =>
    new Party(broker, "bob", `r${index}`, priority)
  );
  const silent = new Party(broker, "bob", "silent", "absent");
  alice.say(`bob@${DOMAIN}`, "m1");
  alice.say(`Bob@${DOMAIN.toUpperCase()}`, "m2", "chat");
  assertEquals([high1, high2].map((party) => party?.ids().filter((id) => id !== "")), [
    ["m1", "m2"],
    ["m1", "m2"],
  ]);
  assertEquals([low, silent].map((party) => party?.ids().filter((id) => id !== "")), [[], []]);
  alice.say(`bob@${DOMAIN}`, "news", "headline");
  assertEquals([low, high1, high2, silent].map((party) => party?.ids()), [
    ["news"],
    ["news"],
    ["news"],
    [],
  ]);
});

Deno.test("Broker.receive() sends a message to a bare JID to the most recent, if so set", () => {
  const broker = newBroker({ delivery: "most-recent" });
  const alice = new Party(broker, "alice", "one");
  const parties = [1, 5, 5, 0, -1].map((priority, index) =>
    new Party(broker, "bob", `r${index}`, priority)
  );
  for (const party of parties) party.taken();
  alice.say(`bob@${DOMAIN}`, "m1");
  assertEquals(parties.map((party) => party.ids()), [[], [], ["m1"], [], []]);
});

Deno.test("Broker.receive() passes over resources of negative priority", () => {
  const broker = newBroker();
  const alice = new Party(broker, "alice", "one");
  const bob = new Party(broker, "bob", "one", -1);
  alice.say(bob.jid.bare, "m1");
  alice.say(bob.jid.full, "m2");
  assertEquals(alice.ids(), ["m1:service-unavailable"]);
  assertEquals(bob.ids(), ["m2"]);
});

Deno.test("Broker.receive() falls back to the bare JID when a resource is missing", () => {
  const broker = newBroker();
  const alice = new Party(broker, "alice", "one");
  const bob = new Party(broker, "bob", "one");
  for (const type of ["normal", "chat", "headline", "groupchat", "error"]) {
    alice.say(`bob@${DOMAIN}/gone`, type, type);
  }
  assertEquals(bob.ids(), ["normal", "chat"]);
  assertEquals(alice.ids(), []);
});

Deno.test("Broker.receive() answers with an error when nobody is there", () => {
  const broker = newBroker();
  const alice = new Party(broker, "alice", "one");
  alice.say(`stranger@${DOMAIN}`, "m1");
  alice.say(`bob@${DOMAIN}`, "m2", "chat");
  alice.say(`bob@elsewhere.test`, "m3");
  alice.say("@", "m4");
  alice.say(`stranger@${DOMAIN}`, "m5", "error");
  alice.say(`stranger@${DOMAIN}`, "m6", "headline");
  alice.say(`bob@${DOMAIN}`, "m7", "groupchat");
  const [first, ...others] = alice.taken();
  assertEquals(first?.attrs, {
    type: "error",
    id: "m1",
    from: `stranger@${DOMAIN}`,
    to: alice.jid.full,
  });
  assertEquals(first && textOf(childNamed(first, "body") ?? xml("none")), "text");
  assertEquals(conditionOf(first), "service-unavailable");
  assertEquals(others.map((stanza) => [stanza.attrs["id"], conditionOf(stanza)]), [
    ["m2", "service-unavailable"],
    ["m3", "service-unavailable"],
    ["m4", "jid-malformed"],
    ["m7", "service-unavailable"],
  ]);
});

Deno.test("Broker.receive() stores messages for users who are away, if so set", () => {
  const clock = { now: () => 86_400_000, after: () => ({ cancel() {} }) };
  const broker = newBroker({ offline: "store", maxStoredPerUser: 2, clock });
  const alice = new Party(broker, "alice", "one");
  for (const id of ["m1", "m2", "m3"]) alice.say(`bob@${DOMAIN}`, id);
  alice.say(`stranger@${DOMAIN}`, "m4");
  assertEquals(alice.ids(), ["m3:service-unavailable", "m4:service-unavailable"]);
  const bob = new Party(broker, "bob", "one", "absent");
  bob.send(xml("presence", {}, xml("priority", {}, "-1")));
  assertEquals(bob.taken().length, 1);
  bob.send(xml("presence", { id: "p" }));
  const [presence, first, second] = bob.taken();
  assertEquals(presence?.attrs["id"], "p");
  assertEquals([first?.attrs["id"], second?.attrs["id"]], ["m1", "m2"]);
  assertEquals(first && childNamed(first, "delay")?.attrs["stamp"], "1970-01-02T00:00:00.000Z");
  bob.send(xml("presence"));
  assertEquals(bob.taken().length, 1);
});

Deno.test("Broker.bind() ends an older session of the same full JID with a conflict", () => {
  const broker = newBroker();
  const first = new Party(broker, "bob", "one");
  const second = new Party(broker, "bob", "one");
  assertEquals([first.ended, second.ended], ["conflict", undefined]);
  assertEquals(broker.sessionCount, 1);
  first.say(second.jid.full, "late");
  broker.unbind(first.session);
  assertEquals(second.ids(), []);
  assertStrictEquals(broker.session(second.jid.full), second.session);
});

Deno.test("Broker.bind() makes a resource where none is asked for", () => {
  const broker = newBroker();
  const port = { deliver() {}, end() {} };
  const sessions = [1, 2].map(() => broker.bind({ user: "bob", port }));
  assertEquals(new Set(sessions.map(({ jid }) => jid.resource)).size, 2);
});

Deno.test("Broker.bind() refuses more sessions than a user may have, and all while stopped", () => {
  const broker = newBroker({ maxSessionsPerUser: 2 });
  for (const resource of ["one", "two", "two"]) new Party(broker, "bob", resource);
  assertThrows(() => new Party(broker, "bob", "three"), SessionRefusedError);
  new Party(broker, "alice", "one");
  broker.stop();
  assertEquals(broker.sessionCount, 0);
  assertThrows(() => new Party(broker, "alice", "one"), SessionRefusedError);
  broker.start();
  new Party(broker, "alice", "one");
});

Deno.test("Broker.kill() ends every session without presence", () => {
  const broker = newBroker();
  const alice = new Party(broker, "alice", "one");
  const other = new Party(broker, "alice", "two");
  alice.taken();
  broker.kill();
  assertEquals([alice.ended, other.ended, broker.sessionCount], ["killed", "killed", 0]);
  assertEquals([alice.taken(), other.taken()], [[], []]);
  alice.say(alice.jid.full, "late");
  assertEquals(alice.taken(), []);
});

Deno.test("Broker.receive() tells a user's other resources of presence", () => {
  const broker = newBroker();
  const one = new Party(broker, "bob", "one");
  const two = new Party(broker, "bob", "two", "absent");
  two.send(xml("presence", { id: "here" }));
  const [own, other] = two.taken();
  assertEquals([own?.attrs["from"], other?.attrs["from"]], [two.jid.full, one.jid.full]);
  broker.unbind(two.session);
  const [here, gone] = one.taken();
  assertEquals([here?.attrs["id"], here?.attrs["to"]], ["here", one.jid.full]);
  assertEquals([gone?.attrs["from"], gone?.attrs["type"]], [two.jid.full, "unavailable"]);
});

Deno.test("Broker.receive() keeps presence to the session itself, if so set", () => {
  const broker = newBroker({ presence: "self" });
  const one = new Party(broker, "bob", "one");
  const two = new Party(broker, "bob", "two", "absent");
  two.send(xml("presence"));
  assertEquals([one.taken().length, two.taken().length], [0, 1]);
});

Deno.test("Broker.unbind() takes back presence that was sent directly", () => {
  const broker = newBroker({ maxDirectedPresences: 1 });
  const alice = new Party(broker, "alice", "one");
  const bob = new Party(broker, "bob", "one");
  bob.send(xml("presence", { to: alice.jid.bare, id: "hello" }));
  bob.send(xml("presence", { to: `stranger@${DOMAIN}`, id: "more" }));
  assertEquals(bob.ids(), ["more:resource-constraint"]);
  broker.unbind(bob.session);
  const [hello, gone] = alice.taken();
  assertEquals(hello?.attrs["id"], "hello");
  assertEquals([gone?.attrs["from"], gone?.attrs["type"]], [bob.jid.full, "unavailable"]);
});

Deno.test("Broker.receive() carries iqs between sessions, and answers where there is none", () => {
  const broker = newBroker();
  const alice = new Party(broker, "alice", "one");
  const bob = new Party(broker, "bob", "one");
  const ping = xml("ping", { xmlns: "urn:xmpp:ping" });
  alice.send(xml("iq", { to: bob.jid.full, id: "q1", type: "get" }, ping));
  const [asked] = bob.taken();
  assertEquals(asked?.attrs["from"], alice.jid.full);
  bob.send(xml("iq", { to: alice.jid.full, id: "q1", type: "result" }));
  alice.send(xml("iq", { to: `${bob.jid.bare}/gone`, id: "q2", type: "get" }, ping));
  alice.send(xml("iq", { to: bob.jid.bare, id: "q3", type: "get" }, ping));
  alice.send(xml("iq", { to: `${bob.jid.bare}/gone`, id: "q4", type: "result" }));
  alice.send(xml("iq", { to: bob.jid.full, type: "get" }, ping));
  alice.send(xml("iq", { id: "q5", type: "odd" }, ping));
  assertEquals(alice.ids(), [
    "q1",
    "q2:service-unavailable",
    "q3:service-unavailable",
    ":bad-request",
    "q5:bad-request",
  ]);
});

Deno.test("Broker.receive() answers what is asked of the server", () => {
  const broker = newBroker();
  const alice = new Party(broker, "alice", "one");
  const ask = (name: string, xmlns: string, to: string | undefined, type = "get") => {
    alice.send(xml("iq", { to, id: "q", type }, xml(name, { xmlns })));
    const [answer] = alice.taken();
    assertEquals([answer?.attrs["id"], answer?.attrs["to"]], ["q", alice.jid.full]);
    return conditionOf(answer) ?? answer;
  };
  const result = (answer: unknown) => {
    assert(typeof answer === "object");
    return (answer as { children: unknown[] }).children;
  };
  assertEquals(result(ask("ping", "urn:xmpp:ping", DOMAIN)), []);
  assertEquals(result(ask("ping", "urn:xmpp:ping", undefined)), []);
  assertEquals(result(ask("session", "urn:ietf:params:xml:ns:xmpp-session", undefined, "set")), []);
  assertEquals(result(ask("query", "jabber:iq:roster", undefined)), [
    xml("query", { xmlns: "jabber:iq:roster" }),
  ]);
  const items = "http://jabber.org/protocol/disco#items";
  assertEquals(result(ask("query", items, DOMAIN)), [
    xml("query", { xmlns: items }, xml("item", { jid: `conference.${DOMAIN}` })),
  ]);
  assertEquals(result(ask("query", "http://jabber.org/protocol/disco#info", DOMAIN)).length, 1);
  assertEquals(result(ask("query", "jabber:iq:version", DOMAIN)).length, 1);
  assertEquals(ask("vCard", "vcard-temp", undefined), "service-unavailable");
  assertEquals(ask("query", "jabber:iq:roster", undefined, "set"), "service-unavailable");
});
