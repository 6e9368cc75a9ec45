import { assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { Room } from "../../../lib/messaging/room.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import { seededRandom } from "../../../lib/random.ts";

Deno.test("Room joins under a random nick, the same after each reconnect", () => {
  const random = seededRandom(1);
  const room = new Room("Lounge@Conference.Site", random);
  const { name, attrs, children } = room.joinStanza("me@site");
  assertEquals([name, attrs["from"]], ["presence", "me@site"]);
  assertMatch(attrs["to"] ?? "", /^lounge@conference\.site\/[0-9a-f-]{36}$/);
  assertEquals(children.map((child) => typeof child !== "string" && child.attrs["xmlns"]), [
    "http://jabber.org/protocol/muc",
  ]);
  assertEquals(room.joinStanza("me@site"), room.joinStanza("me@site"));
  const other = new Room("lounge@conference.site", random);
  assertNotEquals(other.joinStanza("me@site").attrs["to"], attrs["to"]);
});

Deno.test("Room knows its own nick, in this room only", () => {
  const room = new Room("lounge@conference.site", seededRandom(1));
  const own = Jid.parse(room.joinStanza("me@site").attrs["to"] ?? "");
  assertEquals(room.isOwnNick(own), true);
  assertEquals(room.isOwnNick(Jid.parse(`other@conference.site/${own.resource}`)), false);
  assertEquals(room.isOwnNick(own.withResource("somebody")), false);
  assertEquals(room.isOwnNick(own.withResource("")), false);
});

Deno.test("Room refuses what is no JID", () => {
  assertThrows(() => new Room("@", seededRandom(1)), SyntaxError);
});
