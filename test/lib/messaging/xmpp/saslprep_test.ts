import { assertEquals, assertThrows } from "@std/assert";
import { saslPrep } from "../../../../lib/messaging/xmpp/saslprep.ts";

Deno.test("saslPrep() prepares the examples of RFC 4013", () => {
  assertEquals(saslPrep("I\u00adX"), "IX");
  assertEquals(saslPrep("user"), "user");
  assertEquals(saslPrep("USER"), "USER");
  assertEquals(saslPrep("\u00aa"), "a");
  assertEquals(saslPrep("\u2168"), "IX");
  assertEquals(saslPrep("a\u00a0b"), "a b");
});

Deno.test("saslPrep() refuses control characters without repeating the text", () => {
  const error = assertThrows(() => saslPrep("secret\u0007"), SyntaxError);
  assertEquals(error.message.includes("secret"), false);
});
