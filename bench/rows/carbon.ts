/**
 * How many lines a Carbon takes for a second of its processor: those of a site's series in turn, over one
 * connection, on disk. The server's own CPU time is counted, that of the sender is not.
 *
 * @module
 */
import { join } from "@std/path";
import { hasGraphite, startGraphite } from "../../test/live/graphite_server.ts";
import { nameWithVersion } from "../debian.ts";
import { HelperProcess } from "../helper_process.ts";
import { cpuSeconds } from "../process_usage.ts";
import { inRounds, type Run } from "../rounds.ts";
import type { Bench, BenchContext, Row } from "../row.ts";

const MANAGERS = 50;
const SERIES_OF_MANAGER = 40;
const STEP_SECONDS = 10;
/** An hour of points and six of minutes: the files of 2,000 series stay small. */
const SCHEMAS = "[all]\npattern = .*\nretentions = 10:360,60:360\n";

/** A process that takes less in such a time is at rest. */
const REST_CPU_SECONDS = 0.03;
const REST_MS = 1500;

/** A server that takes lines. */
interface MeasuredCarbon {
  readonly port: number;
  /** Number of its process. */
  readonly pid: number;
}

async function startSim(resources: AsyncDisposableStack): Promise<MeasuredCarbon> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_bench_" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  const process = resources.use(new HelperProcess("carbon/sim_server.ts"));
  const file = join(folder, "series.sqlite");
  const { carbonPort } = await process.ask<{ carbonPort: number }>({ schemas: SCHEMAS, file });
  return { port: carbonPort, pid: process.pid };
}

/** So many points of every series, the last of them now. */
function linesOf(points: number): Uint8Array {
  const now = Math.floor(Date.now() / 1000);
  const lines: string[] = [];
  for (let point = 0; point < points; point++) {
    const second = now - (points - 1 - point) * STEP_SECONDS;
    for (let series = 0; series < MANAGERS * SERIES_OF_MANAGER; series++) {
      const manager = `copilot.jobmanager.generic.manager-${series % MANAGERS}`;
      const path = `${manager}.job.series-${Math.floor(series / MANAGERS)}`;
      lines.push(`${path} ${(point * 31 + series) % 1000 / 8} ${second}\n`);
    }
  }
  return new TextEncoder().encode(lines.join(""));
}

/** Sends lines and waits until the server has taken all and closes the connection. */
async function send(port: number, bytes: Uint8Array): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  await connection.closeWrite();
  while (await connection.read(new Uint8Array(1)) !== null);
}

/** A run that ends when all lines are taken in, or when the server has come to rest, all stored. */
function linesPerCpuSecond(
  { port, pid }: MeasuredCarbon,
  points: number,
  { untilStored }: { readonly untilStored: boolean },
): Run {
  return async () => {
    await atRest(pid);
    const bytes = linesOf(points);
    const before = await cpuSeconds(pid);
    await send(port, bytes);
    const after = untilStored ? await atRest(pid) : await cpuSeconds(pid);
    return points * MANAGERS * SERIES_OF_MANAGER / (after - before);
  };
}

/** Waits until a process has done next to nothing for a while; gives the CPU time that it has taken. */
async function atRest(pid: number): Promise<number> {
  for (let before = await cpuSeconds(pid);;) {
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const after = await cpuSeconds(pid);
    if (after - before <= REST_CPU_SECONDS) return after;
    before = after;
  }
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
  progress(`${points} points of ${MANAGERS * SERIES_OF_MANAGER} series`);
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
