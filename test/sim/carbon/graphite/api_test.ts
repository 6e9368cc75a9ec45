/** Graphite's HTTP interface in process: what it refuses, and its bounds. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { answerGraphite } from "../../../../sim/carbon/graphite/api.ts";
import { SeriesStore } from "../../../../sim/carbon/series_store.ts";
import { StorageRules } from "../../../../sim/carbon/storage_rules.ts";
import { VirtualClock } from "../../../../sim/world/virtual_clock.ts";

function storeOf(paths: readonly string[], retentions = "1:600,60:100"): SeriesStore {
  const rules = new StorageRules({ schemas: `[all]\npattern = .*\nretentions = ${retentions}\n` });
  const store = new SeriesStore({ rules, clock: new VirtualClock() });
  for (const path of paths) {
    for (let age = 0; age < 20; age++) {
      store.write({ path, value: age, timestamp: store.now - age });
    }
  }
  return store;
}

async function ask(
  store: SeriesStore,
  path: string,
  init?: RequestInit,
): Promise<{ status: number; body: string }> {
  const answer = await answerGraphite(store, new Request(`http://127.0.0.1${path}`, init));
  return { status: answer.status, body: await answer.text() };
}

async function refuses(store: SeriesStore, query: Record<string, string>, reason: string) {
  const words = new URLSearchParams({ format: "json", from: "-1min", ...query });
  const { status, body } = await ask(store, `/render?${words}`);
  assertEquals(status, 400, body);
  assertStringIncludes(body, reason);
}

Deno.test("answerGraphite() knows its paths, methods and formats", async () => {
  using store = storeOf(["a.b"]);
  assertEquals((await ask(store, "/")).status, 404);
  assertEquals((await ask(store, "/dashboard/")).status, 404);
  assertEquals((await ask(store, "/render", { method: "DELETE" })).status, 405);
  assertEquals((await ask(store, "/render/?format=json")).body, "[]");
  await refuses(store, { target: "a.b", format: "png" }, "Cannot render png");
  await refuses(store, { target: "a.b", maxDataPoints: "0" }, "maxDataPoints=0");
});

Deno.test("answerGraphite() says where a target breaks, which Graphite passes over", async () => {
  using store = storeOf(["a.b"]);
  await refuses(store, { target: "sum(a.b" }, "Expected");
  await refuses(store, { target: "a.b)" }, "Expected the end");
  await refuses(store, { target: "alias(5, 'x')" }, "seriesList");
  await refuses(store, { target: "alias(a.b, newName='x', newName2='y')" }, "Too many parameters");
  await refuses(store, { target: "keepLastValue(a.b, max=1)" }, "Unexpected key word");
  await refuses(store, { target: "constructor(a.b)" }, "unknown function: constructor");
  await refuses(store, { target: "consolidateBy(a.b, 'toString')" }, "Unsupported aggregation");
});

Deno.test("answerGraphite() bounds what a request may ask for", async () => {
  using store = storeOf(Array.from({ length: 300 }, (_, index) => `many.n${index}.x`));
  const shifted = `${"timeShift(".repeat(14)}many.n1.x${",'1s')".repeat(14)}`;
  await refuses(store, { target: shifted }, "More than 10000 calls");
  await refuses(store, { target: `${"{a,b}".repeat(13)}.x` }, "more than 4096 alternatives");
  await refuses(
    store,
    { target: `group(${Array(70).fill("many.*.x").join()})` },
    "More than 20000 series",
  );
  await refuses(store, { target: "summarize(many.n1.x, '-1h')" }, "Cannot summarize by -1h");
  await refuses(store, { target: "summarize(many.n1.x, '0s')" }, "Cannot summarize by 0s");
  const body = `target=${"a".repeat(1_100_000)}`;
  const posted = await ask(store, "/render", { method: "POST", body });
  assertEquals(posted.status, 400);
  assertStringIncludes(posted.body, "Form of more than 1048576 bytes");
  const targets = "target=a&".repeat(1001);
  assertStringIncludes(
    (await ask(store, `/render?format=json&${targets}`)).body,
    "More than 1000 targets",
  );
});

Deno.test("answerGraphite() bounds the values that summarize makes of coarse ones", async () => {
  using store = storeOf(["a.b"], "3600:200000");
  const query = { target: "summarize(a.b, '1s')", from: "19900101" };
  await refuses(store, query, "More than 5000000 values");
});

Deno.test("answerGraphite() answers or refuses every target, and never breaks", async () => {
  using store = storeOf(["a.b", "a.c", "d"]);
  const functions =
    "sum avg maxSeries diffSeries group asPercent scale offset absolute derivative " +
    "perSecond integral keepLastValue transformNull consolidateBy stacked summarize timeShift alias " +
    "aliasByNode sortByName limit groupByNode divideSeries nonNegativeDerivative unknown";
  const target = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(
        "a.*",
        "a.b",
        "d",
        "absent.*",
        "{a,d}.b",
        "5",
        "-1",
        "'sum'",
        "'5s'",
        "true",
        "inf",
      ),
      fc.tuple(fc.constantFrom(...functions.split(" ")), fc.array(tie("value"), { maxLength: 4 }))
        .map(([name, values]) => `${name}(${values.join()})`),
    ),
  }));
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(
      target.value,
      fc.constantFrom("", "1", "3", "50"),
      async (text, maxDataPoints) => {
        const query = new URLSearchParams({
          target: text,
          format: "json",
          from: "-1min",
          maxDataPoints,
        });
        const { status, body } = await ask(store, `/render?${query}`);
        if (status === 200) answered++;
        else assertEquals(status, 400, body);
        if (status === 200) assert(Array.isArray(JSON.parse(body)));
      },
    ),
    { numRuns: 2000 },
  );
  assert(answered > 100, `${answered} targets were answered`);
});
