/** Nothing is lost in a restart of the embedded Carbon. */
import { join } from "@std/path";
import {
  metricsSinkContract,
  SINK_RULES,
  SINK_SCHEMAS,
  type StoppableCarbon,
} from "../../contract/metrics_sink.ts";
import type { Rendered } from "../../contract/carbon/scene.ts";
import { freePort } from "../../_free_port.ts";
import { type CarbonProcess, startCarbonProcess } from "./_carbon_process.ts";

async function openCarbon(): Promise<StoppableCarbon> {
  const folder = await Deno.makeTempDir();
  const ports = { carbonPort: freePort(), aggregatorPort: freePort(), graphitePort: freePort() };
  const file = join(folder, "series.sqlite");
  const start = () =>
    startCarbonProcess({ ...ports, file, schemas: SINK_SCHEMAS, rules: SINK_RULES });
  let process: CarbonProcess | undefined = await start();
  const stop = async (signal: "SIGTERM" | "SIGKILL") => {
    await process?.stop(signal);
    process = undefined;
  };
  return {
    ...ports,
    stop,
    start: async () => void (process = await start()),
    async restartAggregator() {
      await stop("SIGKILL");
      process = await start();
    },
    async stored(path) {
      const query = `target=${path}&from=-58min&noNullPoints=1&format=json`;
      const answer = await fetch(`http://127.0.0.1:${ports.graphitePort}/render?${query}`);
      const [series]: Rendered[] = await answer.json();
      return new Map(series?.datapoints.map(([value, second]) => [second, value ?? NaN]));
    },
    async [Symbol.asyncDispose]() {
      await stop("SIGKILL");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

metricsSinkContract("sim/carbon", openCarbon);
