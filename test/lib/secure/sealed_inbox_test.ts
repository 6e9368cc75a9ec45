import { assertEquals } from "@std/assert";
import { seededRandom } from "../../../lib/random.ts";
import { SealedInbox } from "../../../lib/secure/sealed_inbox.ts";
import { SealedOutbox } from "../../../lib/secure/sealed_outbox.ts";
import { parseBox } from "../../../lib/secure/sealed_box.ts";
import { generateX25519Key, type X25519PublicKey } from "../../../lib/secure/x25519.ts";
import { assertRefused } from "./_vectors.ts";

const random = seededRandom(8);
const BINDING = { from: "agent@site/1", to: "jm@site", id: "1" };
const TEXT = new Uint8Array([1, 2, 3]);
const agentKey = generateX25519Key(random);
const jmKey = generateX25519Key(random);
const knows = (id: string): X25519PublicKey | undefined =>
  id === agentKey.publicKey.id ? agentKey.publicKey : undefined;
const HOUR_MS = 3_600_000;

function inbox(options: { sessionLimit?: number; toleranceMs?: number } = {}): SealedInbox {
  return new SealedInbox({ own: [jmKey], startedMs: 0, ...options });
}

/** Seals under an ephemeral key of its own, as an agent does that has just started. */
function sealFresh(nowMs: number): string {
  return new SealedOutbox(agentKey, random).seal(TEXT, jmKey.publicKey, BINDING, nowMs);
}

Deno.test("SealedOutbox renews its ephemeral key every hour, forwards and backwards", () => {
  const outbox = new SealedOutbox(agentKey, random);
  const ephemeralAt = (nowMs: number) =>
    parseBox(outbox.seal(TEXT, jmKey.publicKey, BINDING, nowMs)).header.ephemeral.toHex();
  const first = ephemeralAt(HOUR_MS);
  assertEquals(ephemeralAt(2 * HOUR_MS - 1) === first, true);
  const second = ephemeralAt(2 * HOUR_MS);
  assertEquals(second === first, false);
  // A clock that is set back does not make a key last forever.
  assertEquals(ephemeralAt(HOUR_MS - 1) === second, false);
});

Deno.test("SealedOutbox numbers its messages for each receiver", () => {
  const outbox = new SealedOutbox(agentKey, random);
  const other = generateX25519Key(random).publicKey;
  const sequences = [jmKey.publicKey, jmKey.publicKey, other, jmKey.publicKey].map((receiver) =>
    parseBox(outbox.seal(TEXT, receiver, BINDING, 0)).header.sequence
  );
  assertEquals(sequences, [0, 1, 0, 2]);
});

Deno.test("SealedOutbox of a machine that was copied makes no nonce twice but for the same box", () => {
  // Both copies have the same keys and number, and draw the same chance.
  const boxesOf = (...messages: readonly [text: number, id: string, nowMs: number][]) => {
    const outbox = new SealedOutbox(agentKey, seededRandom(3));
    return messages.map(([text, id, nowMs]) =>
      outbox.seal(new Uint8Array([text]), jmKey.publicKey, { ...BINDING, id }, nowMs)
    );
  };
  const boxes = [
    ...boxesOf([1, "1", 0], [1, "1", 0]),
    ...boxesOf([2, "1", 0], [1, "2", 0]),
    ...boxesOf([1, "3", 0], [1, "1", 1]),
  ];
  const parsed = boxes.map((box) => parseBox(box).header);
  assertEquals(new Set(parsed.map(({ ephemeral }) => ephemeral.toHex())).size, 1);
  assertEquals(new Set(parsed.map(({ nonce }) => nonce.toHex())).size, boxes.length);
  assertEquals(boxesOf([1, "1", 0])[0], boxes[0]);
});

Deno.test("SealedInbox opens what is for a former key of its own", () => {
  const former = generateX25519Key(random);
  const box = new SealedOutbox(agentKey, random).seal(TEXT, former.publicKey, BINDING, 0);
  const both = new SealedInbox({ own: [jmKey, former], startedMs: 0 });
  assertEquals(new Uint8Array(both.open(box, BINDING, knows, 0).plaintext), TEXT);
  assertRefused(() => inbox().open(box, BINDING, knows, 0), "bad-message");
});

Deno.test("SealedInbox forgets what is stale anyway", () => {
  const receiver = inbox({ toleranceMs: 1000 });
  const old = sealFresh(1000);
  receiver.open(old, BINDING, knows, 1000);
  receiver.open(sealFresh(2000), BINDING, knows, 2000);
  assertEquals(receiver.sessions, 2);
  receiver.open(sealFresh(3001), BINDING, knows, 3001);
  assertEquals(receiver.sessions, 2);
  assertRefused(() => receiver.open(old, BINDING, knows, 3001), "stale");
  // An ephemeral key that comes late is still taken.
  receiver.open(sealFresh(2500), BINDING, knows, 3001);
});

Deno.test("SealedInbox takes nothing twice when its clock is set back", () => {
  const receiver = inbox({ toleranceMs: 1000 });
  const old = sealFresh(1000);
  receiver.open(old, BINDING, knows, 1000);
  receiver.open(sealFresh(3001), BINDING, knows, 3001);
  assertEquals(receiver.sessions, 1);
  assertRefused(() => receiver.open(old, BINDING, knows, 1000), "stale");
});

Deno.test("SealedInbox takes nothing twice, however few sessions it may remember", () => {
  const receiver = inbox({ sessionLimit: 2 });
  const boxes = Array.from({ length: 10 }, (_, index) => sealFresh(1000 + index));
  for (const box of boxes) receiver.open(box, BINDING, knows, 2000);
  assertEquals(receiver.sessions, 2);
  for (const box of boxes) {
    assertRefused(() => receiver.open(box, BINDING, knows, 2000), "stale", "replayed");
  }
  receiver.open(sealFresh(2000), BINDING, knows, 2000);
});

Deno.test("SealedInbox remembers nothing of a box that it has not opened", () => {
  const receiver = inbox();
  const forger = generateX25519Key(random);
  const asAgent = (id: string) => id === forger.publicKey.id ? agentKey.publicKey : knows(id);
  for (let count = 0; count < 20; count++) {
    const forged = new SealedOutbox(forger, random).seal(TEXT, jmKey.publicKey, BINDING, 0);
    assertRefused(() => receiver.open(forged, BINDING, asAgent, 0), "bad-message");
  }
  assertEquals(receiver.sessions, 0);
});
