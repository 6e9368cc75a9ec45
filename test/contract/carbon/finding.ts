/** Graphite's search for series. */
import { assertEquals } from "@std/assert";
import { ask, type CarbonUnderTest, type Sent, store, type Test } from "./scene.ts";

async function find(site: CarbonUnderTest, query: Record<string, string>): Promise<unknown> {
  return JSON.parse((await ask(site, "/metrics/find", query)).body);
}

interface Listed {
  readonly path: string;
  readonly is_leaf: boolean;
}

/** Registers the tests. */
export function testFinding(test: Test): void {
  test("finds branches before series, each name once", async (site, prefix) => {
    const second = site.now() - 5;
    const paths = ["z.deep.one", "a", "b.deep.two", "b.deep.three"];
    await store(site, paths.map((path): Sent => [`${prefix}.${path}`, 1, second]));
    const branch = { allowChildren: 1, expandable: 1, leaf: 0 };
    const leaf = { allowChildren: 0, expandable: 0, leaf: 1 };
    const entry = (text: string) => ({ text, id: `${prefix}.${text}` });
    const all = [
      { ...entry("b"), ...branch },
      { ...entry("z"), ...branch },
      { ...entry("a"), ...leaf },
    ];
    assertEquals(await find(site, { query: `${prefix}.*` }), all);
    const wildcard = { ...entry("*"), ...branch };
    assertEquals(await find(site, { query: `${prefix}.*`, wildcards: "1" }), [wildcard, ...all]);
    const below = { text: "deep", id: `${prefix}.*.deep`, ...branch };
    assertEquals(await find(site, { query: `${prefix}.*.deep` }), [below]);
    const leaves = ((await find(site, { query: `${prefix}.*`, format: "json" })) as Listed[])
      .map((node) => [node.path, node.is_leaf]);
    assertEquals(leaves, [[`${prefix}.a`, true], [`${prefix}.b`, false], [`${prefix}.z`, false]]);
    assertEquals(await find(site, { query: `${prefix}.absent.*` }), []);
  });

  test("refuses a search without a pattern or with an unknown format", async (site) => {
    const refused = async (query: Record<string, string>, reason: string) => {
      const { status, body } = await ask(site, "/metrics/find", query);
      assertEquals([status, body.includes(reason)], [400, true], body);
    };
    await refused({}, "Missing required parameter");
    await refused({ query: "" }, "is empty");
    await refused({ query: "a.*", format: "letters" }, "Invalid value for 'format' parameter");
  });
}
