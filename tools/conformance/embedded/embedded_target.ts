/**
 * Our roles on the embedded site: a world of its own for every case, in virtual time, without network.
 *
 * @module
 */
import { type ConformanceCase, type Side, SIDES } from "../case.ts";
import type { Lane, Target, TranscriptMaker } from "../target.ts";
import { runInAgentWorld } from "./agent_world.ts";
import { runInKeyManagerWorld } from "./key_manager_world.ts";
import { runInManagerWorld } from "./manager_world.ts";
import { type LineDisturbance, runInMonitorWorld } from "./monitor_world.ts";
import { runInRoomWorld } from "./room_world.ts";
import { runInVirtualTime } from "./virtual_run.ts";
import { type Disturbance, World } from "./world.ts";

/** Options of {@linkcode embeddedTarget}. */
export interface EmbeddedOptions {
  /** A fault put into the roles, for tests of the suite. Default: none. */
  readonly disturb?: Disturbance | undefined;
  /** The same for what a monitor sends to Carbon: the lines in place of one. Default: itself. */
  readonly disturbLine?: LineDisturbance | undefined;
}

/** Worlds of managers live in memory alone; those of agents run processes. */
const LANES: Readonly<Record<Side, Lane>> = {
  manager: { name: "manager", limit: 8 },
  agent: { name: "agent", limit: 4 },
  heartbeat: { name: "heartbeat", limit: 8 },
  keymanager: { name: "keymanager", limit: 8 },
  monitor: { name: "monitor", limit: 4 },
};

/**
 * Makes the target.
 *
 * @param options See {@linkcode EmbeddedOptions}.
 */
export function embeddedTarget(options: EmbeddedOptions = {}): Target {
  return {
    title: "ours, embedded site",
    implementation: "ours",
    sides: new Set(SIDES),
    skipReason: () => undefined,
    lane: (test) => LANES[test.against],
    leftovers: () => [],
    run: (test, makeTranscript) => runInWorld(test, makeTranscript, options),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function runInWorld(
  test: ConformanceCase,
  makeTranscript: TranscriptMaker,
  { disturb, disturbLine }: EmbeddedOptions,
): Promise<void> {
  const world = new World(disturb);
  await runInVirtualTime(world.clock, world.inFlight, async () => {
    await using scene = world;
    if (test.against === "manager") await runInManagerWorld(scene, test, makeTranscript);
    else if (test.against === "agent") await runInAgentWorld(scene, test, makeTranscript);
    else if (test.against === "heartbeat") await runInRoomWorld(scene, test, makeTranscript);
    else if (test.against === "keymanager") {
      await runInKeyManagerWorld(scene, test, makeTranscript);
    } else await runInMonitorWorld(scene, test, makeTranscript, disturbLine);
  });
}
