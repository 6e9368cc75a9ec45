import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import {
  formatAcl,
  formatRights,
  grants,
  matchesSubject,
  NO_RIGHTS,
  parseAcl,
  parseRights,
  reservedRights,
  rightsOf,
  withEntry,
} from "../../../lib/chirp/acl.ts";

Deno.test("formatRights() prints in the protocol's order, with p implied by w", () => {
  assertEquals(formatRights(parseRights("rwlda")), "rwldpa");
  assertEquals(formatRights(parseRights("vxapdlwr")), "rwldpaxv()");
  assertEquals(formatRights(parseRights("v(rwl)")), "v(rwl)");
  assertEquals(formatRights(parseRights("xav(axvr)l")), "laxv(rvax)");
});

Deno.test("formatRights() prints n for no rights, and parseRights() reads it", () => {
  for (const text of ["", "n", ".", "-"]) assertEquals(parseRights(text), NO_RIGHTS);
  assertEquals(formatRights(NO_RIGHTS), "n");
});

Deno.test("reservedRights() gives rwlda for v without letters", () => {
  assertEquals(formatRights(reservedRights(parseRights("v"))), "rwldpa");
  assertEquals(formatRights(reservedRights(parseRights("v()"))), "rwldpa");
  assertEquals(formatRights(reservedRights(parseRights("rlv(rl)"))), "rl");
  assertEquals(formatRights(reservedRights(parseRights("v(wl)"))), "wlp");
});

Deno.test("parseAcl() ignores lines that do not parse", () => {
  const text = "address:* rl\n# comment\nlonely\nx n\ny zr\n two  rwq \n\nthree   rwq\n";
  assertEquals(formatAcl(parseAcl(text)), "address:* rl\nthree rwp\n");
});

Deno.test("rightsOf() is the union over all lines that match", () => {
  const acl = parseAcl("address:127.0.0.1 w\naddress:127.* rl\nunix:* a\n");
  const rights = rightsOf(acl, "address:127.0.0.1");
  assertEquals(formatRights(rights), "rwlp");
  assert(grants(rights, "p"));
  assertFalse(grants(rights, "a"));
  assertEquals(rightsOf(acl, "hostname:localhost"), NO_RIGHTS);
});

Deno.test("matchesSubject() takes the first * alone as a wildcard", () => {
  assert(matchesSubject("*", "unix:alice"));
  assert(matchesSubject("hostname:*.example.org", "hostname:a.b.example.org"));
  assert(matchesSubject("address:127.0.0.1*", "address:127.0.0.1"));
  assert(matchesSubject("a*b*", "axb*"));
  assertFalse(matchesSubject("a*b*", "axbx"));
  assertFalse(matchesSubject("Address:*", "address:1"));
  assertFalse(matchesSubject("ab*bc", "abc"));
  assertFalse(matchesSubject("group:staff", "unix:alice"));
});

Deno.test("withEntry() replaces, appends and removes", () => {
  const acl = parseAcl("a rl\nb w\n");
  assertEquals(formatAcl(withEntry(acl, "a", parseRights("a"))), "a a\nb wp\n");
  assertEquals(formatAcl(withEntry(acl, "c", parseRights("l"))), "a rl\nb wp\nc l\n");
  assertEquals(formatAcl(withEntry(acl, "a", NO_RIGHTS)), "b wp\n");
  assertEquals(withEntry(acl, "c", NO_RIGHTS), acl);
});

Deno.test("parseRights() undoes formatRights() for any letters", () => {
  const letters = fc.array(fc.constantFrom(..."rwldpaxv()nz")).map((all) => all.join(""));
  fc.assert(fc.property(letters, (text) => {
    const printed = formatRights(parseRights(text));
    assertEquals(formatRights(parseRights(printed)), printed);
  }));
});

Deno.test("parseAcl() takes any text, and what formatAcl() prints stays", () => {
  const pieces = fc.array(fc.constantFrom("a", "*", " ", "\n", "\t", "r", "w", "v(", ")", "é"));
  const texts = fc.oneof(fc.string({ unit: "binary" }), pieces.map((all) => all.join("")));
  fc.assert(fc.property(texts, (text) => {
    const printed = formatAcl(parseAcl(text).filter((entry) => entry.rights !== NO_RIGHTS));
    assertEquals(formatAcl(parseAcl(printed)), printed);
  }));
});
