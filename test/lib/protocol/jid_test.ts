import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Jid, tryParseJid } from "../../../lib/protocol/jid.ts";

Deno.test("Jid.parse() splits a JID and keeps its account in lower case", () => {
  const jid = Jid.parse("Agent_s-1@Copilot.Test/cb0e/8b@x y");
  assertEquals(
    [jid.local, jid.domain, jid.resource],
    ["agent_s-1", "copilot.test", "cb0e/8b@x y"],
  );
  assertEquals(jid.bare, "agent_s-1@copilot.test");
  assertEquals(jid.full, "agent_s-1@copilot.test/cb0e/8b@x y");
});

Deno.test("Jid.parse() reads a server's JID", () => {
  assertEquals(Jid.parse("copilot.test").full, "copilot.test");
  assertEquals(Jid.parse("copilot.test/admin").resource, "admin");
});

Deno.test("Jid.parse() refuses what is no JID and names it", () => {
  for (
    const text of [
      "",
      "@a",
      "a@",
      "a@b/",
      "a b@c",
      "a@b c",
      "a<@b",
      "a@b@c",
      "a@b/\n",
      "x".repeat(1024) + "@b",
    ]
  ) {
    assertThrows(() => Jid.parse(text), SyntaxError, "Cannot parse JID");
    assertEquals(tryParseJid(text), undefined);
  }
});

Deno.test("withResource() changes the resource alone", () => {
  assertEquals(Jid.parse("a@b/c").withResource("d").full, "a@b/d");
  assertEquals(Jid.parse("a@b/c").withResource("").full, "a@b");
  assertThrows(() => Jid.parse("a@b").withResource("\u0007"), SyntaxError);
});

Deno.test("Jid.parse() reads back whatever it accepted", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const jid = tryParseJid(text);
    if (jid !== undefined) assertEquals(Jid.parse(jid.full).full, jid.full);
  }));
});
