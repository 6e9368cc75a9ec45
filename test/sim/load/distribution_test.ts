import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { randomFraction, seededRandom } from "../../../lib/random.ts";
import { parseDistribution, type Quantity } from "../../../sim/load/distribution.ts";

function meanOf(text: string, quantity: Quantity = "duration"): number {
  const random = seededRandom(7);
  const { draw } = parseDistribution(text, quantity);
  let sum = 0;
  for (let index = 0; index < 100_000; index++) sum += draw(() => randomFraction(random));
  return sum / 100_000;
}

Deno.test("a plain value is the same for every job", () => {
  assertEquals(parseDistribution("1h", "duration").draw(() => 0.3), 3_600_000);
  assertEquals(parseDistribution("10MB", "size").draw(() => 0.3), 10_000_000);
  assertEquals(parseDistribution("5%", "share").draw(() => 0.3), 0.05);
  assertEquals(parseDistribution("0.05", "share").mean, 0.05);
});

Deno.test("each distribution has the mean that it was given", () => {
  for (const text of ["uniform(1s,5s)", "exp(3s)", "normal(3s,500ms)", "lognormal(3s,2s)"]) {
    const { mean } = parseDistribution(text, "duration");
    assertEquals(mean, 3000, text);
    assertAlmostEquals(meanOf(text), mean, 40, text);
  }
  assertAlmostEquals(meanOf("uniform(0%,10%)", "share"), 0.05, 0.001);
});

Deno.test("what is drawn is never negative, and uniform stays within its ends", () => {
  const draws = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
    minLength: 2,
    maxLength: 2,
  });
  fc.assert(fc.property(draws, ([one = 0, next = 0]) => {
    const drawFrom = (text: string) => {
      const left = [one, next];
      return parseDistribution(text, "duration").draw(() => left.shift() ?? 0);
    };
    for (const text of ["exp(1s)", "normal(1s,10s)", "lognormal(1s,10s)", "lognormal(0s,0s)"]) {
      const value = drawFrom(text);
      assert(value >= 0 && Number.isFinite(value), `${text} gives ${value}`);
    }
    const even = drawFrom("uniform(2s,3s)");
    assert(even >= 2000 && even <= 3000);
  }));
});

Deno.test("what is no distribution is refused, with what may be written", () => {
  const wrong: [string, Quantity, string][] = [
    ["gamma(1s,2s)", "duration", "write one of uniform, exp, normal, lognormal"],
    ["toString(1s)", "duration", "is no distribution"],
    ["uniform(5s,1s)", "duration", "ends before it begins"],
    ["uniform(1s)", "duration", "needs two values"],
    ["exp(1s,2s)", "duration", "needs one value"],
    ["exp(10MB)", "duration", "is no length of time"],
    ["120%", "share", "is no share"],
    ["-5s", "duration", "is no length of time"],
    ["exp(exp(1s))", "duration", "is no length of time"],
    ["", "size", "is no size"],
  ];
  for (const [text, quantity, message] of wrong) {
    assertThrows(() => parseDistribution(text, quantity), SyntaxError, message);
  }
});

Deno.test("any text is read or refused, and nothing else happens", () => {
  const words = fc.oneof(
    fc.string(),
    fc.stringMatching(/^(uniform|exp|normal|lognormal)\([0-9smh.,% ]{0,12}\)$/),
  );
  fc.assert(fc.property(words, (text) => {
    try {
      const value = parseDistribution(text, "duration").draw(() => 0.5);
      assert(value >= 0);
    } catch (error) {
      assert(error instanceof SyntaxError);
    }
  }));
});
