import { assertEquals } from "@std/assert";
import { childNamed, xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { Broker, type BrokerOptions } from "../../../sim/xmpp/broker.ts";
import { Party } from "./party.ts";

const ROOM = "lounge@conference.copilot.test";

function newBroker(options: Partial<BrokerOptions> = {}): Broker {
  return new Broker({ domain: "copilot.test", autoRegister: true, ...options });
}

function join(party: Party, nick: string, room = ROOM): void {
  const x = xml("x", { xmlns: "http://jabber.org/protocol/muc" });
  party.send(xml("presence", { to: `${room}/${nick}`, id: `join-${nick}` }, x));
}

/** A room presence in short: nick, type, role, status codes and the real JID where it is shown. */
function short(stanza: XmlElement): string {
  const { from = "", type = "available" } = stanza.attrs;
  if (stanza.name === "message") return `message ${from.split("/")[1] ?? "room"}`;
  const x = stanza.children.findLast((child) => typeof child !== "string" && child.name === "x");
  const parts = typeof x === "object" ? x.children : [];
  const words = parts.flatMap((part) => {
    if (typeof part === "string") return [];
    if (part.name === "status") return [part.attrs["code"] ?? ""];
    const { role = "", jid, nick } = part.attrs;
    return [role, ...(jid === undefined ? [] : [jid]), ...(nick === undefined ? [] : [`>${nick}`])];
  });
  return [from.split("/")[1], type, ...words].join(" ");
}

function shorts(party: Party): string[] {
  return party.taken().map(short);
}

Deno.test("Room shows who comes, who is there, and what it is about", () => {
  const broker = newBroker();
  const alice = new Party(broker, "alice", "one");
  const bob = new Party(broker, "bob", "one");
  join(alice, "a");
  assertEquals(shorts(alice), [
    `a available moderator ${alice.jid} 201 110`,
    "message room",
  ]);
  join(bob, "b");
  assertEquals(shorts(bob), [
    "a available moderator",
    `b available participant ${bob.jid} 110`,
    "message room",
  ]);
  assertEquals(shorts(alice), [`b available participant ${bob.jid}`]);
});

Deno.test("Room shows real JIDs to anyone, if so set", () => {
  const broker = newBroker({ realJids: "anyone" });
  const alice = new Party(broker, "alice", "one");
  const bob = new Party(broker, "bob", "one");
  join(alice, "a");
  join(bob, "b");
  assertEquals(shorts(bob)[0], `a available moderator ${alice.jid}`);
});

Deno.test("Room hands a message to all, the sender included, with everything that it carries", () => {
  const broker = newBroker();
  const [alice, bob] = [new Party(broker, "alice", "one"), new Party(broker, "bob", "one")];
  for (const [party, nick] of [[alice, "a"], [bob, "b"]] as const) join(party, nick);
  alice.taken();
  bob.taken();
  const body = xml("body", {}, xml("info", { command: "x" }));
  alice.send(xml("message", { to: ROOM, type: "groupchat", id: "m", noack: "1" }, body));
  for (const party of [alice, bob]) {
    const from = `${ROOM}/a`;
    const attrs = { to: party.jid.full, type: "groupchat", id: "m", noack: "1", from };
    assertEquals(party.taken(), [xml("message", attrs, body)]);
  }
});

Deno.test("Room carries private messages and iqs between occupants", () => {
  const broker = newBroker();
  const [alice, bob] = [new Party(broker, "alice", "one"), new Party(broker, "bob", "one")];
  join(alice, "a");
  join(bob, "b");
  bob.taken();
  alice.say(`${ROOM}/b`, "m");
  alice.send(xml("iq", { to: `${ROOM}/b`, id: "q", type: "get" }, xml("ping")));
  const [message, iq] = bob.taken();
  assertEquals([message?.attrs["from"], message?.attrs["to"]], [`${ROOM}/a`, bob.jid.full]);
  assertEquals(
    message && childNamed(message, "x")?.attrs["xmlns"],
    "http://jabber.org/protocol/muc#user",
  );
  assertEquals([iq?.attrs["from"], iq?.attrs["id"]], [`${ROOM}/a`, "q"]);
});

Deno.test("Room tells of a new nick and of departures", () => {
  const broker = newBroker();
  const [alice, bob] = [new Party(broker, "alice", "one"), new Party(broker, "bob", "one")];
  join(alice, "a");
  join(bob, "b");
  alice.taken();
  bob.taken();
  join(bob, "c");
  assertEquals(shorts(bob), [
    `b unavailable participant ${bob.jid} >c 303 110`,
    `c available participant ${bob.jid} 110`,
  ]);
  alice.taken();
  bob.send(xml("presence", { to: `${ROOM}/c`, type: "unavailable" }));
  assertEquals(shorts(bob), [`c unavailable none ${bob.jid} 110`]);
  assertEquals(shorts(alice), [`c unavailable none ${bob.jid}`]);
  join(bob, "b");
  alice.taken();
  broker.unbind(bob.session);
  assertEquals(shorts(alice), [`b unavailable none ${bob.jid}`]);
});

Deno.test("Room is forgotten with its last occupant and opened anew", () => {
  const broker = newBroker();
  const [alice, bob] = [new Party(broker, "alice", "one"), new Party(broker, "bob", "one")];
  join(alice, "a");
  alice.send(xml("presence", { type: "unavailable" }));
  join(bob, "b");
  assertEquals(shorts(bob)[0], `b available moderator ${bob.jid} 201 110`);
});

Deno.test("Room turns down what does not fit", () => {
  const broker = newBroker({ maxOccupants: 2, maxRooms: 1 });
  const [alice, bob, carol] = ["alice", "bob", "carol"].map((user) =>
    new Party(broker, user, "one")
  );
  if (alice === undefined || bob === undefined || carol === undefined) return;
  bob.say(ROOM, "early", "groupchat");
  join(alice, "a");
  bob.say(ROOM, "m1", "groupchat");
  bob.say(`${ROOM}/a`, "m2");
  join(bob, "a");
  join(bob, "x", "other@conference.copilot.test");
  bob.send(xml("presence", { to: ROOM, id: "no-nick" }));
  bob.say(ROOM, "m3", "error");
  assertEquals(bob.ids(), [
    "early:item-not-found",
    "m1:not-acceptable",
    "m2:not-acceptable",
    "join-a:conflict",
    "join-x:resource-constraint",
    "no-nick:jid-malformed",
  ]);
  join(bob, "b");
  bob.taken();
  bob.say(`${ROOM}/nobody`, "m4");
  bob.say(`${ROOM}/a`, "m5", "groupchat");
  bob.say(ROOM, "m6", "chat");
  assertEquals(bob.ids(), ["m4:item-not-found", "m5:bad-request", "m6:bad-request"]);
  join(carol, "c");
  assertEquals(carol.ids(), ["join-c:service-unavailable"]);
});

Deno.test("MucService answers discovery of itself, of rooms and of occupants", () => {
  const broker = newBroker();
  const alice = new Party(broker, "alice", "one");
  join(alice, "a");
  alice.taken();
  const discover = (to: string, what: "info" | "items") => {
    const xmlns = `http://jabber.org/protocol/disco#${what}`;
    alice.send(xml("iq", { to, id: "q", type: "get" }, xml("query", { xmlns })));
    const [answer] = alice.taken();
    const query = answer && childNamed(answer, "query");
    return query?.children.flatMap((child) => typeof child === "string" ? [] : [child.attrs]);
  };
  const service = "conference.copilot.test";
  assertEquals(discover(service, "items"), [{ jid: ROOM, name: "lounge" }]);
  assertEquals(discover(service, "info")?.[0]?.["category"], "conference");
  assertEquals(discover(ROOM, "items"), [{ jid: `${ROOM}/a` }]);
  assertEquals(
    discover(ROOM, "info")?.some((feature) => feature["var"] === "muc_semianonymous"),
    true,
  );
});
