/**
 * Which form messages to rooms take. A room may be on another server than its guests, and has its own idea
 * of what it keeps: it is asked once a connection, by what it reflects.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { EnvelopeForm } from "../protocol/message.ts";
import type { XmlElement } from "../protocol/xml.ts";
import type { Random } from "../random.ts";
import { EnvelopeProbe } from "./envelope_probe.ts";
import type { PeerForms } from "./peer_forms.ts";

/** Options of {@linkcode RoomForms}. */
export interface RoomFormsOptions {
  /** Hands a stanza to the link. */
  readonly transmit: (stanza: XmlElement) => void;
  /** Learns what is found out, under the room's bare JID. */
  readonly forms: PeerForms;
  /** Told which form each room gets, and why. */
  readonly log: Logger;
  /** Measures the patience with a room: two seconds. */
  readonly clock: Clock;
  /** Source of the ids of probes. */
  readonly random: Random;
}

/** Rooms at most that are asked on one connection; further ones get the form that is usual. */
const MOST_ROOMS = 100;

/** What is known of a room. */
interface Asked {
  readonly probe: EnvelopeProbe;
  readonly known: PromiseWithResolvers<void>;
}

/** The forms of rooms, on one connection after the other. */
export class RoomForms {
  readonly #options: RoomFormsOptions;
  readonly #asked = new Map<string, Asked>();
  /** What was logged is not said again after a reconnect. */
  readonly #said = new Set<string>();

  /**
   * Makes it; no room is asked yet.
   *
   * @param options See {@linkcode RoomFormsOptions}.
   */
  constructor(options: RoomFormsOptions) {
    this.#options = options;
  }

  /**
   * Asks a room, where it has not been asked on this connection.
   *
   * @param room Its bare JID; it must be joined.
   * @param jid Own full JID.
   * @returns When the form is known, or the connection is gone.
   */
  find(room: string, jid: string): Promise<void> {
    const asked = this.#asked.get(room);
    if (asked !== undefined) return asked.known.promise;
    if (this.#asked.size >= MOST_ROOMS) return Promise.resolve();
    const known = Promise.withResolvers<void>();
    const { transmit, forms, clock, random } = this.#options;
    const probe = new EnvelopeProbe({
      jid,
      room,
      fallback: () => forms.usual,
      transmit,
      onAnswer: (form, reason) => {
        this.#learn(room, form, reason);
        known.resolve();
      },
      clock,
      random,
    });
    this.#asked.set(room, { probe, known });
    return known.promise;
  }

  /** Takes a probe out of what comes in; true where it was one. */
  answers(stanza: XmlElement): boolean {
    for (const { probe } of this.#asked.values()) if (probe.answers(stanza)) return true;
    return false;
  }

  /** The connection is gone: rooms are asked anew on the next one. */
  forget(): void {
    for (const { probe, known } of this.#asked.values()) {
      probe[Symbol.dispose]();
      known.resolve();
    }
    this.#asked.clear();
  }

  #learn(room: string, form: EnvelopeForm, reason: string): void {
    const { forms, log } = this.#options;
    const text = `Messages to ${room} go out in the ${form} form: ${reason}`;
    if (!this.#said.has(text)) log.info(text);
    if (this.#said.size < MOST_ROOMS) this.#said.add(text);
    forms.learn(room, form);
  }
}
