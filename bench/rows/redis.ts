/**
 * `sim/redis` under `redis-benchmark`, Redis' own load generator, beside redis-server.
 *
 * @module
 */
import { hasRedisServer, startRedisProcess } from "../../test/live/redis_server.ts";
import { nameWithVersion } from "../debian.ts";
import { HelperProcess } from "../helper_process.ts";
import { inRounds } from "../rounds.ts";
import type { Bench, BenchContext, Row } from "../row.ts";

const COMMANDS = ["SET", "GET", "LPUSH", "LPOP"] as const;
const CLIENTS = 50;
/** Commands that each client sends before it waits for their answers. */
const PIPELINES = [1, 16];
/** Part of redis-server's rate that must be reached. */
const FLOOR = 0.5;

/** Requests a second, by command. */
type Rates = ReadonlyMap<string, number>;

/** Runs redis-benchmark once, against a server on loopback. */
async function benchmark(port: number, pipeline: number, requests: number): Promise<Rates> {
  const { success, stdout, stderr } = await new Deno.Command("redis-benchmark", {
    args: [
      ...["-p", `${port}`, "-c", `${CLIENTS}`, "-P", `${pipeline}`, "-n", `${requests}`],
      ...["-t", COMMANDS.join(",").toLowerCase(), "--csv"],
    ],
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot run redis-benchmark: ${decoder.decode(stderr)}`);
  const lines = decoder.decode(stdout).matchAll(/^"(\w+)","([\d.]+)"/gm);
  return new Map(Array.from(lines, ([, command = "", rate]) => [command, Number(rate)]));
}

/** Rates of both, one a round. */
interface Samples {
  readonly ours: readonly Rates[];
  readonly theirs: readonly Rates[];
}

/** The rows of one pipeline. */
function rowsOf(pipeline: number, samples: Samples, peer: string): Row[] {
  const ratesOf = (rates: readonly Rates[], command: string) =>
    rates.map((rate) => rate.get(command) ?? NaN);
  return COMMANDS.map((command) => ({
    what: `redis: ${command}, ${CLIENTS} clients, pipeline ${pipeline}`,
    unit: "requests/s",
    better: "more",
    ours: ratesOf(samples.ours, command),
    peers: [{
      name: peer,
      samples: ratesOf(samples.theirs, command),
      floor: FLOOR,
      ...(hasRedisServer ? {} : { skipped: "not installed" }),
    }],
    ...(hasRedisServer ? {} : { note: "redis-benchmark is not installed" }),
  }));
}

async function measure({ runs, mode, signal, progress }: BenchContext): Promise<readonly Row[]> {
  const peer = await nameWithVersion("redis-server", "redis-server");
  if (!hasRedisServer) {
    return PIPELINES.flatMap((pipeline) => rowsOf(pipeline, { ours: [], theirs: [] }, peer));
  }
  await using ours = new HelperProcess("redis/sim_server.ts");
  const { port } = await ours.ask<{ port: number }>({});
  await using theirs = await startRedisProcess();
  const rows: Row[] = [];
  for (const pipeline of PIPELINES) {
    progress(`${CLIENTS} clients, pipeline ${pipeline}`);
    const requests = (mode === "quick" ? 30_000 : 100_000) * (pipeline === 1 ? 1 : 8);
    // Code is warm, before anything counts.
    await benchmark(port, pipeline, requests);
    const samples = await inRounds(runs, {
      ours: () => benchmark(port, pipeline, requests),
      theirs: () => benchmark(theirs.port, pipeline, requests),
    }, signal);
    rows.push(...rowsOf(pipeline, samples, peer));
  }
  return rows;
}

/** Commands through `sim/redis`. */
export const redis: Bench = {
  name: "redis",
  about: "redis-benchmark on sim/redis and on redis-server",
  measure,
};
