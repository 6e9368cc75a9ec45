import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  defaultValue,
  parseBoolean,
  parseBytes,
  parseSeconds,
} from "../../../lib/config/values.ts";
import { parseValue } from "../../../lib/config/values.ts";
import type { Variable } from "../../../lib/config/variables.ts";

const base = { name: "X", meaning: "Something", example: "1" };

Deno.test("parseSeconds() reads plain seconds and units", () => {
  const cases = {
    "0": 0,
    "90": 90,
    "0.5": 0.5,
    "10m": 600,
    "2h": 7200,
    "1h30m": 5400,
    "1d": 86_400,
  };
  for (const [text, seconds] of Object.entries(cases)) assertEquals(parseSeconds(text), seconds);
  assertEquals(parseSeconds("500ms"), 0.5);
});

Deno.test("parseSeconds() refuses anything else", () => {
  for (const text of ["", "-1", "m", "10x", "1 h", "1m2", "Infinity", "1e3"]) {
    assertThrows(() => parseSeconds(text), SyntaxError, "is no length of time");
  }
});

Deno.test("parseBytes() reads plain bytes, powers of ten and of two", () => {
  const cases = {
    "0": 0,
    "4096": 4096,
    "500MB": 5e8,
    "1GiB": 2 ** 30,
    "1g": 2 ** 30,
    "1.5k": 1536,
  };
  for (const [text, bytes] of Object.entries(cases)) assertEquals(parseBytes(text), bytes);
});

Deno.test("parseBytes() refuses anything else", () => {
  for (const text of ["", "-1", "GB", "1XB", "1 GB", "1constructor"]) {
    assertThrows(() => parseBytes(text), SyntaxError, "is no size");
  }
});

Deno.test("parseBoolean() reads the original's 1 and plain words", () => {
  for (const word of ["1", "on", "True", "YES"]) assert(parseBoolean(word));
  for (const word of ["0", "off", "False", "NO"]) assert(!parseBoolean(word));
  for (const word of ["", "2", "constructor"]) assertThrows(() => parseBoolean(word), SyntaxError);
});

Deno.test("parseValue() keeps numbers within their bounds", () => {
  const port: Variable = { ...base, kind: "integer", min: 1, max: 65_535 };
  assertEquals(parseValue(port, "9094"), 9094);
  assertThrows(() => parseValue(port, "0"), RangeError, "below the smallest allowed value 1");
  assertThrows(
    () => parseValue(port, "70000"),
    RangeError,
    "above the largest allowed value 65535",
  );
  assertThrows(() => parseValue(port, "1.5"), SyntaxError, "is no whole number");
  assertThrows(() => parseValue({ ...base, kind: "integer" }, "-1"), RangeError);
  assertEquals(parseValue({ ...base, kind: "integer", min: -20 }, "-1"), -1);
});

Deno.test("parseValue() reads a JID", () => {
  const jid: Variable = { ...base, kind: "jid" };
  assertEquals(String(parseValue(jid, "jm@xmpp.cern.ch/a")), "jm@xmpp.cern.ch/a");
  assertThrows(() => parseValue(jid, "@b"), SyntaxError, "is no Jabber identifier");
});

Deno.test("parseValue() starts a relative path at the working directory", () => {
  const path: Variable = { ...base, kind: "path" };
  assertEquals(parseValue(path, "work"), `${Deno.cwd()}/work`);
  assertEquals(parseValue(path, "/srv/copilot/"), "/srv/copilot");
});

Deno.test("parseValue() reads one of the declared words", () => {
  const tls: Variable = { ...base, kind: "choice", choices: ["on", "off"] };
  assertEquals(parseValue(tls, "on"), "on");
  assertThrows(() => parseValue(tls, "maybe"), SyntaxError, "is none of on, off");
});

Deno.test("parseValue() gives a value or a SyntaxError or a RangeError for any text", () => {
  const kinds = ["integer", "seconds", "bytes", "boolean", "jid", "text"] as const;
  fc.assert(fc.property(fc.constantFrom(...kinds), fc.string({ unit: "binary" }), (kind, text) => {
    try {
      const value = parseValue({ ...base, kind }, text);
      if (typeof value === "number") assert(Number.isFinite(value) && value >= 0);
    } catch (error) {
      assert(error instanceof SyntaxError || error instanceof RangeError);
    }
  }));
});

Deno.test("defaultValue() turns switches off and reads a JID", () => {
  assertEquals(defaultValue({ ...base, kind: "boolean" }), false);
  assertEquals(defaultValue({ ...base, kind: "boolean", default: true }), true);
  assertEquals(defaultValue({ ...base, kind: "text" }), undefined);
  assertEquals(String(defaultValue({ ...base, kind: "jid", default: "a@b" })), "a@b");
});
