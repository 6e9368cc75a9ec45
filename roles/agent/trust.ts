/**
 * Whose commands an agent obeys: the managers it is configured with, and those that they refer it to.
 * (The original obeys anyone on the XMPP network.)
 *
 * @module
 */
import { Jid, tryParseJid } from "../../lib/protocol/jid.ts";

/** Referrals that are remembered at most; the oldest is forgotten first. */
const MOST_REFERRALS = 100;

/** A set of trusted accounts. */
export class TrustedManagers {
  readonly #configured: ReadonlySet<string>;
  readonly #referred = new Set<string>();

  /** @param managers JIDs, or domains of which every account is trusted. */
  constructor(managers: readonly string[]) {
    this.#configured = new Set(managers.map((manager) => Jid.parse(manager).bare));
  }

  /** True for a JID whose account or domain is trusted. */
  has(jid: Jid): boolean {
    return this.#configured.has(jid.bare) || this.#configured.has(jid.domain) ||
      this.#referred.has(jid.bare);
  }

  /** Trusts the account that a trusted manager refers to. */
  refer(referral: string): void {
    const jid = tryParseJid(referral);
    if (jid === undefined) return;
    this.#referred.delete(jid.bare);
    this.#referred.add(jid.bare);
    if (this.#referred.size > MOST_REFERRALS) {
      for (const oldest of this.#referred) {
        this.#referred.delete(oldest);
        break;
      }
    }
  }
}
