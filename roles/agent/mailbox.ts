/**
 * Where an agent waits for the one answer it needs next; everything else that comes is ignored, as the
 * original does ("Expected … but got …. Doing nothing").
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { CommandName, KnownCommand } from "../../lib/protocol/commands.ts";

/** A command with its sender. */
export interface Letter<Name extends CommandName = CommandName> {
  readonly command: Extract<KnownCommand, { command: Name }>;
  /** Full JID of the sender. */
  readonly from: string;
}

/** One waiter at a time. */
export class Mailbox {
  readonly #clock: Clock;
  #waiter:
    | { readonly wanted: readonly CommandName[]; readonly take: (letter: Letter) => void }
    | undefined;

  /** @param clock Measures how long is waited. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Waits for one of some commands.
   *
   * @param wanted Names of the commands.
   * @param waitMs How long.
   * @param signal Ends the wait.
   * @returns The first that came, or `undefined` when none did in time.
   * @throws The signal's reason.
   */
  wait<Name extends CommandName>(
    wanted: readonly Name[],
    waitMs: number,
    signal: AbortSignal,
  ): Promise<Letter<Name> | undefined> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Letter<Name> | undefined>();
    const finish = () => {
      timer.cancel();
      signal.removeEventListener("abort", abort);
      this.#waiter = undefined;
    };
    const abort = () => {
      finish();
      reject(signal.reason);
    };
    const timer = this.#clock.after(waitMs, () => {
      finish();
      resolve(undefined);
    });
    signal.addEventListener("abort", abort, { once: true });
    this.#waiter = {
      wanted,
      take: (letter) => {
        finish();
        // The waiter is only given letters whose command it wants.
        resolve(letter as unknown as Letter<Name>);
      },
    };
    return promise;
  }

  /**
   * Brings a command.
   *
   * @returns True where somebody waited for it.
   */
  bring(letter: Letter): boolean {
    const waiter = this.#waiter;
    if (waiter === undefined || !waiter.wanted.includes(letter.command.command)) return false;
    waiter.take(letter);
    return true;
  }
}
