import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RequestError } from "../../../../sim/carbon/graphite/request_error.ts";
import { type Expression, parseTarget } from "../../../../sim/carbon/graphite/target_parser.ts";

const path = (pattern: string): Expression => ({ kind: "path", pattern });
const literal = (value: string | number | boolean | null): Expression => ({
  kind: "literal",
  value,
});

/** An expression as text, as somebody could have written it. */
function write(expression: Expression): string {
  if (expression.kind === "path") return expression.pattern;
  if (expression.kind === "call") {
    const named = [...expression.named].map(([key, value]) => `${key}=${write(value)}`);
    return `${expression.name}(${[...expression.positional.map(write), ...named].join(", ")})`;
  }
  const { value } = expression;
  if (typeof value === "string") return `"${value}"`;
  return value === Infinity ? "inf" : value === null ? "None" : `${value}`;
}

const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/);
const patternPart = fc.stringMatching(/^[a-zA-Z*?[\]$-][a-zA-Z0-9*?#:;+-]{0,6}(\{a,b\*\})?$/);
const trees = fc.letrec<{ expression: Expression; value: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: "small" },
    // Two parts or more, so that it is no word such as `true` or `inf`.
    fc.array(patternPart, { minLength: 2, maxLength: 5 }).map((parts) => path(parts.join("."))),
    fc.record({
      kind: fc.constant("call" as const),
      name,
      positional: fc.array(tie("value"), { maxLength: 3 }),
      named: fc.array(fc.tuple(name, tie("value")), { maxLength: 2 }).map((all) => new Map(all)),
    }),
  ),
  value: fc.oneof(
    tie("expression"),
    fc.constantFrom(...[true, false, null, Infinity].map(literal)),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => literal(number + 0))
      .filter((value) => /^-?\d+(\.\d+)?(e-?\d+)?$/.test(write(value))),
    fc.string().filter((text) => !/["\\]/.test(text)).map(literal),
  ),
}));

Deno.test("parseTarget() reads back every expression", () => {
  fc.assert(
    fc.property(trees.expression, (expression) => {
      assertEquals(parseTarget(write(expression)), expression);
    }),
  );
});

Deno.test("parseTarget() refuses with a reason or reads, whatever the text", () => {
  const pieces = fc.constantFrom(
    ..."a.b* ( ) , ' \" | { } = \\ 1 - true sum scale( [ ü".split(" "),
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 30 }).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseTarget(text);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseTarget() puts what stands before a bar first", () => {
  const expected = parseTarget("alias(scale(a.b, 2), 'x')");
  assertEquals(parseTarget("a.b | scale(2)|alias('x')"), expected);
  assertEquals(parseTarget("alias(a.b|scale(2), 'x')"), expected);
});

Deno.test("parseTarget() tells where it stopped", () => {
  const refused: [string, string][] = [
    ["sum(a.b", 'Expected "," or ")" at character 8, found the end'],
    ["a.b)", 'Expected the end at character 4, found ")"'],
    ["a.b c.d", 'Expected the end at character 5, found "c.d"'],
    ["sum(,a)", "Expected a path, a function or a value at character 5"],
    ["scale(factor=2, a.b)", "Expected a named argument at character 17"],
    ["a.b|c.d", "Expected a function behind the bar"],
    ["alias(a.b, 'x)", 'found "\'x)"'],
    ["", "Expected a path, a function or a value at character 1, found the end"],
  ];
  for (const [text, reason] of refused) assertThrows(() => parseTarget(text), RequestError, reason);
});

Deno.test("parseTarget() bounds length, depth and arguments", () => {
  const deep = (depth: number) => `${"sum(".repeat(depth)}a${")".repeat(depth)}`;
  assertEquals(parseTarget(deep(32)).kind, "call");
  assertThrows(() => parseTarget(deep(33)), RequestError, "nested deeper than 32");
  assertThrows(() => parseTarget(deep(10_000)), RequestError, "nested deeper than 32");
  assertThrows(() => parseTarget("a".repeat(65_537)), RequestError, "65536 are the most");
  const many = (count: number) => `sum(${Array(count).fill("a").join()})`;
  assertEquals(parseTarget(many(1000)).kind, "call");
  assertThrows(() => parseTarget(many(1001)), RequestError, "More than 1000 arguments of sum");
});
