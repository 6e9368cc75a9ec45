/** Graphite's functions. */
import { assertEquals } from "@std/assert";
import {
  type CarbonUnderTest,
  minuteBefore,
  render,
  type Rendered,
  type Sent,
  store,
  type Test,
} from "./scene.ts";

/** Three series of ten values; `b` has gaps. */
const VALUES = {
  a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  b: [10, null, 30, 20, null, null, 50, 60, 5, null],
  c: [4, 4, 4, 4, 4, 4, 4, 4, 4, 4],
};

interface Scene {
  /** Second of the first value. */
  readonly start: number;
  /** Evaluates a target, in which `$` stands for the test's own path. */
  evaluate(target: string, more?: Record<string, string>): Promise<Rendered[]>;
  /** Values of its only series. */
  values(target: string, more?: Record<string, string>): Promise<(number | null)[]>;
  /** Names of its series, with `$` for the test's own path. */
  names(target: string): Promise<string[]>;
}

async function sceneOf(site: CarbonUnderTest, prefix: string): Promise<Scene> {
  const start = minuteBefore(site, 120);
  const points = Object.entries(VALUES).flatMap(([name, values]) =>
    values.flatMap((value, index): Sent[] =>
      value === null ? [] : [[`${prefix}.${name}.n`, value, start + index]]
    )
  );
  await store(site, points);
  const evaluate = (target: string, more: Record<string, string> = {}) => {
    const span = { from: `${start - 1}`, until: `${start + 9}` };
    return render(site, { ...span, target: target.replaceAll("$", prefix), ...more });
  };
  return {
    start,
    evaluate,
    values: async (target, more) => {
      const answer = await evaluate(target, more);
      assertEquals(answer.length, 1);
      return answer[0]?.datapoints.map(([value]) => value) ?? [];
    },
    names: async (target) =>
      (await evaluate(target)).map((series) => series.target.replaceAll(prefix, "$")),
  };
}

/** Registers the tests. */
export function testFunctions(register: Test): void {
  const test = (behaviour: string, run: (scene: Scene, prefix: string) => Promise<void>) =>
    register(behaviour, async (site, prefix) => await run(await sceneOf(site, prefix), prefix));
  testCombining(test);
  testPercent(test);
  testValues(test);
  testTime(test);
  testNames(test);
  testSyntax(test);
}

type TestScene = (
  behaviour: string,
  run: (scene: Scene, prefix: string) => Promise<void>,
) => void;

function testCombining(test: TestScene): void {
  test("sumSeries, averageSeries, maxSeries, minSeries, diffSeries", async ({ values }) => {
    const sum = [14, 5, 36, 27, 8, 9, 60, 71, 17, 13];
    assertEquals(await values("sumSeries($.*.n)"), sum);
    assertEquals(await values("sum($.a.n, $.{b,c}.n)"), sum);
    assertEquals(await values("averageSeries($.{a,c}.n)"), [
      2,
      2.5,
      3,
      3.5,
      4,
      4.5,
      5,
      5.5,
      6,
      6.5,
    ]);
    assertEquals(await values("maxSeries($.*.n)"), [10, 4, 30, 20, 4, 5, 50, 60, 8, 9]);
    assertEquals(await values("minSeries($.*.n)"), [0, 1, 2, 3, 4, 4, 4, 4, 4, 4]);
    assertEquals(await values("diffSeries($.c.n,$.a.n)"), [4, 3, 2, 1, 0, -1, -2, -3, -4, -5]);
    assertEquals(await values("multiplySeries($.a.n,$.c.n)"), [
      0,
      4,
      8,
      12,
      16,
      20,
      24,
      28,
      32,
      36,
    ]);
    assertEquals(await values("aggregate($.*.n, 'median')"), [4, 2.5, 4, 4, 4, 4.5, 6, 7, 5, 6.5]);
  });

  test("combined series tell what they are", async ({ evaluate }, prefix) => {
    const [sum] = await evaluate("sumSeries($.a.n,$.c.n)");
    const name = `sumSeries(${prefix}.a.n,${prefix}.c.n)`;
    assertEquals(sum?.target, name);
    assertEquals(sum?.tags, { name, aggregatedBy: "sum" });
    assertEquals(await evaluate("sumSeries($.absent.*)"), []);
  });

  test("series need enough known values with xFilesFactor", async ({ values }) => {
    const most = { xFilesFactor: "1" };
    assertEquals(
      await values("sumSeries($.*.n)", most),
      [14, null, 36, 27, null, null, 60, 71, 17, null],
    );
  });

  test("groupByNode, groupByNodes", async ({ names, evaluate }) => {
    assertEquals(await names("groupByNode($.*.n,-2,'sum')"), ["a", "b", "c"]);
    assertEquals(await names("groupByNodes($.*.n,'max',-1)"), ["n"]);
    const [greatest] = await evaluate("groupByNode($.{a,c}.n,-1,'maxSeries')");
    assertEquals(greatest?.datapoints.map(([value]) => value), [4, 4, 4, 4, 4, 5, 6, 7, 8, 9]);
  });

  test("divideSeries", async ({ values, names }) => {
    assertEquals(await values("divideSeries($.a.n,$.c.n)"), VALUES.a.map((value) => value / 4));
    assertEquals(await names("divideSeries($.{a,b}.n,$.c.n)"), [
      "divideSeries($.a.n,$.c.n)",
      "divideSeries($.b.n,$.c.n)",
    ]);
  });
}

function testPercent(test: TestScene): void {
  test("asPercent of the sum, of a series, of a number", async ({ evaluate, names, values }) => {
    const answer = await evaluate("asPercent($.{a,c}.n)");
    const percent = VALUES.a.map((value) => value / (value + 4) * 100);
    assertEquals(answer[0]?.datapoints.map(([value]) => value), percent);
    assertEquals(await names("asPercent($.{a,c}.n)"), [
      "asPercent($.a.n,sumSeries($.{a,c}.n))",
      "asPercent($.c.n,sumSeries($.{a,c}.n))",
    ]);
    assertEquals(await values("asPercent($.a.n,$.c.n)"), VALUES.a.map((value) => value / 4 * 100));
    assertEquals(await values("asPercent($.a.n,50)"), VALUES.a.map((value) => value / 50 * 100));
    const zero = (await evaluate("asPercent($.b.n,$.a.n)"))[0]?.datapoints.slice(0, 3);
    assertEquals(zero?.map(([value]) => value), [null, null, 1500]);
    assertEquals(await names("asPercent($.{a,b}.n,$.{b,c}.n)"), [
      "asPercent($.a.n,$.b.n)",
      "asPercent($.b.n,$.c.n)",
    ]);
  });

  test("stacked adds the series before", async ({ evaluate }) => {
    const stack = (await evaluate("stacked($.{a,b,c}.n)"))
      .map(({ datapoints }) => datapoints.slice(0, 4).map(([value]) => value));
    assertEquals(stack, [[0, 1, 2, 3], [10, null, 32, 23], [14, 5, 36, 27]]);
  });
}

function testValues(test: TestScene): void {
  test("scale, offset, absolute", async ({ values, evaluate }, prefix) => {
    assertEquals(await values("scale($.c.n,0.5)"), Array(10).fill(2));
    assertEquals(await values("offset($.b.n,-10)"), [
      0,
      null,
      20,
      10,
      null,
      null,
      40,
      50,
      -5,
      null,
    ]);
    assertEquals(await values("absolute(offset($.c.n,-10))"), Array(10).fill(6));
    for (const [factor, name, tag] of [["2", "2", "2.0"], ["-1.5", "-1.5", "-1.5"]]) {
      const [scaled] = await evaluate(`scale($.c.n,${factor})`);
      assertEquals(scaled?.target, `scale(${prefix}.c.n,${name})`);
      assertEquals(scaled?.tags, { name: `${prefix}.c.n`, scale: tag ?? "" });
    }
    const [large] = await evaluate("scale($.c.n,1234567)");
    assertEquals(large?.target, `scale(${prefix}.c.n,1.23457e+06)`);
  });

  test("derivative, nonNegativeDerivative, perSecond, integral", async ({ values }) => {
    const grown = [null, null, null, -10, null, null, null, 10, -55, null];
    assertEquals(await values("derivative($.b.n)"), grown);
    const positive = [null, null, null, null, null, null, null, 10, null, null];
    assertEquals(await values("nonNegativeDerivative($.b.n)"), positive);
    const wrapped = [null, 10, 10, 91, 0, 0, 30, 10, 46, 15];
    assertEquals(await values("nonNegativeDerivative(transformNull($.b.n,20),100)"), wrapped);
    assertEquals(await values("perSecond($.a.n)"), [null, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    assertEquals(await values("integral($.a.n)"), [0, 1, 3, 6, 10, 15, 21, 28, 36, 45]);
  });

  test("keepLastValue, transformNull", async ({ values, names }) => {
    const kept = [10, 10, 30, 20, 20, 20, 50, 60, 5, 5];
    assertEquals(await values("keepLastValue($.b.n)"), kept);
    assertEquals(await values("keepLastValue($.b.n,inf)"), kept);
    const short = [10, 10, 30, 20, null, null, 50, 60, 5, 5];
    assertEquals(await values("keepLastValue($.b.n,1)"), short);
    assertEquals(await values("transformNull($.b.n)"), [10, 0, 30, 20, 0, 0, 50, 60, 5, 0]);
    assertEquals(await names("transformNull($.b.n,-1)"), ["transformNull($.b.n,-1)"]);
  });
}

function testTime(test: TestScene): void {
  test("summarize by sum, avg, last, max, min", async ({ start, evaluate, values }, prefix) => {
    const [sums] = await evaluate('summarize($.a.n,"5s","sum")');
    assertEquals(sums?.target, `summarize(${prefix}.a.n, "5s", "sum")`);
    const tags = { name: `${prefix}.a.n`, summarize: "5s", summarizeFunction: "sum" };
    assertEquals(sums?.tags, tags);
    assertEquals(sums?.datapoints, [[10, start], [35, start + 5], [null, start + 10]]);
    const cases = { avg: [15, 55], last: [20, 5], max: [30, 60], min: [10, 5] };
    for (const [method, [first = 0, second = 0]] of Object.entries(cases)) {
      const expected = method === "avg" ? [20, 115 / 3, null] : [first, second, null];
      assertEquals(await values(`summarize($.b.n,"5s","${method}")`), expected);
    }
  });

  test("summarize aligns to its interval, or to from", async ({ start, evaluate, values }) => {
    const from = { from: `${start + 1}` };
    const [aligned] = await evaluate('summarize($.a.n,"4s")', from);
    const first = start + 2 - (start + 2) % 4;
    assertEquals(aligned?.datapoints[0]?.[1], first);
    const [fromStart] = await evaluate('summarize($.a.n,"4s","sum",true)', from);
    assertEquals(fromStart?.datapoints, [[14, start + 2], [30, start + 6]]);
    const named = 'summarize($.a.n,"4s",alignToFrom=true)';
    assertEquals(await values(named, from), [14, 30]);
  });

  test("timeShift shows the past in the place of the present", async ({ start, evaluate }) => {
    const [shifted] = await evaluate('timeShift($.a.n,"3s")');
    const expected = [null, null, null, 0, 1, 2, 3, 4, 5, 6]
      .map((value, index) => [value, start + index]);
    assertEquals(shifted?.datapoints.map((point) => [...point]), expected);
    assertEquals(shifted?.tags.timeShift, "-3s");
  });

  test("series of different steps are brought to one", async ({ values }) => {
    assertEquals(await values('sumSeries(summarize($.a.n,"5s"),$.c.n)'), [14, 39, null]);
  });
}

function testNames(test: TestScene): void {
  test("alias, aliasByNode, aliasByMetric, sortByName, limit, group", async ({ names }, prefix) => {
    assertEquals(await names('alias($.{a,b}.n,"all of it")'), ["all of it", "all of it"]);
    assertEquals(await names("aliasByNode($.*.n,0,2)"), ["contract.a", "contract.b", "contract.c"]);
    assertEquals(await names("aliasByNode(scale($.*.n,2),-2)"), ["a", "b", "c"]);
    assertEquals(await names('aliasByNode(summarize($.a.n,"5s"),-2,9)'), ["a."]);
    assertEquals(await names("aliasByMetric(scale($.a.n,2))"), ["n"]);
    assertEquals(await names("sortByName(group($.c.n,$.a.n))"), ["$.a.n", "$.c.n"]);
    assertEquals(await names("sortByName($.*.n,reverse=true)"), ["$.c.n", "$.b.n", "$.a.n"]);
    assertEquals(await names("limit($.*.n,2)"), ["$.a.n", "$.b.n"]);
    assertEquals(await names("sumSeries(alias($.*.n,'x'))"), ["sumSeries($.*.n)"]);
    assertEquals(prefix.startsWith("contract."), true);
  });
}

function testSyntax(test: TestScene): void {
  test("arguments by name, by a bar, with blanks, in either quotes", async ({ names }) => {
    const scaled = ["scale($.a.n,2)"];
    const forms = [
      "scale($.a.n,2)",
      "scale($.a.n,factor=2)",
      "$.a.n|scale(2)",
      " scale( $.a.n , 2 ) ",
      "scale($.a.n,2.0)",
      "scale($.a.n,20e-1)",
      "scale($.a.n,'2')",
    ];
    for (const form of forms) assertEquals(await names(form), scaled, form);
    assertEquals(await names(`alias($.a.n,'it is "so"')`), ['it is "so"']);
    assertEquals(await names(`alias($.a.n,"(a, b)")`), ["(a, b)"]);
  });
}
