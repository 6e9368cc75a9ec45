/**
 * Messages kept for users who are away (XEP-0160), stamped with the time they came (XEP-0203).
 *
 * @module
 */
import { xml, type XmlElement } from "../../lib/protocol/xml.ts";
import type { BrokerSettings } from "./broker_options.ts";

/** A bounded store of messages by bare JID. */
export class OfflineStore {
  readonly #settings: BrokerSettings;
  readonly #kept = new Map<string, XmlElement[]>();

  /**
   * @param settings Whether anything is stored, how much, and the clock of the stamps.
   */
  constructor(settings: BrokerSettings) {
    this.#settings = settings;
  }

  /** Keeps a message; false where nothing is stored or the user's store is full. */
  keep(bare: string, stanza: XmlElement): boolean {
    const { offline, maxStoredPerUser, domain, clock } = this.#settings;
    if (offline !== "store") return false;
    const kept = this.#kept.get(bare) ?? [];
    if (kept.length >= maxStoredPerUser) return false;
    const stamp = new Date(clock.now()).toISOString();
    const delay = xml("delay", { xmlns: "urn:xmpp:delay", from: domain, stamp });
    kept.push({ ...stanza, children: [...stanza.children, delay] });
    this.#kept.set(bare, kept);
    return true;
  }

  /** Takes out all messages of a user. */
  take(bare: string): readonly XmlElement[] {
    const kept = this.#kept.get(bare) ?? [];
    this.#kept.delete(bare);
    return kept;
  }

  /** Forgets all messages. */
  clear(): void {
    this.#kept.clear();
  }
}
