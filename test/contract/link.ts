/**
 * What every `Link` must do, whatever carries its stanzas.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { LinkRefusedError, OutboxFullError } from "../../lib/messaging/link.ts";
import { childNamed, xml } from "../../lib/protocol/xml.ts";
import {
  enter,
  joinRoom,
  type LinkFixture,
  Listener,
  message,
  MOST_KEPT,
  type Party,
  payload,
  type ResumptionFixture,
} from "./_link_parties.ts";

export { LINK_USERS, type LinkFixture, type ResumptionFixture } from "./_link_parties.ts";

/**
 * Registers the contract's tests.
 *
 * @param name What is under test, as a prefix of the tests' names.
 * @param setup Starts a server for one test.
 */
export function linkContract(name: string, setup: () => Promise<LinkFixture>): void {
  const test = (behaviour: string, body: (fixture: LinkFixture) => Promise<void>) =>
    Deno.test(`${name} ${behaviour}`, async () => {
      await using fixture = await setup();
      await body(fixture);
    });
  lifeContract(test);
  routingContract(test);
  outboxContract(test);
  roomContract(test);
}

type Register = (behaviour: string, body: (fixture: LinkFixture) => Promise<void>) => void;

function lifeContract(test: Register): void {
  test("comes online under the resource that was asked for", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    assertEquals(`${alice.jid}`, `alice@${fixture.domain}/one`);
    assertEquals(`${alice.link.jid}`, `${alice.jid}`);
    const [first, second] = alice.listener.statuses;
    assertEquals(first, { type: "connecting", attempt: 1 });
    assertEquals(second, { type: "online", jid: alice.jid });
  });

  test("comes online under some resource when none was asked for", async (fixture) => {
    await using one = await enter(fixture, "alice");
    await using two = await enter(fixture, "alice");
    assert(one.jid.resource !== "" && two.jid.resource !== "");
    assert(one.jid.resource !== two.jid.resource);
  });

  test("is refused for good when the account is unknown", async (fixture) => {
    await using link = fixture.openLink("stranger");
    const listener = new Listener();
    await assertRejects(() => link.open(listener), LinkRefusedError);
    assertEquals(listener.statuses.at(-1)?.type, "closed");
    assertEquals(link.jid, undefined);
  });

  test("says that it is closed when disposed of, and nothing after", async (fixture) => {
    await using bob = await enter(fixture, "bob", "one");
    const alice = await enter(fixture, "alice", "one");
    await alice.link[Symbol.asyncDispose]();
    assertEquals(alice.listener.statuses.at(-1)?.type, "closed");
    assertEquals(alice.link.jid, undefined);
    const told = alice.listener.stanzas.length + alice.listener.statuses.length;
    bob.link.send(message(`${alice.jid}`, "late"));
    bob.link.send(message(`${bob.jid}`, "mark"));
    await bob.listener.stanza("mark");
    await alice.link[Symbol.asyncDispose]();
    assertEquals(alice.listener.stanzas.length + alice.listener.statuses.length, told);
  });

  test("ends open() when disposed of before it is online", async (fixture) => {
    const link = fixture.openLink("alice", "one");
    const opened = link.open(new Listener()).then(() => undefined, (error: unknown) => error);
    await link[Symbol.asyncDispose]();
    const error = await opened;
    if (error !== undefined) assertInstanceOf(error, Error);
  });
}

function routingContract(test: Register): void {
  test("carries stanzas both ways in order", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    await using bob = await enter(fixture, "bob", "one");
    const ids = Array.from({ length: 200 }, (_, index) => `n${index}`);
    for (const id of ids) {
      alice.link.send(message(`${bob.jid}`, `a${id}`));
      bob.link.send(message(`${alice.jid}`, `b${id}`));
    }
    await Promise.all([alice.listener.stanza("bn199"), bob.listener.stanza("an199")]);
    const idsOf = (party: Party) =>
      party.listener.stanzas.filter((stanza) => stanza.name === "message")
        .map((stanza) => stanza.attrs["id"]?.slice(1));
    assertEquals(idsOf(alice), ids);
    assertEquals(idsOf(bob), ids);
  });

  test("keeps ack, noack and everything inside a body", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    await using bob = await enter(fixture, "bob", "one");
    const to = `${bob.jid}`;
    const job = xml("job", { id: "_BASE64:eA==", arguments: "a & b < 'c' \"d\"" });
    const info = xml(
      "info",
      { command: "_BASE64:eA==", empty: "", utf8: "\u00e9\u20ac\u{1F600}" },
      job,
    );
    alice.link.send(xml("message", { to, id: "m1", noack: "1" }, xml("body", {}, info)));
    alice.link.send(xml("message", { to, ack: "m0" }));
    alice.link.send(message(to, "m2", xml("body", {}, "text & <text>")));
    await bob.listener.stanza("m2");
    const [first, ack, second] = bob.listener.stanzas.filter(({ name }) => name === "message");
    const from = `${alice.jid}`;
    assertEquals(payload(first), {
      name: "message",
      attrs: { to, id: "m1", noack: "1", from },
      children: [xml("body", {}, info)],
    });
    assertEquals(payload(ack), { name: "message", attrs: { to, ack: "m0", from }, children: [] });
    assertEquals(payload(second), {
      name: "message",
      attrs: { to, id: "m2", from },
      children: [xml("body", {}, "text & <text>")],
    });
  });

  test("replaces the sender that a stanza claims", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    await using bob = await enter(fixture, "bob", "one");
    const to = `${bob.jid}`;
    alice.link.send(xml("message", { to, id: "m1", from: alice.jid.bare }));
    assertEquals((await bob.listener.stanza("m1")).attrs["from"], `${alice.jid}`);
  });

  test("reaches a full JID and only that one", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    await using one = await enter(fixture, "bob", "one");
    await using two = await enter(fixture, "bob", "two");
    alice.link.send(message(`${one.jid}`, "m1"));
    alice.link.send(message(`${two.jid}`, "m2"));
    await one.listener.stanza("m1");
    await two.listener.stanza("m2");
    alice.link.send(message(`${one.jid}`, "m3"));
    await one.listener.stanza("m3");
    assert(!one.listener.stanzas.some((stanza) => stanza.attrs["id"] === "m2"));
    assert(!two.listener.stanzas.some((stanza) => stanza.attrs["id"] === "m1"));
  });

  test("reaches a bare JID", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    await using bob = await enter(fixture, "bob", "one");
    alice.link.send(message(bob.jid.bare, "m1"));
    assertEquals((await bob.listener.stanza("m1")).attrs["from"], `${alice.jid}`);
  });

  test("brings an error for a user who is not there", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    alice.link.send(message(`stranger@${fixture.domain}`, "m1", xml("body", {}, "text")));
    const answer = await alice.listener.stanza("m1");
    assertEquals(answer.attrs["type"], "error");
    const error = childNamed(answer, "error");
    assert(error !== undefined && childNamed(error, "service-unavailable") !== undefined);
  });
}

function outboxContract(test: Register): void {
  test("goes offline and online again with its server", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    await fixture.restartServer();
    await alice.listener.status("offline");
    const again = alice.listener.statuses.findIndex(({ type }) => type === "offline");
    const online = await alice.listener.status("online", again);
    assert(online.type === "online" && online.jid.full === alice.jid.full);
    const types = alice.listener.statuses.slice(0, 4).map(({ type }) => type);
    assertEquals(types, ["connecting", "online", "offline", "connecting"]);
  });

  test("delivers what was sent while offline, in order", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    const restarted = fixture.restartServer();
    await alice.listener.status("offline");
    for (let index = 0; index < 10; index++) {
      alice.link.send(message(`${alice.jid}`, `kept${index}`));
    }
    await restarted;
    await alice.listener.stanza("kept9");
    const kept = alice.listener.stanzas.map((stanza) => stanza.attrs["id"] ?? "")
      .filter((id) => id.startsWith("kept"));
    assertEquals(kept, Array.from({ length: 10 }, (_, index) => `kept${index}`));
  });

  test("delivers what was sent before it was opened", async (fixture) => {
    await using link = fixture.openLink("alice", "one");
    link.send(message(`alice@${fixture.domain}/one`, "early"));
    const listener = new Listener();
    await link.open(listener);
    await listener.stanza("early");
  });

  test("refuses more stanzas than its outbox holds", async (fixture) => {
    await using link = fixture.openLink("alice", "one");
    const stanza = message(`alice@${fixture.domain}/one`, "many");
    assertThrows(() => {
      for (let count = 0; count < MOST_KEPT; count++) link.send(stanza);
    }, OutboxFullError);
  });
}

function roomContract(test: Register): void {
  test("joins a room and hears what is said there", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    await using bob = await enter(fixture, "bob", "one");
    const room = `lounge@${fixture.mucDomain}`;
    const own = await joinRoom(alice, room, "a");
    const x = childNamed(own, "x");
    const codes = x?.children.flatMap((child) =>
      typeof child !== "string" && child.name === "status" ? [child.attrs["code"]] : []
    );
    assert(codes?.includes("110"));
    await joinRoom(bob, room, "b");
    const info = xml("info", { command: "_BASE64:cGluZw==" });
    const said = { to: room, id: "said", type: "groupchat", noack: "1" };
    bob.link.send(xml("message", said, xml("body", {}, info)));
    for (const party of [alice, bob]) {
      const heard = await party.listener.stanza("said");
      assertEquals(heard.attrs["from"], `${room}/b`);
      assertEquals(heard.attrs["type"], "groupchat");
      assertEquals(heard.attrs["noack"], "1");
      assertEquals(childNamed(heard, "body"), xml("body", {}, info));
    }
  });

  test("talks to one occupant of a room", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    await using bob = await enter(fixture, "bob", "one");
    const room = `lounge@${fixture.mucDomain}`;
    await joinRoom(alice, room, "a");
    await joinRoom(bob, room, "b");
    bob.link.send(xml("message", { to: `${room}/a`, id: "private", noack: "1" }, xml("body")));
    const heard = await alice.listener.stanza("private");
    assertEquals(heard.attrs["from"], `${room}/b`);
    assertEquals(heard.attrs["noack"], "1");
  });

  test("learns that an occupant left a room", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    const room = `lounge@${fixture.mucDomain}`;
    await joinRoom(alice, room, "a");
    const bob = await enter(fixture, "bob", "one");
    await joinRoom(bob, room, "b");
    await bob.link[Symbol.asyncDispose]();
    await alice.listener.until(
      "departure of b",
      () =>
        alice.listener.stanzas.find(({ attrs }) =>
          attrs["from"] === `${room}/b` && attrs["type"] === "unavailable"
        ),
    );
  });
}

/**
 * Registers the tests of links that resume.
 *
 * @param name What is under test, as a prefix of the tests' names.
 * @param setup Starts a server for one test.
 */
export function resumptionContract(name: string, setup: () => Promise<ResumptionFixture>): void {
  const test = (behaviour: string, body: (fixture: ResumptionFixture) => Promise<void>) =>
    Deno.test(`${name} ${behaviour}`, async () => {
      await using fixture = await setup();
      await body(fixture);
    });

  test("loses and repeats nothing while its connection breaks ten times", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    await using bob = await enter(fixture, "bob", "one");
    let sent = 0;
    const exchange = (count: number) => {
      for (let left = count; left > 0; left--, sent++) {
        alice.link.send(message(`${bob.jid}`, `n${sent}`, xml("body", {}, "text")));
        bob.link.send(message(`${alice.jid}`, `n${sent}`, xml("body", {}, "text")));
      }
    };
    for (let cuts = 1; cuts <= 10; cuts++) {
      exchange(7);
      await new Promise((resolve) => setTimeout(resolve)); // some are under way, some not yet
      exchange(6);
      fixture.cut(cuts % 2 === 0 ? "told" : "untold");
      exchange(7);
      await Promise.all([alice, bob].map((party) => timesOnline(party, cuts + 1)));
    }
    const ids = Array.from({ length: 200 }, (_, index) => `n${index}`);
    for (const party of [alice, bob]) {
      const came = () =>
        party.listener.stanzas.filter(({ name }) => name === "message")
          .map(({ attrs }) => attrs["id"] ?? "");
      await party.listener.until("200 messages", () => came().length >= 200 || undefined);
      party.link.send(message(`${party.jid}`, "last"));
      await party.listener.stanza("last");
      const expected = [...ids, "last"];
      if (fixture.keepsOrder) assertEquals(came(), expected);
      else assertEquals(came().sort(), expected.sort());
    }
  });

  test("stays present and in its rooms while its connection breaks", async (fixture) => {
    await using alice = await enter(fixture, "alice", "one");
    await using bob = await enter(fixture, "bob", "one");
    const room = `lounge@${fixture.mucDomain}`;
    await joinRoom(alice, room, "a");
    await joinRoom(bob, room, "b");
    const before = alice.listener.stanzas.length;
    for (const how of ["told", "untold"] as const) {
      fixture.cut(how);
      const said = { to: room, id: how, type: "groupchat" };
      bob.link.send(xml("message", said, xml("body", {}, "text")));
      await alice.listener.stanza(how);
    }
    const online = alice.listener.statuses.findLast(({ type }) => type === "online");
    assertEquals(online, { type: "online", jid: alice.jid, resumed: true });
    const heard = [alice, bob].flatMap((party) => party.listener.stanzas.slice(before));
    const gone = heard.filter(({ attrs }) => attrs["type"] === "unavailable");
    assertEquals(gone, []);
  });
}

/** Waits until a link has come online for the given time. */
function timesOnline({ listener }: Party, times: number): Promise<unknown> {
  return listener.until(`status online, ${times} times`, () => {
    const count = listener.statuses.filter(({ type }) => type === "online").length;
    return count >= times ? count : undefined;
  });
}
