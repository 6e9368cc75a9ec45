/** sim/carbon in a process of its own, to be killed: `_server_process.ts OPTIONS` prints its ports. */
import { startCarbonServer } from "../../../sim/carbon/mod.ts";

const [options = "{}"] = Deno.args;
const server = await startCarbonServer({ flushMs: 20, ...JSON.parse(options) });
Deno.addSignalListener("SIGTERM", async () => {
  await server[Symbol.asyncDispose]();
  Deno.exit(0);
});
const { carbonPort, aggregatorPort, graphitePort } = server;
// deno-lint-ignore no-console -- what the test reads
console.log(JSON.stringify({ carbonPort, aggregatorPort, graphitePort }));
