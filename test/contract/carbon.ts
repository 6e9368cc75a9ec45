/**
 * What every Carbon with a Graphite does: the embedded one in virtual time, Debian's in real time.
 *
 * @module
 */

import { testAggregation } from "./carbon/aggregation.ts";
import { testFinding } from "./carbon/finding.ts";
import { testFunctions } from "./carbon/functions.ts";
import { testLines } from "./carbon/lines.ts";
import { testRendering } from "./carbon/rendering.ts";
import { testRetention } from "./carbon/retention.ts";
import type { CarbonUnderTest, Test } from "./carbon/scene.ts";

/**
 * Registers the tests for one kind of server. All of them use one server, each below a path of its own,
 * since the real one takes seconds to start.
 *
 * @param kind Name of the kind, put before the test's name.
 * @param open Starts a server with the rules of the scene.
 */
export function carbonContract(kind: string, open: () => Promise<CarbonUnderTest>): void {
  Deno.test(`${kind}: a Carbon with a Graphite`, async (context) => {
    await using site = await open();
    let count = 0;
    const cases: [string, Parameters<Test>[1]][] = [];
    const test: Test = (behaviour, run) => cases.push([behaviour, run]);
    testLines(test);
    testRetention(test);
    testAggregation(test);
    testRendering(test);
    testFunctions(test);
    testFinding(test);
    for (const [behaviour, run] of cases) {
      await context.step(behaviour, () => run(site, `contract.case${++count}`));
    }
  });
}
