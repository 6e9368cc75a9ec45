/** What a carbon-aggregator makes of points. */
import { assertEquals } from "@std/assert";
import { eventually, known, linesOf, render, send, type Sent, type Test } from "./scene.ts";

/** Registers the tests. */
export function testAggregation(test: Test): void {
  test("makes one series of many, by every method", async (site, prefix) => {
    const second = site.now() - 2;
    const values = [4, 1, 3, 2];
    const points = values.map((value, index): Sent => [
      `${prefix}.host.h${index}.done.count`,
      value,
      second,
    ]);
    await send(site.aggregatorPort, [linesOf(points)]);
    const expected = {
      sum: 10,
      avg: 2.5,
      min: 1,
      max: 4,
      values: 4,
      p50: 2.5,
      p95: 3.8499999999999996,
    };
    for (const [method, value] of Object.entries(expected)) {
      const found = await known(site, `${prefix}.all.done.${method}`, 1, second);
      assertEquals([method, ...found], [method, [value, second]]);
    }
  });

  test("passes on what it aggregates, and what it does not", async (site, prefix) => {
    const second = site.now() - 2;
    const paths = [`${prefix}.host.h1.failed.count`, `${prefix}.other`];
    await send(site.aggregatorPort, [linesOf(paths.map((path): Sent => [path, 6, second]))]);
    for (const path of paths) assertEquals(await known(site, path, 1, second), [[6, second]]);
  });

  test("lets late values change what it made", async (site, prefix) => {
    const second = site.now() - 2;
    const path = (host: string) => `${prefix}.host.${host}.done.count`;
    await send(site.aggregatorPort, [linesOf([[path("h1"), 4, second]])]);
    const sum = () => known(site, `${prefix}.all.done.sum`, 1, second);
    assertEquals(await sum(), [[4, second]]);
    await send(site.aggregatorPort, [linesOf([[path("h2"), 5, second]])]);
    assertEquals(await eventually(site, sum, ([point]) => point?.[0] === 9), [[9, second]]);
  });

  test("puts seconds into intervals", async (site, prefix) => {
    const second = site.now() - 4 - site.now() % 2;
    const points = [0, 1, 2, 3].map((offset): Sent => [
      `${prefix}.wide.x.one.two`,
      1 + offset,
      second + offset,
    ]);
    await send(site.aggregatorPort, [linesOf(points)]);
    const found = await known(site, `${prefix}.deep.one.two`, 2, second);
    assertEquals(found, [[3, second], [7, second + 2]]);
  });

  test("matches patterns within a part of a path", async (site, prefix) => {
    const second = site.now() - 2;
    const points: Sent[] = [[`${prefix}.disk1.sda_left`, 1, second], [
      `${prefix}.disk.sda_left`,
      2,
      second,
    ]];
    points.push([`${prefix}.disk1.deeper.sda_left`, 4, second]);
    await send(site.aggregatorPort, [linesOf(points)]);
    const sum = () => known(site, `${prefix}.disk.sda`, 1, second);
    assertEquals(await eventually(site, sum, ([point]) => point?.[0] === 3), [[3, second]]);
  });

  test("aggregates nothing that comes to the other port", async (site, prefix) => {
    const second = site.now() - 2;
    await send(site.carbonPort, [linesOf([[`${prefix}.host.h1.done.count`, 1, second]])]);
    await known(site, `${prefix}.host.h1.done.count`, 1, second);
    await site.pass(2500);
    assertEquals(await render(site, { target: `${prefix}.all.done.*`, from: "-1min" }), []);
  });
}
