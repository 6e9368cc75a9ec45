/**
 * How many lines a Carbon takes for a second of its processor: those of a site's series in turn, over one
 * connection, on disk. The server's own CPU time is counted, that of the sender is not.
 *
 * @module
 */
import { join } from "@std/path";
import { hasGraphite, startGraphite } from "../../test/live/graphite_server.ts";
import { linesOf, linesPerCpuSecond, type MeasuredCarbon, send, SERIES } from "../carbon/lines.ts";
import { nameWithVersion } from "../debian.ts";
import { HelperProcess } from "../helper_process.ts";
import { inRounds } from "../rounds.ts";
import type { Bench, BenchContext, Row } from "../row.ts";

/** An hour of points and six of minutes: the files of 2,000 series stay small. */
const SCHEMAS = "[all]\npattern = .*\nretentions = 10:360,60:360\n";

async function startSim(resources: AsyncDisposableStack): Promise<MeasuredCarbon> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_bench_" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  const process = resources.use(new HelperProcess("carbon/sim_server.ts"));
  const file = join(folder, "series.sqlite");
  const { carbonPort } = await process.ask<{ carbonPort: number }>({ schemas: SCHEMAS, file });
  return { port: carbonPort, pid: process.pid };
}

async function measure({ runs, mode, signal, progress }: BenchContext): Promise<readonly Row[]> {
  const points = mode === "quick" ? 50 : 200;
  await using resources = new AsyncDisposableStack();
  const servers: Record<string, MeasuredCarbon> = { ours: await startSim(resources) };
  const name = await nameWithVersion("carbon-cache", "graphite-carbon");
  if (hasGraphite) {
    progress("starting carbon-cache");
    const options = { schemas: SCHEMAS, rules: "", web: false };
    const peer = resources.use(await startGraphite(options));
    servers.theirs = { port: peer.carbonPort, pid: peer.carbonPid };
  }
  // Series begin and code is warm, before anything counts.
  for (const { port } of Object.values(servers)) await send(port, linesOf(20));
  progress(`${points} points of ${SERIES} series`);
  const row = async (what: string, untilStored: boolean): Promise<Row> => {
    const contenders = Object.fromEntries(
      Object.entries(servers)
        .map(([name, server]) => [name, linesPerCpuSecond(server, points, { untilStored })]),
    );
    const { ours = [], theirs = [] } = await inRounds(runs, contenders, signal);
    const peer = { name, samples: theirs, ...(hasGraphite ? {} : { skipped: "not installed" }) };
    return { what, unit: "lines/CPU-s", better: "more", ours, floor: 50_000, peers: [peer] };
  };
  const note =
    "When ours has taken a line in, it has rolled it up, too; carbon-cache does that when " +
    "it stores.";
  return [
    { ...await row("carbon: lines taken in", false), note },
    await row("carbon: lines taken in and stored", true),
  ];
}

/** Plaintext lines into `sim/carbon`. */
export const carbon: Bench = {
  name: "carbon",
  about: "plaintext lines per CPU-second of sim/carbon on disk, beside carbon-cache",
  measure,
};
