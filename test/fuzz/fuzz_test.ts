/**
 * The fuzzer's part of the test suite: mutants by the thousand of everything that is read from outside.
 * `deno task fuzz` tries more.
 */
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { seededRandom } from "../../lib/random.ts";
import { TARGETS as BROKEN } from "./_broken_targets.ts";
import { type Finding, formatFinding, hunt, minimise } from "./hunt.ts";
import { LONGEST_MUTANT, mutate } from "./mutate.ts";
import { defectOf, mutantOf } from "./target.ts";
import { TARGETS } from "./targets.ts";
import { watch } from "./watch.ts";
import { weigh } from "./weigh.ts";

const SEED = 1;
/** Mutants of each target. */
const MUTANTS = 500;

Deno.test(`${TARGETS.length * MUTANTS} mutants are read or refused as they should be`, async () => {
  const module = new URL("./targets.ts", import.meta.url).href;
  const findings = await watch(module, TARGETS, { seed: SEED, mutants: MUTANTS });
  assertEquals(findings.map(formatFinding).join("\n"), "");
});

for (const target of TARGETS) {
  Deno.test(`the corpus of ${target.name} is read`, () => {
    assert(target.corpus.length > 0);
    // The first and the last text suffice: that all are good is for the tests of each module.
    for (const text of [target.corpus[0] ?? "", target.corpus.at(-1) ?? ""]) {
      assertEquals(defectOf({ ...target, refusals: [] }, text, SEED), undefined, text);
    }
  });
}

/** The defect of a broken target; none hides one of the others. */
function findingOf(name: string): Finding | undefined {
  const target = BROKEN.find((candidate) => candidate.name === name);
  assert(target !== undefined);
  return hunt(target, { seed: SEED, mutants: 5000 });
}

Deno.test("hunt() finds an error of another class, and cuts the mutant down to its cause", () => {
  const finding = findingOf("wrong-class");
  assertEquals(finding?.text, "#");
  assertMatch(finding?.defect ?? "", /^threw TypeError: Cannot read /);
});

Deno.test("hunt() finds what is no error, exhausts the stack, or grows too large", () => {
  assertEquals(findingOf("no-error")?.defect, "threw string, which is no error");
  assertEquals(findingOf("no-error")?.text, "\0");
  assertMatch(findingOf("deep-recursion")?.defect ?? "", /^threw RangeError: Maximum call stack/);
  assertMatch(findingOf("large-result")?.defect ?? "", /^the result has more than \d+ characters$/);
  assertMatch(findingOf("long-message")?.defect ?? "", /with a message of \d+ characters$/);
});

Deno.test("watch() ends a campaign that hangs and names the mutant", async () => {
  const module = new URL("./_broken_targets.ts", import.meta.url).href;
  const hanging = BROKEN.filter(({ name }) => name === "hang");
  const [finding, ...more] = await watch(module, hanging, {
    seed: SEED,
    mutants: 5000,
    hangMs: 500,
  });
  assertEquals(more, []);
  assertEquals(finding?.target, "hang");
  assertMatch(finding?.defect ?? "", /^read for more than 500 ms$/);
});

Deno.test("watch() ends with its signal", async () => {
  const module = new URL("./_broken_targets.ts", import.meta.url).href;
  const hanging = BROKEN.filter(({ name }) => name === "hang");
  const stop = new AbortController();
  const watching = watch(module, hanging, { seed: SEED, mutants: 5000, signal: stop.signal });
  const reason = new Error("Enough");
  stop.abort(reason);
  assertEquals(await assertRejects(() => watching), reason);
});

Deno.test("formatFinding() ends in the command that shows the defect again", () => {
  const finding = findingOf("wrong-class");
  assert(finding !== undefined);
  const { index } = finding;
  assertEquals(
    formatFinding(finding).split("\n").at(-1),
    `  again: deno task fuzz --target wrong-class --seed ${SEED} --index ${index}`,
  );
  const target = BROKEN.find(({ name }) => name === "wrong-class");
  assert(target !== undefined);
  assert(mutantOf(target, { seed: SEED, index }).includes("#"));
});

Deno.test("mutantOf() makes the same mutant of the same numbers, and no other", () => {
  const [target] = TARGETS;
  assert(target !== undefined);
  const mutants = Array.from({ length: 50 }, (_, index) => mutantOf(target, { seed: 3, index }));
  assertEquals(mutants, mutants.map((_, index) => mutantOf(target, { seed: 3, index })));
  assert(new Set(mutants).size > 45);
  assertNotEquals(mutants, mutants.map((_, index) => mutantOf(target, { seed: 4, index })));
});

Deno.test("mutate() keeps within its longest text", () => {
  const random = seededRandom(SEED);
  const corpus = ["x".repeat(LONGEST_MUTANT), "short 12"];
  for (let round = 0; round < 500; round++) {
    assert(mutate(corpus, random).length <= LONGEST_MUTANT);
  }
});

Deno.test("minimise() gives back the shortest text that it can find", () => {
  assertEquals(minimise("aaaaXbbbbbYccc", (text) => /X.*Y/.test(text)), "XY");
  assertEquals(minimise("abc", () => false), "abc");
});

Deno.test("weigh() stops at its limit", () => {
  assertEquals(
    weigh(["ab", { name: "abc" }, new Uint8Array(5)], 1000),
    2 + 8 + 8 + 8 + 4 + 8 + 3 + 5,
  );
  const shared = Array.from({ length: 60 }).reduce<unknown>((inner) => [inner, inner], "x");
  assert(weigh(shared, 1000) > 1000);
});
