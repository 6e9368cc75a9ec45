/** The contract on Debian's graphite-carbon and graphite-web, in real time. */
import { carbonContract } from "../contract/carbon.ts";
import { AGGREGATION, RULES, SCHEMAS } from "../contract/carbon/scene.ts";
import { hasGraphite, startGraphite } from "./graphite_server.ts";

if (hasGraphite) {
  carbonContract("graphite-carbon, graphite-web", async () => {
    const texts = { schemas: SCHEMAS, aggregation: AGGREGATION, rules: RULES };
    const programs = await startGraphite(texts);
    return {
      ...programs,
      now: () => Math.floor(Date.now() / 1000),
      pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      [Symbol.asyncDispose]: () => programs[Symbol.asyncDispose](),
    };
  });
} else {
  const name = "Carbon (graphite-carbon or graphite-web is not installed)";
  Deno.test({ name, ignore: true, fn: () => {} });
}
