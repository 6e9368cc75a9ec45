/**
 * From flags to a load test and its result.
 *
 * @module
 */
import { printErrorLine, UsageError } from "../../lib/cli.ts";
import type { OpenQueue } from "../../lib/jobs/open_queue.ts";
import { silentLogger } from "../../lib/log.ts";
import { Dashboard } from "../../roles/dashboard.ts";
import {
  type ChirpChoice,
  type LoadOptions,
  type LoadResult,
  runLoad,
  runVirtual,
  type Snapshot,
  type VirtualOptions,
  type XmppTarget,
} from "../../sim/load/mod.ts";
import type { SimulateFlags } from "./command_line.ts";
import { traceArrival } from "./trace_arrival.ts";

/**
 * Runs what the flags describe.
 *
 * @param given The flags.
 * @param signal Ends it early.
 * @param onSnapshot Told of the state of things.
 * @returns What came of it.
 * @throws {UsageError} When flags do not go together.
 */
export async function runSimulation(
  given: SimulateFlags,
  signal: AbortSignal,
  onSnapshot: (snapshot: Snapshot) => void,
): Promise<LoadResult> {
  if (given.arrival !== undefined && given.arrivalTrace !== undefined) {
    throw new UsageError("--arrival and --arrival-trace exclude each other");
  }
  const { arrivalTrace } = given;
  const flags = arrivalTrace === undefined ? given : await withTrace(given, arrivalTrace);
  return flags.time === "virtual"
    ? await runVirtual({ ...virtualOptions(flags), signal, onSnapshot })
    : await runLoad({
      ...loadOptions(flags),
      signal,
      onSnapshot,
      onQueue: flags.dashboard ? showQueue : undefined,
    });
}

/** Shows the queue of the run on a web page. */
async function showQueue(queue: Pick<OpenQueue, "store" | "view">): Promise<Dashboard> {
  const dashboard = await Dashboard.start({
    port: 0,
    sources: { queue: () => Promise.resolve(queue) },
    log: silentLogger,
  });
  printErrorLine(`Watch it at ${dashboard.url}`);
  return dashboard;
}

/** A trace has a number of jobs; where none is given, that one. */
async function withTrace(flags: SimulateFlags, path: string): Promise<SimulateFlags> {
  const arrival = await traceArrival(path);
  const known = arrival.kind === "timed" ? arrival.jobs : Infinity;
  return { ...flags, arrival, jobs: Math.min(flags.jobs ?? Infinity, known) };
}

function virtualOptions(flags: SimulateFlags): VirtualOptions {
  const { transport, arrival, redis, server, warmUpSeconds } = flags;
  const real = [
    ["--transport tcp", transport === "tcp"],
    ["--redis", redis !== undefined],
    ["--server", server !== "own"],
    ["--warm-up", warmUpSeconds > 0],
    ["--dashboard", flags.dashboard],
    ["--arrival saturate", arrival?.kind === "saturate"],
  ] as const;
  const wrong = real.find(([, given]) => given);
  if (wrong !== undefined) throw new UsageError(`${wrong[0]} needs --time real`);
  return {
    ...flags,
    profile: flags.faults,
    files: flags.chirp !== "none",
    xml: transport === "memory-xml",
  };
}

function loadOptions(flags: SimulateFlags): LoadOptions {
  const { transport, redis, envelope, faults } = flags;
  if (faults !== undefined) throw new UsageError("--faults needs --time virtual");
  if (transport === "tcp" && redis === "memory") {
    throw new UsageError(
      "Cannot share a Redis in memory between processes: --redis own or HOST:PORT",
    );
  }
  const server = targetOf(flags);
  return {
    ...flags,
    server,
    chirp: chirpOf(flags),
    envelope: envelope ?? (server === undefined ? undefined : "auto"),
  };
}

function targetOf(flags: SimulateFlags): XmppTarget | undefined {
  const { transport, server, domain, managerAccount, agentAccount, tls, caFile } = flags;
  if (server === "own") return undefined;
  if (transport !== "tcp") throw new UsageError("--server HOST:PORT needs --transport tcp");
  return {
    ...server,
    domain: domain ?? server.host,
    managerAccount,
    managerPassword: passwordIn("JM_JABBER_PASSWORD"),
    agentAccount,
    agentPassword: passwordIn("AGENT_JABBER_PASSWORD"),
    tls,
    caFile,
  };
}

function passwordIn(variable: string): string {
  const password = Deno.env.get(variable);
  if (password === undefined) {
    throw new UsageError(`${variable} is missing in the environment: --server needs it`);
  }
  return password;
}

function chirpOf({ chirp, chirpFolder }: SimulateFlags): ChirpChoice {
  if (typeof chirp === "string") return chirp;
  if (chirpFolder === undefined) {
    throw new UsageError("--chirp HOST:PORT needs --chirp-folder, the folder that it serves");
  }
  return { ...chirp, folder: chirpFolder };
}
