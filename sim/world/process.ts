/**
 * What processes of both roles have in common.
 *
 * @module
 */
import { messageOf } from "../../lib/error_message.ts";
import type { Dice } from "./fate.ts";
import type { Faults } from "./faults.ts";
import type { Life, Skew } from "./life.ts";
import type { Site } from "./site.ts";

/** Name of a process: `agent-3`, the next one of that agent `agent-3#2`. */
export function processName(party: string, run: number): string {
  return run === 1 ? party : `${party}#${run}`;
}

/** Draws how wrong a process's clock goes. */
export function skewOf(dice: Dice, { skewMs, drift }: Faults): Skew {
  return { offsetMs: dice.between(-skewMs, skewMs), rate: 1 + drift * (2 * dice.fraction() - 1) };
}

/** Starts a role; it must not end by itself. */
export function startRole(
  { referee }: Site,
  life: Life,
  role: { run(signal: AbortSignal): Promise<void> },
): void {
  referee.note(`${life.name} starts`);
  const ended = (how: string) => {
    if (!life.dead) referee.violations.report("crash", `${life.name} ended by itself: ${how}`);
  };
  role.run(new AbortController().signal).then(
    () => ended("it stopped"),
    (error) => ended(messageOf(error)),
  );
}
