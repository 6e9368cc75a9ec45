import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parseConfigText } from "../../../lib/config/config_text.ts";

function values(text: string): Record<string, string | undefined> {
  const { entries } = parseConfigText(text, "file");
  return Object.fromEntries([...entries].map(([name, { value }]) => [name, value]));
}

Deno.test("parseConfigText() reads names and values parted by blanks or tabs", () => {
  assertEquals(values("A 1\nB\t2\n  C \t 3  "), { A: "1", B: "2", C: "3" });
});

Deno.test("parseConfigText() skips comments, empty lines and a byte order mark", () => {
  assertEquals(values("\ufeff# first\n\n   # indented\nA 1\r\nB 2\rC 3"), {
    A: "1",
    B: "2",
    C: "3",
  });
});

Deno.test("parseConfigText() lets the last line win and a name alone unset", () => {
  assertEquals(values("A 1\nA 2\nB 1\nB"), { A: "2", B: undefined });
});

Deno.test("parseConfigText() takes the first word and warns of more", () => {
  const { entries, warnings } = parseConfigText("A one two\nB one # why", "file");
  assertEquals(entries.get("A"), { value: "one", where: "file line 1" });
  assertEquals(entries.get("B"), { value: "one", where: "file line 2" });
  assertEquals(warnings, [
    { line: 1, message: "Ignored what follows the first word of the value of A" },
  ]);
});

Deno.test("parseConfigText() numbers the lines that it cannot read", () => {
  const { errors } = parseConfigText("A 1\nB=2\n[section]\n" + "C".repeat(9000), "file");
  assertEquals(errors.map(({ line }) => line), [2, 3, 4]);
  assertStringIncludes(errors[0]?.message ?? "", `as in "B VALUE"`);
});

Deno.test("parseConfigText() gives up on endless files", () => {
  const { entries, errors } = parseConfigText("A 1\n".repeat(30_000), "file");
  assertEquals(entries.size, 1);
  assertEquals(errors, [{ line: 20_001, message: "Expected at most 20000 lines" }]);
});

Deno.test("parseConfigText() takes any text and lists at most 20 complaints", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => {
    const { entries, errors, warnings } = parseConfigText(text, "file");
    assert(errors.length <= 20 && warnings.length <= 20);
    for (const [name, { value }] of entries) {
      assert(/^\w+$/.test(name) && (value === undefined || /^\S+$/.test(value)));
    }
  }));
});

Deno.test("parseConfigText() reads back what was written", () => {
  const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/);
  const value = fc.stringMatching(/^[!-~]{1,30}$/);
  fc.assert(fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (written) => {
    const text = Object.entries(written).map((pair) => pair.join(" \t")).join("\n");
    assertEquals(values(text), written);
  }));
});
