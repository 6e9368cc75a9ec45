/**
 * Cases against a monitor on a real server.
 *
 * @module
 */
import type { Clock } from "../../../lib/clock.ts";
import type { Random } from "../../../lib/random.ts";
import type { CarbonEar } from "../carbon_ear.ts";
import type { MonitorCase } from "../case.ts";
import type { DetailReader } from "../detail_reader.ts";
import { monitorStage } from "../monitor_stage.ts";
import type { Patience } from "../peer.ts";
import type { TranscriptMaker } from "../target.ts";
import type { AccountPool } from "./accounts.ts";
import type { Connector } from "./connector.ts";

/** Options of {@linkcode runAtMonitor}. */
export interface DeployedMonitorOptions {
  /** Bare JID of the monitor. */
  readonly monitor: string;
  /** The suite in the place of its Carbon; `undefined`: it sends elsewhere. */
  readonly carbon: CarbonEar | undefined;
  /** Its MongoDB; `undefined`: the suite cannot reach it. */
  readonly details: DetailReader | undefined;
  readonly connector: Connector;
  readonly accounts: AccountPool;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly random: Random;
}

/** Says why a case cannot be run; `undefined` where it can. */
export function monitorSkipReason(
  { carbon, details }: DeployedMonitorOptions,
  { needs = [] }: MonitorCase,
): string | undefined {
  if (needs.includes("carbon") && carbon === undefined) {
    return "The suite must be the monitor's Carbon: --carbon-listen HOST:PORT";
  }
  if (needs.includes("mongodb") && details === undefined) {
    return "It looks at documents: --mongodb HOST:PORT";
  }
  return undefined;
}

/** Runs a case, and removes its documents. */
export async function runAtMonitor(
  options: DeployedMonitorOptions,
  test: MonitorCase,
  makeTranscript: TranscriptMaker,
): Promise<void> {
  const { connector, accounts, clock, details } = options;
  const transcript = makeTranscript(() => clock.now());
  await using peer = await connector.peer(accounts.take([]), transcript);
  const stage = monitorStage({ ...options, peer });
  try {
    await test.run(stage);
  } finally {
    await details?.remove(stage.user);
  }
}
