/** Which series, times and forms Graphite answers with, and what it refuses. */
import { assertEquals } from "@std/assert";
import {
  ask,
  type CarbonUnderTest,
  minuteBefore,
  render,
  type Sent,
  store,
  type Test,
} from "./scene.ts";

/** Registers the tests. */
export function testRendering(test: Test): void {
  testPatterns(test);
  testTimes(test);
  testForms(test);
  testRefusals(test);
}

function testPatterns(test: Test): void {
  test("finds series by patterns, sorted by path", async (site, prefix) => {
    const second = site.now() - 5;
    const paths = ["a1", "a2", "b1", "c-x", "a1.deep"];
    await store(site, paths.map((path): Sent => [`${prefix}.${path}`, 1, second]));
    const found = async (pattern: string) =>
      (await render(site, { target: `${prefix}.${pattern}`, from: "-1min" }))
        .map(({ target }) => target.slice(prefix.length + 1));
    assertEquals(await found("*"), ["a1", "a2", "b1", "c-x"]);
    assertEquals(await found("a?"), ["a1", "a2"]);
    assertEquals(await found("*1"), ["a1", "b1"]);
    assertEquals(await found("[ab]1"), ["a1", "b1"]);
    assertEquals(await found("[!a]*"), ["b1", "c-x"]);
    assertEquals(await found("[a-b][2-9]"), ["a2"]);
    assertEquals(await found("{a2,b1,zz}"), ["a2", "b1"]);
    assertEquals(await found("{a,b}1"), ["a1", "b1"]);
    assertEquals(await found("a*.deep"), ["a1.deep"]);
    assertEquals(await found("*.*"), ["a1.deep"]);
    assertEquals(await found("A1"), []);
    assertEquals(await found("a1.deep.er"), []);
  });

  test("answers several targets in their order", async (site, prefix) => {
    const second = site.now() - 5;
    await store(site, [[`${prefix}.a`, 1, second], [`${prefix}.b`, 2, second]]);
    const targets = [`${prefix}.b`, `${prefix}.a`, `${prefix}.absent`, ""];
    const answer = await render(site, { target: targets, from: "-1min" });
    assertEquals(answer.map(({ target }) => target), targets.slice(0, 2));
    assertEquals(await render(site, { from: "-1min" }), []);
  });
}

/** First and last second of an answer. */
async function span(
  site: CarbonUnderTest,
  query: Record<string, string>,
): Promise<[number, number]> {
  const [series] = await render(site, query);
  return [series?.datapoints[0]?.[1] ?? NaN, series?.datapoints.at(-1)?.[1] ?? NaN];
}

function testTimes(test: Test): void {
  test("begins after from and ends at until", async (site, prefix) => {
    const target = `${prefix}.value`;
    const second = site.now() - 60;
    await store(site, [[target, 1, second]]);
    const query = { target, from: `${second}`, until: `${second + 10}` };
    assertEquals(await span(site, query), [second + 1, second + 10]);
    const swapped = { target, from: `${second + 10}`, until: `${second}` };
    assertEquals(await span(site, swapped), [second + 1, second + 10]);
  });

  test("reads relative times", async (site, prefix) => {
    const target = `${prefix}.value`;
    const now = minuteBefore(site, 60);
    await store(site, [[target, 1, now]]);
    const times: [from: string, until: string, start: number, end: number][] = [
      ["-30s", "now", now - 29, now],
      ["-1min", "-10s", now - 59, now - 10],
      ["-1minute", "-10seconds", now - 59, now - 10],
      ["now-1min30s", "now-1min", now - 89, now - 60],
      [`${now - 9}`, "", now - 8, now],
    ];
    for (const [from, until, start, end] of times) {
      assertEquals(await span(site, { target, from, until, now: `${now}` }), [start, end], from);
    }
  });

  test("reads days and times of day", async (site, prefix) => {
    const target = `${prefix}.value`;
    const start = minuteBefore(site, 120);
    await store(site, [[target, 1, start]]);
    const [date = "", time = ""] = new Date(start * 1000).toISOString().split("T");
    const [year = "", month = "", day = ""] = date.split("-");
    const [hour = "", minute = ""] = time.split(":");
    const at = `${hour}:${minute}`;
    const half = Number(hour) >= 12 ? "pm" : "am";
    const days = ["", "today", `${year}${month}${day}`, `${month}/${day}/${year}`];
    days.push(new Intl.DateTimeFormat("en", { month: "long" }).format(start * 1000) + day);
    days.push(new Intl.DateTimeFormat("en", { weekday: "long" }).format(start * 1000));
    const names = days.map((name) => `${at}_${name}`);
    names.push(`${Number(hour) % 12}:${minute}${half}`, `midnight+${Number(hour)}h${minute}min`);
    for (const from of names) {
      const query = { target, from, until: `${start + 30}`, now: `${start + 30}` };
      assertEquals([from, ...await span(site, query)], [from, start + 1, start + 30]);
    }
  });

  test("has nothing of times before all archives", async (site, prefix) => {
    const target = `${prefix}.value`;
    await store(site, [[target, 1, site.now() - 5]]);
    assertEquals(await render(site, { target, from: "-3years", until: "-2y" }), []);
  });
}

function testForms(test: Test): void {
  test("leaves unknown values out when asked", async (site, prefix) => {
    const second = site.now() - 30;
    await store(site, [[`${prefix}.value`, 1, second], [`${prefix}.value`, 2, second + 4]]);
    const query = { target: `${prefix}.value`, from: `${second - 1}`, until: `${second + 4}` };
    const [all] = await render(site, query);
    assertEquals(all?.datapoints.map(([value]) => value), [1, null, null, null, 2]);
    const [points] = await render(site, { ...query, noNullPoints: "true" });
    assertEquals(points?.datapoints, [[1, second], [2, second + 4]]);
  });

  test("makes one value of several where there are more than wanted", async (site, prefix) => {
    const start = minuteBefore(site, 120);
    const target = `${prefix}.value`;
    await store(
      site,
      Array.from({ length: 20 }, (_, index): Sent => [target, index, start + index]),
    );
    const query = { from: `${start - 1}`, until: `${start + 19}`, maxDataPoints: "5" };
    const [averages] = await render(site, { ...query, target });
    const seconds = [4, 8, 12, 16, 20].map((offset) => start + offset);
    assertEquals(averages?.datapoints.map(([, second]) => second), seconds);
    assertEquals(averages?.datapoints.map(([value]) => value), [4.5, 8.5, 12.5, 16.5, 19]);
    const [greatest] = await render(site, { ...query, target: `consolidateBy(${target}, "max")` });
    assertEquals(greatest?.datapoints.map(([value]) => value), [6, 10, 14, 18, 19]);
    const [one] = await render(site, { ...query, target, maxDataPoints: "1" });
    assertEquals(one?.datapoints, [[9.5, start]]);
    const [plenty] = await render(site, { ...query, target, maxDataPoints: "20" });
    assertEquals(plenty?.datapoints.length, 20);
  });

  test("takes a form by POST", async (site, prefix) => {
    const second = site.now() - 5;
    await store(site, [[`${prefix}.value`, 3, second]]);
    const body = new URLSearchParams({
      ...{ target: `${prefix}.value`, format: "json", from: `${second - 1}`, until: `${second}` },
    });
    const url = `http://127.0.0.1:${site.graphitePort}/render`;
    const answer = await fetch(url, { method: "POST", body });
    const [series] = await answer.json();
    assertEquals(series.datapoints, [[3, second]]);
    assertEquals(answer.headers.get("content-type"), "application/json");
  });
}

function testRefusals(test: Test): void {
  const refusals: [Record<string, string>, string][] = [
    [{ target: "nosuch(contract.x)" }, "unknown function: nosuch"],
    [{ target: "scale(contract.x)" }, "Missing required parameter"],
    [{ target: "scale(contract.x,2,3)" }, "Too many parameters"],
    [{ target: "scale('x',2)" }, "scale"],
    [{ target: "scale(contract.x,'much')" }, "factor"],
    [{ target: "summarize(contract.x,'5x')" }, "intervalString"],
    [{ target: "contract.x", from: "whenever" }, "Unknown day reference: whenever"],
    [{ target: "contract.x", from: "-5lightyears" }, "Invalid offset unit"],
    [{ target: "contract.x", from: "-1h", until: "-1h" }, "Invalid empty time range"],
    [{ target: "contract.x", xFilesFactor: "half" }, "half"],
  ];
  for (const [query, reason] of refusals) {
    test(`refuses ${Object.values(query).join(" ")}`, async (site) => {
      const { status, body } = await ask(site, "/render", { format: "json", ...query });
      assertEquals([status, body.includes(reason)], [400, true], body);
    });
  }
}
