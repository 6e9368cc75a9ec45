import { assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { Room, type RoomNews } from "../../../lib/messaging/room.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { parseXml } from "../../../lib/protocol/xml_parser.ts";
import { seededRandom } from "../../../lib/random.ts";
import { readTrace } from "../../traces.ts";

const LOUNGE = "lounge@conference.site";

/** Reads a presence of the lounge. */
function read(room: Room, attrs: string, inner = ""): RoomNews | undefined {
  return room.read(parseXml(`<presence ${attrs}>${inner}</presence>`));
}

function details(item: string, ...codes: readonly string[]): string {
  const status = codes.map((code) => `<status code='${code}'/>`).join("");
  return `<x xmlns='http://jabber.org/protocol/muc#user'><item ${item}/>${status}</x>`;
}

Deno.test("Room joins under a random nick, the same after each reconnect", () => {
  const random = seededRandom(1);
  const room = new Room("Lounge@Conference.Site", random);
  assertEquals(room.address, LOUNGE);
  const { name, attrs, children } = room.joinStanza("me@site");
  assertEquals([name, attrs["from"]], ["presence", "me@site"]);
  assertMatch(attrs["to"] ?? "", /^lounge@conference\.site\/[0-9a-f-]{36}$/);
  assertEquals(children.map((child) => typeof child !== "string" && child.attrs["xmlns"]), [
    "http://jabber.org/protocol/muc",
  ]);
  assertEquals(room.joinStanza("me@site"), room.joinStanza("me@site"));
  const other = new Room(LOUNGE, random);
  assertNotEquals(other.joinStanza("me@site").attrs["to"], attrs["to"]);
});

Deno.test("Room knows its own nick, in this room only", () => {
  const room = new Room(LOUNGE, seededRandom(1));
  const own = Jid.parse(room.joinStanza("me@site").attrs["to"] ?? "");
  assertEquals(room.isOwnNick(own), true);
  assertEquals(room.isOwnNick(Jid.parse(`other@conference.site/${own.resource}`)), false);
  assertEquals(room.isOwnNick(own.withResource("somebody")), false);
  assertEquals(room.isOwnNick(own.withResource("")), false);
});

Deno.test("Room refuses what is no JID", () => {
  assertThrows(() => new Room("@", seededRandom(1)), SyntaxError);
});

Deno.test("Room.read() tells who is there, who goes, and who it is itself", () => {
  const room = new Room(LOUNGE, seededRandom(1));
  const own = room.joinStanza("me@site").attrs["to"] ?? "";
  const { resource: nick } = Jid.parse(own);
  const jid = "agent@site/1";
  assertEquals(read(room, `from='${LOUNGE}/alpha'`, details(`jid='${jid}'`)), {
    type: "present",
    occupant: { nick: "alpha", jid },
    own: false,
  });
  assertEquals(read(room, `from='${LOUNGE}/hidden'`, details("role='participant'")), {
    type: "present",
    occupant: { nick: "hidden", jid: undefined },
    own: false,
  });
  // A server from before the status codes.
  assertEquals(read(room, `from='${own}'`), {
    type: "present",
    occupant: { nick, jid: undefined },
    own: true,
  });
  assertEquals(read(room, `from='${LOUNGE}/alpha' type='unavailable'`, details("role='none'")), {
    type: "gone",
    nick: "alpha",
    own: false,
  });
  assertEquals(
    read(room, `from='${own}' type='unavailable'`, details("role='none'", "110", "307")),
    {
      type: "gone",
      nick,
      own: true,
    },
  );
});

Deno.test("Room.read() takes the nick that the room gives it", () => {
  const room = new Room(LOUNGE, seededRandom(1));
  const given = read(room, `from='${LOUNGE}/guest'`, details("role='participant'", "210", "110"));
  assertEquals(given?.type === "present" && given.own, true);
  assertEquals(room.isOwnNick(Jid.parse(`${LOUNGE}/guest`)), true);
  // It is wished for again after a reconnect, as the report's components keep theirs.
  assertNotEquals(room.joinStanza("me@site").attrs["to"], `${LOUNGE}/guest`);
});

Deno.test("Room.read() says why the room lets nobody in", () => {
  const room = new Room(LOUNGE, seededRandom(1));
  const error = "<error type='auth'><text>No</text><registration-required/></error>";
  assertEquals(read(room, `from='${LOUNGE}/me' type='error'`, error), {
    type: "refused",
    condition: "registration-required",
  });
  assertEquals(read(room, `from='${LOUNGE}' type='error'`), {
    type: "refused",
    condition: "undefined-condition",
  });
});

Deno.test("Room.read() leaves alone what is not about the room", () => {
  const room = new Room(LOUNGE, seededRandom(1));
  for (
    const attrs of [
      "from='me@site/1'",
      "from='other@conference.site/alpha'",
      `from='${LOUNGE}'`,
      `from='${LOUNGE}/alpha' type='subscribe'`,
      "from='@'",
      "",
    ]
  ) assertEquals(read(room, attrs), undefined, attrs);
});

Deno.test("in heartbeat-list.jsonl, Room.read() finds the two components, then itself", () => {
  const room = new Room("pilots-lounge@conference.copilot.test", seededRandom(1));
  const news = readTrace("heartbeat-list.jsonl")
    .filter(({ conn, dir, xml }) =>
      conn === "heartbeat" && dir === "s2c" && xml.startsWith("<presence")
    )
    .map(({ xml }) => room.read(parseXml(xml)));
  assertEquals(news.map((one) => one?.type === "present" && one.own), [false, false, false, true]);
  assertEquals(news[0], undefined);
});
