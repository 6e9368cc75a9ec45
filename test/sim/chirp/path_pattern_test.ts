import { assertEquals } from "@std/assert";
import { matchesPath } from "../../../sim/chirp/path_pattern.ts";

Deno.test("matchesPath() matches names and paths as chirp_server does", () => {
  const cases: [pattern: string, path: string, expected: boolean][] = [
    ["*.txt", "/a.txt", true],
    ["*.txt", "/t/c.txt", true],
    ["/*.txt", "/t/c.txt", false],
    ["t/*.txt", "/s/t/c.txt", true],
    ["/t/c.txt", "/s/t/c.txt", false],
    ["t", "/t/c.txt", false],
    ["?.txt", "/ab.txt", false],
    ["[ab].*", "/b.dat", true],
    ["[!ab].*", "/b.dat", false],
    ["[a-c]", "/b", true],
    ["[", "/[", true],
    ["*", "/", true],
    ["a*b*c", "/aXbYc", true],
    ["a*b*c", "/aXbY", false],
    ["*.TXT", "/a.txt", false],
  ];
  for (const [pattern, path, expected] of cases) {
    assertEquals(matchesPath(pattern, path, false), expected, `${pattern} on ${path}`);
  }
});

Deno.test("matchesPath() wants a period for a period where periods count", () => {
  assertEquals(matchesPath("*", "/.hidden", false), true);
  assertEquals(matchesPath("*", "/.hidden", true), false);
  assertEquals(matchesPath(".*", "/.hidden", true), true);
});

Deno.test("matchesPath() is not slow on a hostile pattern", () => {
  assertEquals(matchesPath("*a".repeat(400) + "b", `/${"a".repeat(255)}`, false), false);
});
