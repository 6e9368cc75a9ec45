/**
 * Who may log in.
 *
 * @module
 */
import { Jid } from "../../lib/protocol/jid.ts";
import { type ScramHash, type ScramKeys, scramKeys } from "./scram_keys.ts";
import { type Random, systemRandom } from "../../lib/random.ts";

/** Options of {@linkcode Accounts}. */
export interface AccountOptions {
  /** Password by user (the part of the JID before `@`). Default: none. */
  readonly accounts?: ReadonlyMap<string, string> | undefined;
  /** Makes an account of any user who logs in with PLAIN. Default: false. */
  readonly autoRegister?: boolean | undefined;
  /** Accounts at most, those of `autoRegister` included. Default: 1,000,000. */
  readonly maxAccounts?: number | undefined;
  /** Rounds of PBKDF2 that SCRAM asks of both sides. Default: 4096, the least that RFC 5802 wants. */
  readonly scramIterations?: number | undefined;
  /** Source of salts. Default: the system's. */
  readonly random?: Random | undefined;
}

interface Account {
  readonly password: string;
  /** Keys by hash, made when first asked for. */
  readonly keys: Map<ScramHash, ScramKeys>;
}

/** The accounts of a server. */
export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #autoRegister: boolean;
  readonly #maxAccounts: number;
  readonly #iterations: number;
  readonly #random: Random;

  /**
   * Begins with the accounts given; SCRAM keys are derived when first needed.
   *
   * @param options The accounts to begin with.
   */
  constructor(options: AccountOptions) {
    this.#autoRegister = options.autoRegister ?? false;
    this.#maxAccounts = options.maxAccounts ?? 1_000_000;
    this.#iterations = options.scramIterations ?? 4096;
    this.#random = options.random ?? systemRandom;
    for (const [user, password] of options.accounts ?? []) this.add(user, password);
  }

  /**
   * Adds an account, or changes its password.
   *
   * @param user Part of the JID before `@`.
   * @param password Its password.
   * @throws {RangeError} When there are too many accounts.
   */
  add(user: string, password: string): void {
    const name = user.toLowerCase();
    if (this.#accounts.size >= this.#maxAccounts && !this.#accounts.has(name)) {
      throw new RangeError(`Cannot add account ${name}: there are ${this.#maxAccounts} already`);
    }
    this.#accounts.set(name, { password, keys: new Map() });
  }

  /** Whether the account exists. */
  has(user: string): boolean {
    return this.#accounts.has(user.toLowerCase());
  }

  /** The account's password; `undefined` if there is no such account. */
  password(user: string): string | undefined {
    return this.#accounts.get(user.toLowerCase())?.password;
  }

  /** Checks a password; with `autoRegister` an unknown user gets an account by it. */
  check(user: string, password: string): boolean {
    const known = this.password(user);
    if (known !== undefined) return known === password;
    return password !== "" && this.enter(user, password);
  }

  /** Whether a user may come in by name alone; with `autoRegister` anyone. */
  enter(user: string, password = ""): boolean {
    if (this.has(user)) return true;
    if (!this.#autoRegister || this.#accounts.size >= this.#maxAccounts) return false;
    this.add(user, password);
    return true;
  }

  /** The account's SCRAM keys, the same at every call; `undefined` if there is no such account. */
  scramKeys(user: string, hash: ScramHash): ScramKeys | undefined {
    const account = this.#accounts.get(user.toLowerCase());
    if (account === undefined) return undefined;
    let keys = account.keys.get(hash);
    if (keys === undefined) {
      const salt = this.#random.bytes(16);
      keys = scramKeys(hash, account.password, salt, this.#iterations);
      account.keys.set(hash, keys);
    }
    return keys;
  }

  /** The bare JID of a user. */
  jidOf(user: string, domain: string): Jid {
    return Jid.parse(`${user}@${domain}`);
  }
}
