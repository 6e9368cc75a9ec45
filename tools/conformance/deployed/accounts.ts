/**
 * The accounts with which the suite plays the other side on a real server.
 *
 * @module
 */
import { UsageError } from "../../../lib/cli.ts";
import { type Clock, sleep } from "../../../lib/clock.ts";
import { CaseSkipped } from "../verdict.ts";

/** An account. */
export interface Account {
  /** Part of the JID before `@`. */
  readonly user: string;
  readonly password: string;
  /** Resource of its session. Default: a new one each time. */
  readonly resource?: string | undefined;
}

/**
 * Reads an account.
 *
 * @param text `USER:PASSWORD` or `USER/RESOURCE:PASSWORD`, or both parted by blanks.
 * @throws {UsageError} When one of them is missing.
 */
export function parseAccount(text: string): Account {
  const match = /^\s*([^\s:@/]+)(?:@[^\s:/]*)?(?:\/([^\s:]+))?(?:\s*:|\s)\s*(\S.*?)\s*$/.exec(text);
  const [, user, resource, password] = match ?? [];
  if (user === undefined || password === undefined) {
    // The text may hold a password.
    throw new UsageError("Cannot read an account: it is not USER:PASSWORD");
  }
  const account = { user: user.toLowerCase(), password };
  return resource === undefined ? account : { ...account, resource };
}

/**
 * Reads a file of accounts, one a line; `#` begins a comment line.
 *
 * @param text The file.
 * @throws {UsageError} When a line is no account.
 */
export function parseAccounts(text: string): Account[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map(parseAccount);
}

/** Hands accounts to cases; remembers when each asked for a job. */
export class AccountPool {
  readonly #accounts: readonly Account[];
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #askedMs = new Map<string, number>();
  #next = 0;

  /**
   * @param accounts The accounts.
   * @param clock Tells when a cooldown is over.
   * @param signal Ends the wait for it.
   */
  constructor(accounts: readonly Account[], clock: Clock, signal?: AbortSignal) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Number of accounts. */
  get size(): number {
    return this.#accounts.length;
  }

  /** Notes that an account has asked for a job. */
  asked(user: string): void {
    this.#askedMs.set(user, this.#clock.now());
  }

  /** Forgets that an account has asked: its manager has forgotten, too. */
  forget(user: string): void {
    this.#askedMs.delete(user);
  }

  /**
   * Takes the next account, one that is not among some others.
   *
   * @param taken Accounts that the case has already.
   * @throws {CaseSkipped} When there are too few.
   */
  take(taken: readonly Account[]): Account {
    for (let tries = 0; tries < this.#accounts.length; tries++) {
      const account = this.#accounts[this.#next++ % this.#accounts.length];
      if (account !== undefined && !taken.includes(account)) return account;
    }
    throw new CaseSkipped(`It needs ${taken.length + 1} accounts to play with: --accounts`);
  }

  /**
   * Takes an account whose cooldown is over.
   *
   * @param taken Accounts that the case has already.
   * @param cooldownMs The cooldown.
   * @param longestMs How long to wait for one.
   * @throws {CaseSkipped} When none is free in that time.
   */
  async takeRested(
    taken: readonly Account[],
    cooldownMs: number,
    longestMs: number,
  ): Promise<Account> {
    const free = this.#accounts.filter((account) => !taken.includes(account));
    const restMs = (account: Account) => {
      const askedMs = this.#askedMs.get(account.user);
      return askedMs === undefined ? 0 : askedMs + cooldownMs - this.#clock.now();
    };
    const [best] = free.toSorted((one, other) => restMs(one) - restMs(other));
    if (best === undefined) {
      throw new CaseSkipped(`It needs ${taken.length + 1} accounts to play with: --accounts`);
    }
    const waitMs = restMs(best);
    if (waitMs > longestMs) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new CaseSkipped(
        `All accounts have asked lately, the next is free in ${seconds} s: more accounts, or --slow`,
      );
    }
    if (waitMs > 0) await sleep(this.#clock, waitMs, { signal: this.#signal });
    return best;
  }
}
