/**
 * How a site is set up beyond its size: what its administrator chose, drawn from the seed where a world is to
 * see all of it.
 *
 * @module
 */
import type { EnvelopeForm } from "../../lib/protocol/message.ts";
import type { Dice } from "./fate.ts";

/** What an administrator chooses. */
export interface Habits {
  /** An agent that asks again within so many seconds is sent to sleep; 0: none is. */
  readonly cooldownSeconds: number;
  /** Everybody joins this room; `undefined`: there is none. */
  readonly room: string | undefined;
  /** Form of messages that everybody is configured with. */
  readonly envelope: "auto" | EnvelopeForm;
  /** True: the server empties messages of the original form. */
  readonly emptiesMessages: boolean;
  /** True: managers with an odd number hand jobs out only, the others take the output in. */
  readonly isSplit: boolean;
}

/** The usual site. */
export const PLAIN_HABITS: Habits = {
  cooldownSeconds: 0,
  room: undefined,
  envelope: "original",
  emptiesMessages: false,
  isSplit: false,
};

const COOLDOWN_SECONDS = 60;
const FORMS = [
  { envelope: "original", emptiesMessages: false },
  { envelope: "namespaced", emptiesMessages: false },
  { envelope: "auto", emptiesMessages: true },
  { envelope: "auto", emptiesMessages: false },
] as const;

/**
 * Draws how a site is set up.
 *
 * @param dice Decide.
 * @param managers Number of managers; one alone has to do everything.
 * @param domain Domain of the rooms.
 * @returns The habits.
 */
export function drawHabits(dice: Dice, managers: number, domain: string): Habits {
  const form = FORMS[Math.floor(dice.fraction() * FORMS.length)] ?? FORMS[0];
  return {
    ...form,
    cooldownSeconds: dice.fraction() < 0.3 ? COOLDOWN_SECONDS : 0,
    room: dice.fraction() < 0.3 ? `pilots@${domain}` : undefined,
    isSplit: dice.fraction() < 0.3 && managers > 1,
  };
}
