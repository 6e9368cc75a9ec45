import { assert, assertEquals, assertThrows } from "@std/assert";
import { join, normalize } from "@std/path";
import fc from "fast-check";
import { safeLinkTarget, safeRelativePath } from "../../../lib/machine/safe_path.ts";
import { UnsafePathError } from "../../../lib/machine/workspace.ts";

/** Paths made of the pieces that break out of folders. */
const hostilePath = fc.array(
  fc.oneof(fc.constantFrom("/", ".", "..", "a", "bc", "\\", "\0", "\ud800", "ü"), fc.string()),
  { maxLength: 12 },
).map((pieces) => pieces.join(""));

/** Calls a function; `undefined` where it refuses. */
function accepted(check: () => string): string | undefined {
  try {
    return check();
  } catch (error) {
    assert(error instanceof UnsafePathError);
    return undefined;
  }
}

Deno.test("safeRelativePath() keeps plain paths and drops dots", () => {
  assertEquals(safeRelativePath("job/stdout"), "job/stdout");
  assertEquals(safeRelativePath("./job/./stdout"), "job/stdout");
  assertEquals(safeRelativePath("."), ".");
  assertEquals(safeRelativePath("./."), ".");
  assertEquals(safeRelativePath("..."), "...");
  assertEquals(safeRelativePath("ü".repeat(127)), "ü".repeat(127));
  assertEquals(safeRelativePath("a\\b", { backslash: true }), "a\\b");
});

Deno.test("safeRelativePath() refuses what could leave the folder, or is no name", () => {
  const deep = `${"d".repeat(200)}/`.repeat(21);
  for (
    const path of [
      ...["", "/", "/a", "..", "../a", "a/..", "a/../b", "a//b", "a/", "a\0", "a\\b", "\ud800"],
      ...["x".repeat(256), "ü".repeat(128), `${deep}x`],
    ]
  ) {
    assertThrows(() => safeRelativePath(path), UnsafePathError, "Refused the path");
  }
});

Deno.test("safeRelativePath() returns a path that stays inside, for any text", () => {
  fc.assert(fc.property(hostilePath, fc.boolean(), (text, backslash) => {
    const path = accepted(() => safeRelativePath(text, { backslash }));
    if (path === undefined) return;
    assert(join("/root/folder", path).startsWith("/root/folder"));
    assertEquals(normalize(path), path);
    assertEquals(safeRelativePath(path, { backslash }), path);
    assert(backslash || !path.includes("\\"));
  }));
});

Deno.test("safeLinkTarget() accepts targets inside and tells where they lead", () => {
  assertEquals(safeLinkTarget("link", "stdout"), "stdout");
  assertEquals(safeLinkTarget("a/b/link", "../../stdout"), "stdout");
  assertEquals(safeLinkTarget("a/link", "./c//d"), "a/c/d");
  assertEquals(safeLinkTarget("a/link", ".."), ".");
});

Deno.test("safeLinkTarget() refuses targets outside, and steps up that follow a name", () => {
  for (const target of ["/etc", "..", "../x", "b/../../x", "b/..", "", "a\0", "\ud800"]) {
    assertThrows(() => safeLinkTarget("link", target), UnsafePathError, "Refused the link");
  }
});

Deno.test("safeLinkTarget() returns a path that stays inside, for any target", () => {
  const places = fc.constantFrom("l", "a/l", "a/b/l");
  fc.assert(fc.property(places, hostilePath, (place, target) => {
    const path = accepted(() => safeLinkTarget(place, target));
    if (path === undefined) return;
    assertEquals(join("/root", place, "..", target, "."), join("/root", path, "."));
  }));
});
