import { assertEquals } from "@std/assert";
import { seededRandom } from "../../../lib/random.ts";
import { ReceivedKeys } from "../../../lib/secure/received_keys.ts";
import { newSessionKey, wrapSessionKey } from "../../../lib/secure/session_key.ts";
import { assertRefused, privateKeyOf, vectors } from "./_vectors.ts";

Deno.test("ReceivedKeys decrypts a session key once and forgets the least used", () => {
  const own = privateKeyOf(vectors.message_vectors[0]?.private_key_pkcs1_der_base64 ?? "");
  const random = seededRandom(1);
  const keys = new ReceivedKeys(own, 2);
  const wrapped = [0, 1, 2].map(() => wrapSessionKey(newSessionKey(random), own.publicKey, random));
  const [first = "", second = "", third = ""] = wrapped;
  const key = keys.unwrap(first);
  keys.unwrap(second);
  assertEquals(keys.unwrap(first) === key, true);
  keys.unwrap(third);
  assertEquals(keys.size, 2);
  assertEquals(keys.unwrap(first) === key, true);
  assertRefused(() => keys.unwrap("nonsense"), "bad-session-key");
  assertEquals(keys.size, 2);
});
