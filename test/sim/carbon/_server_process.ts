/** sim/carbon in a process of its own, to be killed: `_server_process.ts FILE` prints its ports. */
import { startCarbonServer } from "../../../sim/carbon/mod.ts";

const [file] = Deno.args;
const { carbonPort, graphitePort } = await startCarbonServer({ file, flushMs: 20 });
// deno-lint-ignore no-console -- what the test reads
console.log(JSON.stringify({ carbonPort, graphitePort }));
