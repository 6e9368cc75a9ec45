/** Values as the ClassAd Language Reference Manual gives them. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type ClassAd,
  evaluate,
  type Expression,
  parseClassAd,
  parseExpression,
  writeClassAd,
  writeExpression,
  writeValue,
} from "../../../../lib/grid/classad/mod.ts";

function worth(text: string, self?: ClassAd, other?: ClassAd): string {
  return writeValue(evaluate(parseExpression(text), { self, other }));
}

function assertWorth(table: Readonly<Record<string, string>>, self?: ClassAd, other?: ClassAd) {
  for (const [text, expected] of Object.entries(table)) {
    assertEquals([text, worth(text, self, other)], [text, expected]);
  }
}

Deno.test("evaluate() knows three truths and the error", () => {
  assertWorth({
    "true && undefined": "undefined",
    "undefined && true": "undefined",
    "false && undefined": "false",
    "undefined && false": "false",
    "true || undefined": "true",
    "undefined || true": "true",
    "false || undefined": "undefined",
    "undefined || undefined": "undefined",
    "false && error": "false",
    "error && false": "error",
    "true && error": "error",
    "undefined && error": "error",
    "!undefined": "undefined",
    "!1": "error",
    "1 && true": "error",
  });
});

Deno.test("evaluate() compares numbers, and texts whatever their case", () => {
  assertWorth({
    "1 < 2": "true",
    "1 == 1.0": "true",
    '"Linux" == "linux"': "true",
    '"Linux" =?= "linux"': "false",
    '"a" < "B"': "true",
    "1 == undefined": "undefined",
    "undefined == undefined": "undefined",
    "undefined =?= undefined": "true",
    "undefined =!= 1": "true",
    "1 =?= 1.0": "false",
    '1 == "1"': "error",
    "x is undefined": "true",
    "x isnt undefined": "false",
  });
});

Deno.test("evaluate() calculates, whole numbers among themselves", () => {
  assertWorth({
    "7 / 2": "3",
    "-7 / 2": "-3",
    "7 % 3": "1",
    "7 / 2.0": "3.5",
    "2 + 3 * 4": "14",
    "(2 + 3) * 4": "20",
    "10 - 4 - 3": "3",
    "1 / 0": "error",
    '1 + "a"': "error",
    "1 + undefined": "undefined",
    "2K": "2048",
    "1.5K": "1536",
    "0x1F": "31",
    "0xAB": "171",
    "9007199254740991 + 1": "error",
  });
});

Deno.test("evaluate() knows lists, choices and functions", () => {
  assertWorth({
    'member("b", {"a", "B"})': "true",
    'member({"a", "b"}, "c")': "false",
    'identicalMember("b", {"a", "B"})': "false",
    "member(undefined, {1})": "undefined",
    "member(1, 2)": "error",
    "{1, 2, 3}[1]": "2",
    "{1}[7]": "error",
    "true ? 1 : 2": "1",
    "undefined ? 1 : 2": "undefined",
    'size("abc") + size({1, 2})': "5",
    'strcat("a", 1, true)': '"a1true"',
    'substr("abcdef", -3, 2)': '"de"',
    'toUpper("abc")': '"ABC"',
    'int("42") + int(3.9)': "45",
    "isUndefined(nobody)": "true",
    "isError(1 / 0)": "true",
    "nonsense(1)": "error",
    "[a = 1; b = a + 1].b": "2",
  });
});

Deno.test("evaluate() looks names up in both ads, each from its own side", () => {
  const job = parseClassAd("Memory = 1000; Requirements = other.Memory >= self.Memory");
  const machine = parseClassAd("[ Memory = 2000; Needed = other.Memory * 2; Loop = Loop + 1; ]");
  assertWorth(
    {
      "memory": "1000",
      "other.memory": "2000",
      "TARGET.Needed": "2000",
      "my.Requirements": "true",
      "other.Loop": "error",
      "other.nothing": "undefined",
      "nothing.at.all": "undefined",
      "Memory.x": "error",
    },
    job,
    machine,
  );
});

Deno.test("parseClassAd() names the place of a mistake", () => {
  const mistakes: Readonly<Record<string, RegExp>> = {
    "[ a = ; ]": /an expression is missing where at character 6 stands ";"/,
    "[ a = 1": /"\]" is missing|";" is missing/,
    "a 1": /"=" is missing where at character 2 stands "1"/,
    'a = "x': /at character 4/,
    "a = 1 2": /";" is missing where at character 6 stands "2"/,
    "a = ~1": /at character 4/,
  };
  for (const [text, message] of Object.entries(mistakes)) {
    const error = assertThrows(() => parseClassAd(text), SyntaxError);
    assert(message.test(error.message), error.message);
  }
});

Deno.test("parseClassAd() has limits", () => {
  const nested = (depth: number) => `a = ${"(".repeat(depth)}1${")".repeat(depth)}`;
  assertEquals(parseClassAd(nested(90)).names, ["a"]);
  assertThrows(() => parseClassAd(nested(5000)), SyntaxError, "nested so deeply");
  assertThrows(() => parseClassAd(`a = ${"[b=".repeat(5000)}`), SyntaxError, "nested so deeply");
  assertThrows(() => parseClassAd(`a = ${"!".repeat(5000)}true`), SyntaxError);
  assertThrows(() => parseClassAd(`a = 1${" ".repeat(300_000)}`), SyntaxError, "characters");
  const chained = (count: number) => `a = ${Array(count).fill("b").join("&&")}`;
  const long = parseClassAd(chained(2000));
  assertEquals(evaluate(parseExpression("a"), { self: long }).type, "error");
  assertEquals(writeClassAd(long).length > 8000, true);
  assertThrows(() => parseClassAd(chained(60_000)), SyntaxError, "over 2000 operators");
});

Deno.test("an ad cannot make texts of texts until memory ends", () => {
  const doubling = Array.from({ length: 30 }, (_, n) => `x${n + 1} = strcat(x${n}, x${n});`);
  const ad = parseClassAd(`x0 = "${"a".repeat(100_000)}"; ${doubling.join(" ")}`);
  const valueOf = (name: string) => evaluate(parseExpression(name), { self: ad });
  const short = valueOf("x3");
  assertEquals(short.type === "string" && short.value.length, 800_000);
  for (const name of ["x7", "x30", "toupper(x30)"]) assertEquals(valueOf(name).type, "error");
  const many = `size(strcat(${Array(20_000).fill("x0").join(", ")}))`;
  assertEquals(valueOf(many).type, "error");
});

Deno.test("an ad cannot keep anybody busy", () => {
  const lines = Array.from(
    { length: 60 },
    (_, index) => `a${index} = a${index + 1} + a${index + 1}`,
  );
  const ad = parseClassAd(`${lines.join(";")}; a60 = 1`);
  assertEquals(worth("a0", ad), "error");
});

/** Any expression. */
const expression: fc.Arbitrary<Expression> = fc.letrec<{ readonly any: Expression }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.integer().map((value): Expression => ({
      kind: "literal",
      value: { type: "integer", value: Math.abs(value) },
    })),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }).filter((value) =>
      !Object.is(value, -0)
    )
      .map((value): Expression => ({ kind: "literal", value: { type: "real", value } })),
    fc.string().map((value): Expression => ({ kind: "literal", value: { type: "string", value } })),
    fc.constantFrom("Memory", "other", "is", "x y", "it's").map((name): Expression => ({
      kind: "name",
      name,
    })),
    fc.record({
      kind: fc.constant("unary" as const),
      operator: fc.constantFrom("-", "+", "!"),
      operand: tie("any"),
    }),
    fc.record({
      kind: fc.constant("binary" as const),
      operator: fc.constantFrom("||", "&&", "==", "is", "isnt", "<=", "+", "%"),
      left: tie("any"),
      right: tie("any"),
    }),
    fc.record({
      kind: fc.constant("list" as const),
      items: fc.array(tie("any"), { maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("choice" as const),
      condition: tie("any"),
      then: tie("any"),
      otherwise: tie("any"),
    }),
    fc.record({ kind: fc.constant("name" as const), scope: tie("any"), name: fc.constant("a") }),
    fc.record({ kind: fc.constant("element" as const), list: tie("any"), index: tie("any") }),
    fc.record({
      kind: fc.constant("call" as const),
      name: fc.constantFrom("member", "size"),
      arguments: fc.array(tie("any"), { maxLength: 3 }),
    }),
  ) as fc.Arbitrary<Expression>,
})).any;

Deno.test("an expression that is written and read again is worth the same", () => {
  fc.assert(fc.property(expression, (any) => {
    const text = writeExpression(any);
    const again = parseExpression(text);
    assertEquals(writeExpression(again), text);
    assertEquals(writeValue(evaluate(again)), writeValue(evaluate(any)));
  }));
});

Deno.test("any text is an expression or a SyntaxError, and any expression has a value", () => {
  const words = fc.constantFrom(
    "a",
    ".",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "&&",
    "!",
    "1K",
    '"s"',
    ",",
    "=",
    ";",
    "?",
    ":",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 30 }).map((parts) => parts.join(" ")),
  );
  fc.assert(fc.property(text, (any) => {
    try {
      evaluate(parseExpression(any));
      parseClassAd(any);
    } catch (error) {
      assert(error instanceof SyntaxError);
    }
  }));
});
