import { assertEquals, assertThrows } from "@std/assert";
import { SASL_MECHANISMS, SaslMechanisms } from "../../../../lib/messaging/xmpp/sasl_mechanisms.ts";
import { ScramError, ScramKeyCache } from "../../../../lib/messaging/xmpp/scram.ts";
import { systemRandom } from "../../../../lib/random.ts";

const credentials = { username: "us\u00e9r", password: "pencil" };

function mechanisms(plainAllowed: boolean): SaslMechanisms {
  const made = new SaslMechanisms({
    ...credentials,
    keys: new ScramKeyCache(credentials.password),
    mechanisms: SASL_MECHANISMS,
    random: systemRandom,
  });
  made.plainAllowed = plainAllowed;
  return made;
}

Deno.test("SaslMechanisms keeps PLAIN back until the connection is safe", () => {
  assertEquals(mechanisms(false).names, ["SCRAM-SHA-256", "SCRAM-SHA-1"]);
  assertEquals(mechanisms(true).names, ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"]);
  assertEquals(mechanisms(false).create(["PLAIN"]), null);
});

Deno.test("SaslMechanisms makes the strongest of those asked for", () => {
  assertEquals(mechanisms(true).create(["PLAIN", "SCRAM-SHA-1"])?.name, "SCRAM-SHA-1");
});

Deno.test("SaslMechanisms sends PLAIN as bytes of UTF-8, without a newline", () => {
  const plain = mechanisms(true).create(["PLAIN"]);
  assertEquals(plain?.response(credentials), "\0us\u00c3\u00a9r\0pencil");
  assertThrows(() => plain?.challenge(""), Error);
});

Deno.test("SaslMechanisms refuses success that comes too early", () => {
  const made = mechanisms(true);
  assertThrows(() => made.succeed(""), ScramError);
  made.create(["SCRAM-SHA-256"]);
  assertThrows(() => made.succeed(btoa("v=AAAA")), ScramError);
});
