import { assert, assertEquals } from "@std/assert";
import { Delivery, type DeliveryOptions } from "../../../lib/messaging/delivery.ts";
import { Jid } from "../../../lib/protocol/jid.ts";
import type { CommandMessage } from "../../../lib/protocol/message.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { seededRandom } from "../../../lib/random.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";

const INFO = { attributes: { command: "jobDone" }, children: {} };
const ME = "agent@site";
const MANAGER = "jm@site/one";

function setup(options: Partial<DeliveryOptions> = {}) {
  const clock = new VirtualClock();
  const sent: XmlElement[] = [];
  const link = { online: true };
  const delivery = new Delivery({
    transmit: (stanza) => sent.push(stanza),
    isOnline: () => link.online,
    clock,
    random: seededRandom(1),
    resendMs: 1000,
    longestResendMs: 4000,
    attempts: 4,
    ...options,
  });
  return { clock, sent, link, delivery, idOf: (index: number) => sent[index]?.attrs["id"] ?? "" };
}

function incoming(id: string, noack = false): CommandMessage {
  return { kind: "command", from: MANAGER, to: ME, id, noack, groupchat: false, info: INFO };
}

Deno.test("Delivery sends again, the same stanza at growing intervals, until acknowledged", async () => {
  const { clock, sent, delivery, idOf } = setup();
  const outcome = delivery.post(ME, MANAGER, INFO);
  assertEquals(sent.length, 1);
  await clock.advance(999);
  assertEquals(sent.length, 1);
  await clock.advance(1);
  assertEquals(sent.length, 2);
  await clock.advance(2000);
  assertEquals(sent.length, 3);
  assertEquals(idOf(2), idOf(0));
  delivery.acknowledged(idOf(0), Jid.parse(MANAGER));
  assertEquals(await outcome, "acked");
  await clock.advance(100_000);
  assertEquals(sent.length, 3);
  assertEquals(delivery.pending, 0);
});

Deno.test("Delivery takes an acknowledgement from the account that was written to, and no other", async () => {
  const { delivery, idOf } = setup();
  const toSession = delivery.post(ME, MANAGER, INFO);
  const toOccupant = delivery.post(ME, "Room@conference.site/nick", INFO);
  for (const other of ["other@site/one", "jm@other/one", "jm@site.conference/nick", ME]) {
    delivery.acknowledged(idOf(0), Jid.parse(other));
    delivery.acknowledged(idOf(1), Jid.parse(other));
  }
  assertEquals(delivery.pending, 2);
  // A session may be gone, and the account's next one answer for it.
  delivery.acknowledged(idOf(0), Jid.parse("jm@site/two"));
  delivery.acknowledged(idOf(1), Jid.parse("room@conference.site/nick"));
  assertEquals([await toSession, await toOccupant], ["acked", "acked"]);
});

Deno.test("Delivery gives up after its last attempt", async () => {
  const { clock, sent, delivery } = setup();
  const outcome = delivery.post(ME, MANAGER, INFO);
  await clock.advance(1000 + 2000 + 4000 + 4000);
  assertEquals(await outcome, "given-up");
  assertEquals(sent.length, 4);
});

Deno.test("Delivery gives up what bounced from a session, but not from an account", async () => {
  const { delivery, idOf } = setup();
  const toSession = delivery.post(ME, MANAGER, INFO);
  const toAccount = delivery.post(ME, "jm@site", INFO);
  delivery.bounced(idOf(0));
  delivery.bounced(idOf(1));
  assertEquals(await toSession, "bounced");
  assertEquals(delivery.pending, 1);
  delivery.acknowledged(idOf(1), Jid.parse(MANAGER));
  assertEquals(await toAccount, "acked");
});

Deno.test("Delivery keeps commands while the link is down and counts no attempt", async () => {
  const { clock, sent, link, delivery, idOf } = setup();
  link.online = false;
  const outcome = delivery.post(ME, MANAGER, INFO);
  await clock.advance(3_600_000);
  assertEquals(sent.length, 0);
  link.online = true;
  delivery.resume();
  assertEquals(sent.length, 1);
  delivery.pause();
  await clock.advance(3_600_000);
  assertEquals(sent.length, 1);
  delivery.resume();
  assertEquals(sent.length, 2);
  delivery.acknowledged(idOf(0), Jid.parse(MANAGER));
  assertEquals(await outcome, "acked");
});

Deno.test("Delivery sends noack commands once and forgets them", async () => {
  const { clock, sent, delivery } = setup();
  assertEquals(await delivery.post(ME, MANAGER, INFO, { noack: true }), "acked");
  await clock.advance(100_000);
  assertEquals(sent.map(({ attrs }) => attrs["noack"]), ["1"]);
});

Deno.test("Delivery bounds what is pending", async () => {
  const { delivery } = setup({ pendingLimit: 1 });
  const first = delivery.post(ME, MANAGER, INFO);
  assertEquals(await delivery.post(ME, MANAGER, INFO), "given-up");
  delivery[Symbol.dispose]();
  assertEquals(await first, "given-up");
});

/** Takes a command in that is processed at once; tells whether it was new. */
function process(delivery: Delivery, message: CommandMessage): boolean {
  const isNew = delivery.accept(message);
  if (isNew) delivery.stored(message);
  return isNew;
}

Deno.test("Delivery acknowledges only after the effect is stored, repeating the address it was sent to", () => {
  const { sent, delivery } = setup();
  assert(delivery.accept(incoming("m1")));
  delivery.begun(incoming("m1"));
  assertEquals(sent, []);
  delivery.stored(incoming("m1"));
  assertEquals(sent.map(({ attrs }) => attrs), [{ ack: "m1", from: ME, to: MANAGER }]);
});

Deno.test("Delivery takes a message as new once and acknowledges each copy again", () => {
  const { sent, delivery } = setup();
  const copies = Array.from({ length: 6 }, () => process(delivery, incoming("m1")));
  assertEquals(copies, [true, false, false, false, false, false]);
  assertEquals(sent.length, 6);
});

Deno.test("Delivery takes the same id of another sender for another message", () => {
  const { delivery } = setup();
  assert(process(delivery, incoming("m1")));
  assert(process(delivery, { ...incoming("m1"), from: "other@site/x" }));
});

Deno.test("Delivery leaves a copy alone while the first is being processed", () => {
  const { sent, delivery } = setup();
  assert(delivery.accept(incoming("m1")));
  delivery.begun(incoming("m1"));
  assert(!delivery.accept(incoming("m1")));
  assertEquals(sent, []);
  delivery.stored(incoming("m1"));
  assertEquals(sent.length, 1);
});

Deno.test("Delivery does not acknowledge what could not be stored, and takes the next copy as new", () => {
  const { sent, delivery } = setup();
  for (const takesTime of [true, false]) {
    assert(delivery.accept(incoming("m1")));
    if (takesTime) delivery.begun(incoming("m1"));
    delivery.failed(incoming("m1"));
    assertEquals(sent, []);
  }
  assert(process(delivery, incoming("m1")));
  assertEquals(sent.length, 1);
});

Deno.test("Delivery never acknowledges a noack command, however often it comes", () => {
  const { sent, delivery } = setup();
  for (let copy = 0; copy < 6; copy++) process(delivery, incoming("m1", true));
  assertEquals(sent, []);
});

Deno.test("Delivery forgets received messages by number and age", async () => {
  const { clock, delivery } = setup({ rememberedLimit: 4, rememberedMs: 1000 });
  for (const id of ["m1", "m2", "m3", "m4", "m5"]) process(delivery, incoming(id));
  assert(!process(delivery, incoming("m5")));
  assert(process(delivery, incoming("m1")));
  await clock.advance(1000);
  assert(process(delivery, incoming("m1")));
});

Deno.test("Delivery gives a command up when its time is over, online or not", async () => {
  for (const online of [true, false]) {
    const { clock, sent, link, delivery } = setup();
    link.online = online;
    const outcome = delivery.post(ME, MANAGER, INFO, { lastsMs: 2500 });
    await clock.advance(2500);
    assertEquals([await outcome, delivery.pending], ["given-up", 0]);
    link.online = true;
    delivery.resume();
    await clock.advance(100_000);
    assertEquals(sent.length, online ? 2 : 0);
  }
});
