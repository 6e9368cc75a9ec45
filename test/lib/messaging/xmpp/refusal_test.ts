import { assertEquals, assertStrictEquals } from "@std/assert";
import { LinkRefusedError } from "../../../../lib/messaging/link.ts";
import { judgeFailure } from "../../../../lib/messaging/xmpp/refusal.ts";
import { ScramError } from "../../../../lib/messaging/xmpp/scram.ts";

function saslError(condition: string): Error {
  return Object.assign(new Error(condition), { name: "SASLError", condition });
}

Deno.test("judgeFailure() calls final what another attempt cannot cure", () => {
  const finals = [
    saslError("not-authorized"),
    new ScramError("Cannot trust server"),
    new LinkRefusedError("Cannot log in"),
    Object.assign(new Error("self-signed"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }),
    Object.assign(new Error("expired"), { code: "CERT_HAS_EXPIRED" }),
    Object.assign(new Error("name"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" }),
  ];
  for (const error of finals) assertEquals(judgeFailure(error).name, "LinkRefusedError");
});

Deno.test("judgeFailure() leaves the rest as it is", () => {
  const others = [
    saslError("temporary-auth-failure"),
    new Error("not-authorized"),
    Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
  ];
  for (const error of others) assertStrictEquals(judgeFailure(error), error);
  assertEquals(judgeFailure("text").message, "Connection failed: text");
  assertEquals(judgeFailure(undefined).message, "Connection failed: undefined");
});
