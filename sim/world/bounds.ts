/**
 * Whatever holds something back must be bounded: the network, and what each process waits for.
 *
 * @module
 */
import { MANAGER_PROCESS } from "./referee.ts";
import type { Site } from "./site.ts";

/** Stanzas on their way for each process, at most. */
const STANZAS_PER_PROCESS = 100;
/** Timers of an agent at most: every message that it resends has one or two. */
const TIMERS_OF_AGENT = 200;
/** Timers of a manager at most, for each agent and beside. */
const TIMERS_PER_AGENT = 50;
const OTHER_TIMERS = 50;

/**
 * Checks that nothing has grown beyond its bound.
 *
 * @param site The world at some moment.
 */
export function checkBounds({ lives, network, referee: { violations }, settings }: Site): void {
  const { agents, managers } = settings;
  violations.check(
    network.inFlight <= STANZAS_PER_PROCESS * (agents + managers),
    "bounded",
    () => `${network.inFlight} stanzas are on their way`,
  );
  const timersOfManager = TIMERS_PER_AGENT * agents + OTHER_TIMERS;
  for (const { name, timers } of lives) {
    const most = name.startsWith(MANAGER_PROCESS) ? timersOfManager : TIMERS_OF_AGENT;
    violations.check(timers <= most, "bounded", () => `${name} waits for ${timers} things at once`);
  }
}
