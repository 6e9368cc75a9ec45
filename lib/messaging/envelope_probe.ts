/**
 * Finding out whether a server lets the original's messages pass: a message to the own session comes
 * back with what the server keeps. (A modern ejabberd drops `noack` and everything in `<body>` but text.)
 *
 * @module
 */
import type { Clock, Timer } from "../clock.ts";
import type { EnvelopeForm } from "../protocol/message.ts";
import { childNamed, xml, type XmlElement } from "../protocol/xml.ts";
import { type Random, randomUuid } from "../random.ts";

/** Time without an answer after which the original form is used, in milliseconds. */
const PATIENCE_MS = 2000;
/** Value that must survive. */
const CONTENT = "_BASE64:cHJvYmU=";

/** Options of an {@linkcode EnvelopeProbe}. */
export interface EnvelopeProbeOptions {
  /** Own full JID. */
  readonly jid: string;
  /** Hands a stanza to the link. */
  readonly transmit: (stanza: XmlElement) => void;
  /** Told once which form survives, and why that is believed. */
  readonly onAnswer: (form: EnvelopeForm, reason: string) => void;
  /** Measures the patience with the server: two seconds. */
  readonly clock: Clock;
  /** Source of the id by which the probe is known again. */
  readonly random: Random;
}

/** One question to one server. */
export class EnvelopeProbe implements Disposable {
  readonly #id: string;
  readonly #onAnswer: (form: EnvelopeForm, reason: string) => void;
  readonly #timer: Timer;
  #isAnswered = false;

  /**
   * Sends the probe: it wants no acknowledgement and carries no command.
   *
   * @param options See {@linkcode EnvelopeProbeOptions}.
   */
  constructor(options: EnvelopeProbeOptions) {
    const { jid, transmit, clock, random } = options;
    this.#id = randomUuid(random);
    this.#onAnswer = options.onAnswer;
    this.#timer = clock.after(PATIENCE_MS, () => {
      this.#answer("original", "the server did not return the probe");
    });
    const body = xml("body", {}, xml("probe", { content: CONTENT }));
    transmit(xml("message", { from: jid, to: jid, id: this.#id, noack: "1" }, body));
  }

  /**
   * Takes the probe out of what comes in.
   *
   * @param stanza What came in.
   * @returns True where it was the probe, on time or late.
   */
  answers(stanza: XmlElement): boolean {
    if (stanza.name !== "message" || stanza.attrs["id"] !== this.#id) return false;
    const body = childNamed(stanza, "body");
    const content = body === undefined ? undefined : childNamed(body, "probe")?.attrs["content"];
    if (stanza.attrs["type"] === "error") {
      this.#answer("original", "the server refused the probe");
    } else if (content === CONTENT && stanza.attrs["noack"] === "1") {
      this.#answer("original", "the server keeps it");
    } else this.#answer("namespaced", "the server empties messages of the original form");
    return true;
  }

  /** Takes the question back. */
  [Symbol.dispose](): void {
    this.#isAnswered = true;
    this.#timer.cancel();
  }

  #answer(form: EnvelopeForm, reason: string): void {
    if (this.#isAnswered) return;
    this[Symbol.dispose]();
    this.#onAnswer(form, reason);
  }
}
