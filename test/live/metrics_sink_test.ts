/** Nothing is lost in a restart of Debian's Carbon: its Whisper files are read back by its own program. */
import { join } from "@std/path";
import {
  metricsSinkContract,
  SINK_RULES,
  SINK_SCHEMAS,
  type StoppableCarbon,
} from "../contract/metrics_sink.ts";
import { hasGraphite, startGraphite } from "./graphite_server.ts";

const FETCH = "/usr/bin/whisper-fetch";

/** What whisper-fetch says with `--json`. */
interface Fetched {
  readonly start: number;
  readonly step: number;
  readonly values: readonly (number | null)[];
}

/** The points of a Whisper file; none where there is no file yet. */
async function fetchPoints(file: string): Promise<ReadonlyMap<number, number>> {
  const { code, stdout } = await new Deno.Command(FETCH, {
    args: [file, "--json", `--from=${Math.floor(Date.now() / 1000) - 3500}`],
    stdin: "null",
    stderr: "null",
  }).output();
  if (code !== 0) return new Map();
  const { start, step, values }: Fetched = JSON.parse(new TextDecoder().decode(stdout));
  return new Map(
    values.flatMap((value, index) => value === null ? [] : [[start + index * step, value]]),
  );
}

async function openCarbon(): Promise<StoppableCarbon> {
  const programs = await startGraphite({
    schemas: SINK_SCHEMAS,
    rules: SINK_RULES,
    web: false,
    aggregator: true,
  });
  const { carbonPort, aggregatorPort, cache, aggregator, whisperDir } = programs;
  return {
    carbonPort,
    aggregatorPort,
    stop: (signal) => cache.stop(signal),
    start: () => cache.start(),
    async restartAggregator() {
      await aggregator?.stop("SIGKILL");
      await aggregator?.start();
    },
    stored: (path) => fetchPoints(`${join(whisperDir, ...path.split("."))}.wsp`),
    [Symbol.asyncDispose]: () => programs[Symbol.asyncDispose](),
  };
}

if (hasGraphite) {
  metricsSinkContract("graphite-carbon", openCarbon);
} else {
  Deno.test({
    name: "A sink of measurements (graphite-carbon is not installed)",
    ignore: true,
    fn: () => {},
  });
}
