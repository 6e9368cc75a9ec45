import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../../../lib/random.ts";
import { openBox, parseBox, sealBox } from "../../../lib/secure/sealed_box.ts";
import { receiverKey, senderKey } from "../../../lib/secure/sealed_key.ts";
import { generateX25519Key } from "../../../lib/secure/x25519.ts";
import { assertRefused } from "./_vectors.ts";

const random = seededRandom(1);
const KEY = random.bytes(32);
const TEXT = new TextEncoder().encode("<message/>");
const HEADER = {
  senderKeyId: "0102030405060708",
  receiverKeyId: "1112131415161718",
  ephemeral: random.bytes(32),
  sequence: 7,
  stampMs: 1_795_343_305_123,
  nonce: random.bytes(12),
};
const BINDING = { from: "agent@site/1", to: "jm@site", id: "id-1" };
const BOX = sealBox(TEXT, HEADER, BINDING, KEY);
const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/** A box with other bytes. */
function changed(change: (bytes: Uint8Array) => Uint8Array): string {
  return `1.${change(Uint8Array.fromBase64(BOX.slice(2), BASE64URL)).toBase64(BASE64URL)}`;
}

Deno.test("openBox() undoes sealBox()", () => {
  const jid = fc.string({ maxLength: 40 });
  fc.assert(fc.property(
    fc.uint8Array({ maxLength: 500 }),
    fc.record({ from: jid, to: jid, id: jid }),
    fc.nat(2 ** 32 - 1),
    fc.nat(2 ** 48),
    (plaintext, binding, sequence, stampMs) => {
      const header = { ...HEADER, sequence, stampMs };
      const box = parseBox(sealBox(plaintext, header, binding, KEY));
      assertEquals(box.header, header);
      assertEquals(new Uint8Array(openBox(box, binding, KEY)), plaintext);
    },
  ));
});

Deno.test("a box is no longer than it must be", () => {
  assertEquals(BOX.length, 2 + Math.ceil((72 + TEXT.length + 16) * 4 / 3));
});

Deno.test("openBox() refuses a box of which one bit was changed, wherever it is", () => {
  const bits = (BOX.length - 2) * 6 >> 3 << 3;
  for (let bit = 0; bit < bits; bit++) {
    const box = changed((bytes) => {
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return bytes;
    });
    assertNotEquals(box, BOX);
    assertRefused(() => openBox(parseBox(box), BINDING, KEY), "bad-message");
  }
});

Deno.test("openBox() refuses a box whose text was changed, wherever it is", () => {
  for (let at = 0; at < BOX.length; at++) {
    for (const other of ["A", "B", "_", "=", " ", "\n", "+"]) {
      if (other === BOX[at]) continue;
      const box = BOX.slice(0, at) + other + BOX.slice(at + 1);
      assertRefused(() => openBox(parseBox(box), BINDING, KEY), "bad-message");
    }
  }
});

Deno.test("openBox() refuses a box that was cut or made longer", () => {
  for (let length = 0; length < BOX.length; length++) {
    assertRefused(() => openBox(parseBox(BOX.slice(0, length)), BINDING, KEY), "bad-message");
  }
  for (const more of [1, 15, 16, 100]) {
    const box = changed((bytes) => new Uint8Array([...bytes, ...new Uint8Array(more)]));
    assertRefused(() => openBox(parseBox(box), BINDING, KEY), "bad-message");
  }
});

Deno.test("openBox() refuses a box in another stanza", () => {
  const box = parseBox(BOX);
  const others = [
    { ...BINDING, from: "agent@site/2" },
    { ...BINDING, to: "jm@site/alpha" },
    { ...BINDING, id: "id-2" },
    { from: BINDING.to, to: BINDING.from, id: BINDING.id },
    // The same characters, divided in another way.
    { from: "agent@site/1j", to: "m@site", id: "id-1" },
    { from: "agent@site/1", to: "jm@sitei", id: "d-1" },
    { from: "", to: "", id: "agent@site/1jm@siteid-1" },
  ];
  for (const binding of others) assertRefused(() => openBox(box, binding, KEY), "bad-message");
});

Deno.test("openBox() refuses another key and other versions", () => {
  assertRefused(() => openBox(parseBox(BOX), BINDING, new Uint8Array(32)), "bad-message");
  for (const prefix of ["", "0.", "2.", "1", ".", "1.1.", "01."]) {
    assertRefused(() => parseBox(prefix + BOX.slice(2)), "bad-message");
  }
});

Deno.test("parseBox() refuses what is too long before it looks at it", () => {
  assertRefused(() => parseBox(`1.${"A".repeat(2 << 20)}`), "too-large");
});

Deno.test("parseBox() gives a box or refuses, whatever comes", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
    try {
      openBox(parseBox(`1.${text}`), BINDING, KEY);
      throw new Error("Opened a box that nobody sealed");
    } catch {
      assertRefused(() => openBox(parseBox(`1.${text}`), BINDING, KEY), "bad-message");
    }
  }));
});

Deno.test("both sides come to the same key, and nobody else does", () => {
  const [sender, receiver, ephemeral, other] = [0, 1, 2, 3].map(() => generateX25519Key(random));
  if (!sender || !receiver || !ephemeral || !other) throw new Error("No keys");
  const key = senderKey(sender, ephemeral, receiver.publicKey);
  assertEquals(receiverKey(receiver, sender.publicKey, ephemeral.publicKey), key);
  const wrong = [
    // Somebody else in the place of each, and the other direction.
    senderKey(other, ephemeral, receiver.publicKey),
    senderKey(sender, other, receiver.publicKey),
    senderKey(sender, ephemeral, other.publicKey),
    receiverKey(other, sender.publicKey, ephemeral.publicKey),
    receiverKey(receiver, other.publicKey, ephemeral.publicKey),
    senderKey(receiver, ephemeral, sender.publicKey),
  ];
  for (const derived of wrong) assertNotEquals(derived, key);
});
