/** How long and how finely a Carbon keeps points. */
import { assertEquals } from "@std/assert";
import {
  ask,
  type CarbonUnderTest,
  eventually,
  known,
  linesOf,
  minuteBefore,
  render,
  send,
  store,
  type Test,
} from "./scene.ts";

/** Registers the tests. */
export function testRetention(test: Test): void {
  testRollUp(test);
  testAges(test);
}

/** Known points from a second so long ago that only a coarser archive reaches there. */
async function coarse(site: CarbonUnderTest, path: string, ageSeconds: number, count: number) {
  const query = { target: path, from: `${site.now() - ageSeconds}`, noNullPoints: "1" };
  const look = async () => (await render(site, query))[0]?.datapoints ?? [];
  return await eventually(site, look, (points) => points.length >= count);
}

function testRollUp(test: Test): void {
  test("rolls points up by their average where half of them are known", async (site, prefix) => {
    const start = minuteBefore(site, 120);
    const path = `${prefix}.value`;
    const values = [1, 2, 3, null, null, 10, null, null, null, 20, 5, 5, 5, 5, 5];
    await store(
      site,
      values.flatMap((value, index) => value === null ? [] : [[path, value, start + index]]),
    );
    assertEquals(await coarse(site, path, 700, 2), [[2, start], [5, start + 10]]);
  });

  const methods = { sum: 11, max: 5, last: 3, min: 1 };
  for (const [method, result] of Object.entries(methods)) {
    test(`rolls points up by ${method} where the path says so`, async (site, prefix) => {
      const start = minuteBefore(site, 120);
      const path = `${prefix}.${method}`;
      await store(site, [1, 5, 2, 3].map((value, index) => [path, value, start + index]));
      assertEquals(await coarse(site, path, 700, 1), [[result, start]]);
    });
  }

  test("rolls up what arrives late, and from archive to archive", async (site, prefix) => {
    const start = minuteBefore(site, 120);
    const path = `${prefix}.late.sum`;
    await store(site, [[path, 1, start + 1], [path, 2, start + 31]]);
    await store(site, [[path, 4, start + 2]]);
    const looked = await eventually(
      site,
      () => coarse(site, path, 700, 2),
      ([point]) => point?.[0] === 5,
    );
    assertEquals(looked, [[5, start], [2, start + 30]]);
    assertEquals(await coarse(site, path, 1300, 1), [[7, start]]);
  });
}

function testAges(test: Test): void {
  test("keeps what is too old for the finest archive in the next one", async (site, prefix) => {
    const path = `${prefix}.short.value`;
    const second = minuteBefore(site, 240);
    await send(site.carbonPort, [linesOf([[path, 8, second + 3]])]);
    assertEquals(await coarse(site, path, 500, 1), [[8, second]]);
  });

  test("drops what is older than all archives", async (site, prefix) => {
    const [old, present] = [`${prefix}.short.old`, `${prefix}.short.present`];
    const second = site.now() - 5;
    await send(site.carbonPort, [linesOf([[old, 1, second - 2000], [present, 1, second]])]);
    await known(site, present, 1, second);
    const answer = await render(site, { target: old, from: "-1d", noNullPoints: "1" });
    assertEquals(answer, []);
  });

  test("shows nothing of the future", async (site, prefix) => {
    const path = `${prefix}.ahead`;
    const second = site.now() - 5;
    await store(site, [[path, 1, second]]);
    await send(site.carbonPort, [linesOf([[path, 2, second + 60]])]);
    const query = { target: path, from: `${second - 1}`, until: `${second + 100}` };
    const [series] = await render(site, { ...query, noNullPoints: "1" });
    assertEquals(series?.datapoints, [[1, second]]);
    const later = { format: "json", target: path, from: `${second + 60}`, until: `${second + 90}` };
    assertEquals((await ask(site, "/render", later)).body, "[]");
  });

  test(
    "answers from the finest archive that reaches back to the beginning",
    async (site, prefix) => {
      const path = `${prefix}.value`;
      await store(site, [[path, 1, site.now() - 5]]);
      const steps = [["-5min", 1], ["-15min", 5], ["-90min", 60], ["-1d", 60]] as const;
      for (const [from, step] of steps) {
        const [series] = await render(site, { target: path, from });
        const [[, first = 0] = [], [, second = 0] = []] = series?.datapoints ?? [];
        assertEquals(second - first, step, from);
        assertEquals(first % step, 0);
      }
    },
  );
}
