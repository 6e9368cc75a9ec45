/**
 * The SASL mechanisms of a link, in the shape that @xmpp/sasl expects of a mechanism factory.
 *
 * @module
 */
/// <reference path="../../../types/xmpp.d.ts" />
import type { Mechanism, MechanismFactory } from "@xmpp/sasl";
import type { Random } from "../../random.ts";
import {
  ScramError,
  ScramExchange,
  type ScramHash,
  type ScramKeyCache,
  toBinary,
} from "./scram.ts";

/** Names of the mechanisms that a link can use. */
export type SaslMechanismName = "SCRAM-SHA-256" | "SCRAM-SHA-1" | "PLAIN";

/** All mechanisms, the strongest first. */
export const SASL_MECHANISMS: readonly SaslMechanismName[] = [
  "SCRAM-SHA-256",
  "SCRAM-SHA-1",
  "PLAIN",
];

/** A mechanism that can check what the server sends along with `<success/>`. */
interface CheckedMechanism extends Mechanism {
  /** @throws {ScramError} When the server hasn't proved who it is. */
  succeed(data: string): void;
}

/** Who logs in, and how. */
export interface SaslOptions {
  /** Local part of the account's JID. */
  readonly username: string;
  /** Password of the account. */
  readonly password: string;
  /** Keys of the password. */
  readonly keys: ScramKeyCache;
  /** Mechanisms allowed, the preferred first. */
  readonly mechanisms: readonly SaslMechanismName[];
  /** Source of nonces. */
  readonly random: Random;
}

function scram(name: SaslMechanismName, hash: ScramHash, options: SaslOptions): CheckedMechanism {
  const exchange = new ScramExchange({ ...options, hash });
  let phase: "first" | "final" | "verified" = "first";
  let answer = exchange.clientFirst();
  const verify = (data: string) => {
    if (phase !== "final") throw new ScramError("Cannot trust server: SCRAM ended too early");
    exchange.verify(data);
    phase = "verified";
  };
  return {
    name,
    clientFirst: true,
    response: () => answer,
    challenge(data) {
      if (phase === "first") {
        answer = exchange.clientFinal(data);
        phase = "final";
      } else {
        // Some servers send their final message as a challenge of its own, to be answered by nothing.
        verify(data);
        answer = "";
      }
    },
    succeed(data) {
      if (phase !== "verified") verify(data);
    },
  };
}

function plain({ username, password }: SaslOptions): CheckedMechanism {
  return {
    name: "PLAIN",
    clientFirst: true,
    response: () => toBinary(`\0${username}\0${password}`),
    challenge() {
      throw new Error("Cannot answer challenge: PLAIN knows none");
    },
    succeed() {},
  };
}

const MAKERS: Readonly<Record<SaslMechanismName, (options: SaslOptions) => CheckedMechanism>> = {
  "SCRAM-SHA-256": (options) => scram("SCRAM-SHA-256", "sha256", options),
  "SCRAM-SHA-1": (options) => scram("SCRAM-SHA-1", "sha1", options),
  "PLAIN": plain,
};

/** The mechanisms of one connection. */
export class SaslMechanisms implements MechanismFactory {
  /** Whether the connection is safe enough for a password in the clear. */
  plainAllowed = false;
  readonly #options: SaslOptions;
  #current: CheckedMechanism | undefined;

  /**
   * Prepares one login.
   *
   * @param options Who logs in, and how.
   */
  constructor(options: SaslOptions) {
    this.#options = options;
  }

  /** What may be used now, the preferred first. */
  get names(): readonly SaslMechanismName[] {
    return this.#options.mechanisms.filter((name) => name !== "PLAIN" || this.plainAllowed);
  }

  /** {@linkcode names} as @xmpp/sasl asks for them. */
  get _mechs(): readonly { readonly name: string }[] {
    return this.names.map((name) => ({ name }));
  }

  /** Makes the first of `names` that may be used. */
  create(names: readonly string[]): Mechanism | null {
    const name = this.names.find((allowed) => names.includes(allowed));
    this.#current = name && MAKERS[name](this.#options);
    return this.#current ?? null;
  }

  /**
   * Checks the server's last word.
   *
   * @param text Text of `<success/>`: base64, `=` or nothing.
   * @throws {ScramError} When the server hasn't proved that it knows the password.
   */
  succeed(text: string): void {
    if (this.#current === undefined) throw new ScramError("Cannot log in: success without asking");
    this.#current.succeed(text === "" || text === "=" ? "" : atob(text));
  }
}
