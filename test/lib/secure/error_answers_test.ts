import { assertEquals } from "@std/assert";
import { equalSecrets, isAllZero } from "../../../lib/secure/constant_time.ts";
import { errorAnswer, ErrorAnswers } from "../../../lib/secure/error_answers.ts";
import { ReceivedKeys } from "../../../lib/secure/received_keys.ts";
import { newSessionKey, wrapSessionKey } from "../../../lib/secure/session_key.ts";
import { SecurityError } from "../../../lib/secure/security_error.ts";
import { seededRandom } from "../../../lib/random.ts";
import { assertRefused, privateKeyOf, vectors } from "./_vectors.ts";

Deno.test("errorAnswer() speaks the original's words", () => {
  const said = (error: SecurityError) => {
    const { info, encrypted } = errorAnswer(error);
    return [info.attributes["command"], info.attributes["errorString"], encrypted];
  };
  assertEquals(said(new SecurityError("bad-session-key")), [
    "security_error",
    "Could not decrypt the session key",
    false,
  ]);
  assertEquals(said(new SecurityError("bad-message")), [
    "security_error",
    "Could not decrypt the message",
    false,
  ]);
  assertEquals(said(new SecurityError("bad-ticket")), [
    "error",
    "Failed to verify ticket signature",
    true,
  ]);
  assertEquals(
    said(new SecurityError("ticket-expired", " (now is 2 and the ticket is valid to 1)")),
    [
      "error",
      "The ticket has expired (now is 2 and the ticket is valid to 1)",
      true,
    ],
  );
});

Deno.test("ErrorAnswers answers a sender once in a while", () => {
  const answers = new ErrorAnswers({ pauseMs: 100 });
  assertEquals([0, 1, 99, 100, 150, 200].map((nowMs) => answers.take("a@b", nowMs)), [
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
  assertEquals(answers.take("c@d", 201), true);
});

Deno.test("ErrorAnswers answers a sender as often as it may in one go", () => {
  const answers = new ErrorAnswers({ pauseMs: 100, burst: 2 });
  assertEquals([0, 50, 60, 99, 100, 101, 102].map((nowMs) => answers.take("a@b", nowMs)), [
    true,
    true,
    false,
    false,
    true,
    true,
    false,
  ]);
});

Deno.test("ErrorAnswers falls silent when there are too many to remember", () => {
  const answers = new ErrorAnswers({ pauseMs: 100, senderLimit: 2 });
  assertEquals(["a", "b", "c"].map((sender) => answers.take(sender, 0)), [true, true, false]);
  assertEquals(answers.take("c", 100), true);
});

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

Deno.test("equalSecrets() compares text and bytes of any length", () => {
  assertEquals(equalSecrets("blah", "blah"), true);
  assertEquals(equalSecrets("blah", new TextEncoder().encode("blah")), true);
  assertEquals(equalSecrets("blah", "blah "), false);
  assertEquals(equalSecrets("", "x"), false);
  assertEquals(equalSecrets("", ""), true);
});

Deno.test("isAllZero() sees every byte", () => {
  assertEquals(isAllZero(new Uint8Array(32)), true);
  for (let index = 0; index < 32; index++) {
    const bytes = new Uint8Array(32);
    bytes[index] = 128;
    assertEquals(isAllZero(bytes), false);
  }
});
