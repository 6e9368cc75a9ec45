import { assertEquals, assertThrows } from "@std/assert";
import { Jid } from "../../../lib/protocol/jid.ts";
import { TrustedManagers } from "../../../roles/agent/trust.ts";

const has = (trusted: TrustedManagers, jid: string) => trusted.has(Jid.parse(jid));

Deno.test("TrustedManagers.has() knows accounts, whatever their session, and whole domains", () => {
  const trusted = new TrustedManagers(["JM@site.org/x", "grid.org"]);
  assertEquals(has(trusted, "jm@site.org/other"), true);
  assertEquals(has(trusted, "other@site.org"), false);
  assertEquals(has(trusted, "any@grid.org/y"), true);
  assertEquals(has(trusted, "any@sub.grid.org"), false);
  assertEquals(has(trusted, "grid.org@evil.org"), false);
});

Deno.test("TrustedManagers.refer() trusts one account more, and forgets the oldest of many", () => {
  const trusted = new TrustedManagers(["jm@site.org"]);
  trusted.refer("am@grid.org/session");
  assertEquals(has(trusted, "am@grid.org/other"), true);
  trusted.refer("not a jid");
  for (let number = 0; number < 100; number++) trusted.refer(`am${number}@grid.org`);
  assertEquals(has(trusted, "am@grid.org"), false);
  assertEquals(has(trusted, "am0@grid.org"), true);
  assertEquals(has(trusted, "jm@site.org"), true);
});

Deno.test("TrustedManagers refuses what is no JID", () => {
  assertThrows(() => new TrustedManagers(["@"]), SyntaxError);
});
