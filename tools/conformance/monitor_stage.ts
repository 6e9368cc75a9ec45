/**
 * The stage of a case against a monitor.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { type Random, randomHex, randomUuid } from "../../lib/random.ts";
import type { CarbonEar } from "./carbon_ear.ts";
import type { DetailReader } from "./detail_reader.ts";
import type { Patience, Peer } from "./peer.ts";
import type { MonitorStage } from "./stage.ts";
import { CaseSkipped } from "./verdict.ts";

/** What a stage is made of. */
export interface MonitorStageParts {
  readonly clock: Clock;
  readonly patience: Patience;
  /** Bare JID of the monitor. */
  readonly monitor: string;
  /** Whoever reports. */
  readonly peer: Peer;
  readonly random: Random;
  /** Hears what it sends to Carbon; `undefined`: nobody does. */
  readonly carbon: CarbonEar | undefined;
  /** Reads its MongoDB; `undefined`: nobody can. */
  readonly details: DetailReader | undefined;
}

/**
 * Makes a stage, with a component and an agent of its own.
 *
 * @param parts See {@linkcode MonitorStageParts}.
 */
export function monitorStage(parts: MonitorStageParts): MonitorStage {
  const { clock, patience, monitor, peer, random, details } = parts;
  const uuid = randomUuid(random);
  const user = `conformance_${uuid}`;
  let last = 0;
  return {
    clock,
    patience,
    monitor,
    peer,
    uuid,
    user,
    component: `conformance.m${randomHex(random, 10)}`,
    get carbon() {
      if (parts.carbon === undefined) throw new CaseSkipped("Nobody hears what goes to Carbon");
      return parts.carbon;
    },
    say: (attributes) => void peer.say(monitor, attributes, { noack: true }),
    next: () => ++last,
    documents() {
      if (details === undefined) throw new CaseSkipped("Nobody can read its MongoDB");
      return details.find(user);
    },
  };
}
