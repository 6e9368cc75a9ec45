import { assertEquals } from "@std/assert";
import { equalSecrets, isAllZero } from "../../../lib/secure/constant_time.ts";

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
