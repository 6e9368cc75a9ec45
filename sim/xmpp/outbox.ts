/**
 * What was sent while a link was down.
 *
 * @module
 */
import { OutboxFullError } from "../../lib/messaging/link.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";

/** A bounded queue of stanzas. */
export class Outbox {
  readonly #maxStanzas: number;
  #stanzas: XmlElement[] = [];

  /**
   * @param maxStanzas Stanzas kept at most.
   */
  constructor(maxStanzas: number) {
    this.#maxStanzas = maxStanzas;
  }

  /**
   * Keeps a stanza.
   *
   * @param stanza The stanza.
   * @throws {OutboxFullError} When the queue is full.
   */
  keep(stanza: XmlElement): void {
    if (this.#stanzas.length >= this.#maxStanzas) {
      throw new OutboxFullError(`Cannot keep a stanza: ${this.#maxStanzas} wait already`);
    }
    this.#stanzas.push(stanza);
  }

  /** Takes out all stanzas, the oldest first. */
  takeAll(): readonly XmlElement[] {
    const stanzas = this.#stanzas;
    this.#stanzas = [];
    return stanzas;
  }
}
