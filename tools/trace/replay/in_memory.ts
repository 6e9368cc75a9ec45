/**
 * A replay against roles of ours, in memory and virtual time.
 *
 * @module
 */
import type { TraceRecord } from "../../../lib/trace/mod.ts";
import { bareOf, openTrace, type TraceKeys } from "../open_trace.ts";
import { Play, type PlayOptions, type PlayResult } from "./play.ts";
import { writeScript } from "./script.ts";
import { makeTicket, secureParts } from "./secure_roles.ts";
import type { Side } from "./side.ts";
import { keepJids, SIMULATED_FIXED, SimulatedStage } from "./simulated_stage.ts";

/** Options of {@linkcode replayInMemory}. */
export interface InMemoryOptions
  extends Pick<PlayOptions, "stopAtFirst" | "lingerSeconds" | "onStep"> {
  /**
   * Private keys of managers and key manager, by bare JID: the trace is opened with them, and everybody
   * speaks in the original's secure mode. Default: none, everybody speaks in clear.
   */
  readonly keys?: TraceKeys | undefined;
  /** Seed of all chance. Default: 1. */
  readonly seed?: number | undefined;
  /** Ends the replay early. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Plays one side of a trace against roles of ours.
 *
 * @param records The trace.
 * @param side The side that is played: `agent` against our manager, `manager` against our agent.
 * @param options See {@linkcode InMemoryOptions}.
 * @returns How it went.
 * @throws {UsageError} When nobody in the trace stands opposite.
 * @throws The signal's reason.
 */
export async function replayInMemory(
  records: readonly TraceRecord[],
  side: Side,
  options: InMemoryOptions = {},
): Promise<PlayResult> {
  const { seed, keys, signal = new AbortController().signal, ...playOptions } = options;
  const script = writeScript(keys === undefined ? records : openTrace(records, keys), side);
  const secure = keys === undefined ? undefined : secureParts(script, keys);
  const play: Play = new Play(script, {
    ...playOptions,
    bindings: { fixed: SIMULATED_FIXED },
    newTicket: (speaker, holder) => makeTicket(keys?.get(bareOf(speaker)), holder, stage.nowMs),
  });
  keepJids(script, play.bindings);
  await using stage: SimulatedStage = new SimulatedStage({ script, audience: play, seed, secure });
  return await play.run(stage, signal);
}
