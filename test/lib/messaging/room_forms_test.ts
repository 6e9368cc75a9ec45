/** Which form messages to rooms take, by what a room reflects. */
import { assertEquals } from "@std/assert";
import { createLogger, memorySink } from "../../../lib/log.ts";
import { Container } from "../../../lib/messaging/container.ts";
import { PeerForms } from "../../../lib/messaging/peer_forms.ts";
import { isProbe } from "../../../lib/messaging/envelope_probe.ts";
import { RoomForms } from "../../../lib/messaging/room_forms.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { seededRandom } from "../../../lib/random.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { Broker, type BrokerOptions, memoryLink } from "../../../sim/xmpp/mod.ts";

const ROOM = "lounge@conference.site.test";

/** Two containers in a room; what each sent, was told and logged. */
async function lounge(options: Partial<BrokerOptions> = {}) {
  const clock = new VirtualClock();
  const random = seededRandom(3);
  const broker = new Broker({ domain: "site.test", autoRegister: true, clock, random, ...options });
  const guest = async (user: string) => {
    const link = memoryLink(broker, { user, clock, random });
    const sent: XmlElement[] = [];
    const send = link.send.bind(link);
    link.send = (stanza) => {
      sent.push(stanza);
      send(stanza);
    };
    const sink = memorySink();
    const told: string[] = [];
    const container = new Container({
      link,
      component: {
        handle: ({ command }) => {
          told.push(command);
          return [];
        },
      },
      envelope: "auto",
      room: ROOM,
      log: createLogger({ sinks: [sink], clock }),
      clock,
      random,
    });
    const started = container.start();
    await clock.advance(10);
    await started;
    const said = () =>
      sink.records.map(({ message }) => message).filter((text) => /room/.test(text));
    const probes = () => sent.filter((stanza) => isProbe(stanza) && stanza.attrs["to"] === ROOM);
    return { container, told, said, probes };
  };
  return { clock, broker, one: await guest("one"), other: await guest("other") };
}

for (
  const [passesInRooms, form, reason] of [
    ["everything", "original", "the room keeps it"],
    ["known", "namespaced", "the room empties messages of the original form"],
  ] as const
) {
  Deno.test(`a room that passes ${passesInRooms} is spoken to in the ${form} form`, async () => {
    const { clock, one, other } = await lounge({ passesInRooms });
    await using speaker = one.container;
    await using _listener = other.container;
    const learnt = Promise.all([speaker.learnRoom(ROOM), speaker.learnRoom(ROOM)]);
    await clock.advance(10);
    await learnt;
    assertEquals(one.said(), [`Messages to ${ROOM} go out in the ${form} form: ${reason}`]);
    assertEquals(one.probes().length, 1);
    // Nobody takes the question for a command; what follows is understood.
    assertEquals(other.told, []);
    void speaker.post(ROOM, { command: "sleep" }, { groupchat: true, noack: true });
    await clock.advance(10);
    assertEquals(other.told, ["sleep"]);
  });
}

Deno.test("a room is asked anew after a reconnect, and nothing is said twice", async () => {
  const { clock, broker, one, other } = await lounge({ passesInRooms: "known" });
  await using container = one.container;
  await using _other = other.container;
  for (const round of [1, 2]) {
    const learnt = container.learnRoom(ROOM);
    await clock.advance(10);
    await learnt;
    assertEquals([one.probes().length, one.said().length], [round, 1]);
    broker.kill();
    await clock.advance(120_000);
  }
});

/** Forms of rooms over a link that takes everything and brings nothing. */
function silent(usual: "original" | "namespaced") {
  const clock = new VirtualClock();
  const sink = memorySink();
  const forms = new PeerForms(100);
  forms.usual = usual;
  const sent: XmlElement[] = [];
  const rooms = new RoomForms({
    transmit: (stanza) => sent.push(stanza),
    forms,
    log: createLogger({ sinks: [sink], clock }),
    clock,
    random: seededRandom(1),
  });
  return { clock, forms, rooms, sent };
}

for (const usual of ["original", "namespaced"] as const) {
  Deno.test(`a room that reflects nothing gets the usual form, ${usual}, after two seconds`, async () => {
    const { clock, forms, rooms } = silent(usual);
    let isKnown = false;
    const known = rooms.find(ROOM, "me@site.test/1").then(() => isKnown = true);
    await clock.advance(1900);
    assertEquals(isKnown, false);
    await clock.advance(200);
    await known;
    assertEquals(forms.of(ROOM), usual);
  });
}

Deno.test("RoomForms asks a bounded number of rooms, and lets go of all when the link is gone", async () => {
  const { rooms, sent } = silent("original");
  const known = Array.from(
    { length: 200 },
    (_, n) => rooms.find(`r${n}@site.test`, "me@site.test/1"),
  );
  assertEquals(sent.length, 100);
  rooms.forget();
  await Promise.all(known);
});

Deno.test("PeerForms speaks to a room's occupants in the room's form, unless they spoke another", () => {
  const forms = new PeerForms(10);
  forms.learn(ROOM, "namespaced");
  assertEquals(forms.of(`${ROOM}/any/nick`), "namespaced");
  assertEquals(forms.of("somebody@site.test/1"), "original");
});
