import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../../../lib/random.ts";
import { decodeMimeBase64, encodeMimeBase64 } from "../../../lib/secure/mime_base64.ts";
import { parseRsaPublicKey } from "../../../lib/secure/rsa_key.ts";
import { decryptOaep, encryptOaep } from "../../../lib/secure/rsa_oaep.ts";
import {
  newSessionKey,
  unwrapSessionKey,
  wrapSessionKey,
} from "../../../lib/secure/session_key.ts";
import { assertRefused, oaepSeedOf, privateKeyOf, replay, vectors } from "./_vectors.ts";

const [own, longer] = [vectors.message_vectors[0], vectors.message_vectors[2]].map((vector) =>
  privateKeyOf(vector?.private_key_pkcs1_der_base64 ?? "")
);
if (own === undefined || longer === undefined) throw new Error("Cannot find two vectors");

Deno.test("unwrapSessionKey() reads the original's session keys", () => {
  for (const vector of vectors.message_vectors) {
    const key = privateKeyOf(vector.private_key_pkcs1_der_base64);
    const sessionKey = unwrapSessionKey(vector.body_attribute_session_key_value, key);
    assertEquals(sessionKey.toHex(), vector.session_key_hex, vector.name);
  }
});

Deno.test("wrapSessionKey() makes the original's bytes from the original's seed", () => {
  for (const vector of vectors.message_vectors) {
    const key = privateKeyOf(vector.private_key_pkcs1_der_base64);
    const ciphertext = decodeMimeBase64(vector.body_attribute_session_key_value);
    const wrapped = wrapSessionKey(
      Uint8Array.fromHex(vector.session_key_hex),
      parseRsaPublicKey(vector.public_key_pem),
      replay(oaepSeedOf(ciphertext ?? new Uint8Array(), key)),
    );
    assertEquals(wrapped, vector.body_attribute_session_key_value, vector.name);
  }
});

Deno.test("what is wrapped is base64 with a newline", () => {
  for (const vector of vectors.message_vectors) {
    assertEquals(
      encodeMimeBase64(Uint8Array.fromHex(vector.session_key_hex)),
      vector.rsa_plaintext,
    );
  }
});

Deno.test("wrapSessionKey() makes other bytes each time", () => {
  const random = seededRandom(1);
  const sessionKey = newSessionKey(random);
  assertNotEquals(
    wrapSessionKey(sessionKey, own.publicKey, random),
    wrapSessionKey(sessionKey, own.publicKey, random),
  );
});

Deno.test("unwrapSessionKey() refuses every kind of nonsense in the same words", () => {
  const random = seededRandom(2);
  const wrap = (text: string) =>
    encodeMimeBase64(encryptOaep(new TextEncoder().encode(text), own.publicKey, random));
  const cases = [
    "",
    "\n",
    "no base64 ###",
    "AAAA",
    "A".repeat(100_000),
    encodeMimeBase64(new Uint8Array(128)),
    encodeMimeBase64(new Uint8Array(128).fill(255)),
    encodeMimeBase64(new Uint8Array(129)),
    wrapSessionKey(newSessionKey(random), longer.publicKey, random),
    wrap(""),
    wrap("###"),
    wrap(encodeMimeBase64(new Uint8Array(31))),
    wrap(encodeMimeBase64(new Uint8Array(33))),
  ];
  for (const wrapped of cases) {
    assertRefused(() => unwrapSessionKey(wrapped, own), "bad-session-key");
  }
});

Deno.test("decryptOaep() undoes encryptOaep(), up to the longest text", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 86 }), fc.integer(), (message, seed) => {
      const ciphertext = encryptOaep(message, own.publicKey, seededRandom(seed));
      assertEquals(new Uint8Array(decryptOaep(ciphertext, own)), message);
    }),
    { numRuns: 20 },
  );
});

Deno.test("encryptOaep() refuses a text that does not fit", () => {
  const random = seededRandom(3);
  assertEquals(encryptOaep(new Uint8Array(86), own.publicKey, random).length, 128);
  assertRefused(() => encryptOaep(new Uint8Array(87), own.publicKey, random), "too-large");
});
