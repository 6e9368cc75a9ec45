/** The contract on the embedded Carbon in virtual time, its series in memory and in a file. */
import { join } from "@std/path";
import { startCarbonServer } from "../../../sim/carbon/mod.ts";
import { VirtualClock } from "../../../sim/world/virtual_clock.ts";
import { carbonContract } from "../../contract/carbon.ts";
import { AGGREGATION, type CarbonUnderTest, RULES, SCHEMAS } from "../../contract/carbon/scene.ts";

async function open(folder: string | undefined): Promise<CarbonUnderTest> {
  const clock = new VirtualClock();
  const file = folder === undefined ? undefined : join(folder, "series.sqlite");
  const texts = { schemas: SCHEMAS, aggregation: AGGREGATION, rules: RULES };
  const server = await startCarbonServer({ clock, file, ...texts });
  return {
    carbonPort: server.carbonPort,
    aggregatorPort: server.aggregatorPort,
    graphitePort: server.graphitePort,
    now: () => Math.floor(clock.now() / 1000),
    pass: (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      if (folder !== undefined) await Deno.remove(folder, { recursive: true });
    },
  };
}

carbonContract("sim/carbon in memory", () => open(undefined));
carbonContract("sim/carbon in a file", async () => await open(await Deno.makeTempDir()));
