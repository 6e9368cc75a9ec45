/**
 * Which form of messages each peer speaks, bounded in number.
 *
 * @module
 */
import type { EnvelopeForm } from "../protocol/message.ts";

/** Memory of peers that do not speak the form that is usual on this server. */
export class PeerForms {
  readonly #limit: number;
  readonly #forms = new Map<string, EnvelopeForm>();
  /** Form for peers that have not spoken yet. */
  usual: EnvelopeForm = "original";

  /**
   * Begins with nobody: all are spoken to in the {@linkcode usual} form.
   *
   * @param limit Peers remembered at most; the one learnt first is forgotten first.
   */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Learns from a message that came. */
  learn(jid: string, form: EnvelopeForm): void {
    if (this.#forms.get(jid) === form) return;
    // Peers of the usual form need no entry, unless they had another one.
    if (form === this.usual) {
      this.#forms.delete(jid);
      return;
    }
    this.#forms.set(jid, form);
    if (this.#forms.size > this.#limit) {
      for (const first of this.#forms.keys()) {
        this.#forms.delete(first);
        break;
      }
    }
  }

  /** The form in which a peer is spoken to; somebody in a room who has not spoken yet, in the room's. */
  of(jid: string): EnvelopeForm {
    if (this.#forms.size === 0) return this.usual;
    return this.#forms.get(jid) ?? this.#forms.get(jid.replace(/\/.*$/s, "")) ?? this.usual;
  }
}
