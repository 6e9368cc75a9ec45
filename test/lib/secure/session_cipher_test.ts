import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../../../lib/random.ts";
import { decryptSession, encryptSession } from "../../../lib/secure/session_cipher.ts";
import { assertRefused, replay, vectors } from "./_vectors.ts";

const encoder = new TextEncoder();
const KEY = new Uint8Array(32).fill(7);

Deno.test("encryptSession() makes the original's bytes from the original's salt", () => {
  for (const vector of vectors.aes_fixed_salt_vectors) {
    const container = encryptSession(
      encoder.encode(vector.plaintext),
      Uint8Array.fromHex(vector.passphrase_hex),
      replay(encoder.encode(vector.salt)),
    );
    assertEquals(container.toHex(), vector.ciphertext_hex);
  }
});

Deno.test("decryptSession() reads the original's bytes", () => {
  for (const vector of vectors.aes_fixed_salt_vectors) {
    const plaintext = decryptSession(
      Uint8Array.fromHex(vector.ciphertext_hex),
      Uint8Array.fromHex(vector.passphrase_hex),
    );
    assertEquals(new TextDecoder().decode(plaintext), vector.plaintext);
  }
});

Deno.test("decryptSession() undoes encryptSession()", () => {
  fc.assert(fc.property(
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.integer(),
    (plaintext, key, seed) => {
      const container = encryptSession(plaintext, key, seededRandom(seed));
      assertEquals(decryptSession(container, key), plaintext);
    },
  ));
});

Deno.test("decryptSession() refuses what is no container", () => {
  const container = encryptSession(encoder.encode("text"), KEY, seededRandom(1));
  for (let length = 0; length < container.length; length++) {
    assertRefused(() => decryptSession(container.subarray(0, length), KEY), "bad-message");
  }
  for (let index = 0; index < 8; index++) {
    const other = container.slice();
    other[index] = (other[index] ?? 0) ^ 1;
    assertRefused(() => decryptSession(other, KEY), "bad-message");
  }
});

Deno.test("decryptSession() gives bytes or refuses, whatever comes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 96 }), (bytes) => {
    const container = new Uint8Array([...encoder.encode("Salted__"), ...bytes]);
    try {
      decryptSession(container, KEY);
    } catch {
      assertRefused(() => decryptSession(container, KEY), "bad-message");
    }
  }));
});
