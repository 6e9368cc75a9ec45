/**
 * Finding out whether a server lets the original's messages pass: a message to the own session comes
 * back with what the server keeps, one to a room with what the room keeps. (A modern ejabberd drops `noack` and everything in `<body>` but text.)
 *
 * @module
 */
import type { Clock, Timer } from "../clock.ts";
import type { EnvelopeForm } from "../protocol/message.ts";
import { childNamed, xml, type XmlElement } from "../protocol/xml.ts";
import { type Random, randomUuid } from "../random.ts";

/** Time without an answer after which the original form is used, in milliseconds. */
const PATIENCE_MS = 2000;
/** A probe may be lost, and the wrong form would be spoken as long as the session lasts: it is sent again. */
const MOST_PROBES = 12;
/** Longest wait before the next one. */
const LONGEST_WAIT_MS = 600_000;
/** Value that must survive. */
const CONTENT = "_BASE64:cHJvYmU=";

/** True for a probe as it was sent, or as a server that keeps everything passes it on. */
export function isProbe(stanza: XmlElement): boolean {
  const body = stanza.name === "message" ? childNamed(stanza, "body") : undefined;
  return body !== undefined && childNamed(body, "probe") !== undefined;
}

/** Options of an {@linkcode EnvelopeProbe}. */
export interface EnvelopeProbeOptions {
  /** Own full JID. */
  readonly jid: string;
  /** Bare JID of a room whose form is asked for; it must be joined. Default: that of the server. */
  readonly room?: string | undefined;
  /** Form where nothing can be found out. Default: `original`. */
  readonly fallback?: (() => EnvelopeForm) | undefined;
  /** Hands a stanza to the link. */
  readonly transmit: (stanza: XmlElement) => void;
  /** Told which form survives, and why that is believed; once more where a late answer says otherwise. */
  readonly onAnswer: (form: EnvelopeForm, reason: string) => void;
  /** Measures the patience: two seconds. */
  readonly clock: Clock;
  /** Source of the id by which the probe is known again. */
  readonly random: Random;
}

/** One question to one server or room. */
export class EnvelopeProbe implements Disposable {
  readonly #id: string;
  readonly #fallback: () => EnvelopeForm;
  /** Who is asked, for reasons. */
  readonly #asked: string;
  readonly #onAnswer: (form: EnvelopeForm, reason: string) => void;
  readonly #clock: Clock;
  readonly #send: () => void;
  #timer: Timer | undefined;
  #isAnswered = false;
  /** What was told for want of an answer. */
  #assumed: EnvelopeForm | undefined;

  /**
   * Sends the probe: it wants no acknowledgement and carries no command.
   *
   * @param options See {@linkcode EnvelopeProbeOptions}.
   */
  constructor(options: EnvelopeProbeOptions) {
    const { jid, room, transmit, clock, random } = options;
    this.#id = randomUuid(random);
    this.#fallback = options.fallback ?? (() => "original");
    this.#asked = room === undefined ? "the server" : "the room";
    this.#onAnswer = options.onAnswer;
    this.#clock = clock;
    const body = xml("body", {}, xml("probe", { content: CONTENT }));
    const type = room === undefined ? undefined : "groupchat";
    const attrs = { from: jid, to: room ?? jid, id: this.#id, type, noack: "1" };
    this.#send = () => transmit(xml("message", attrs, body));
    this.#ask(MOST_PROBES, PATIENCE_MS);
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
      this.#answer(this.#fallback(), `${this.#asked} refused the probe`);
    } else if (content === CONTENT && stanza.attrs["noack"] === "1") {
      this.#answer("original", `${this.#asked} keeps it`);
    } else {
      this.#answer("namespaced", `${this.#asked} empties messages of the original form`);
    }
    return true;
  }

  /** Takes the question back. */
  [Symbol.dispose](): void {
    this.#isAnswered = true;
    this.#timer?.cancel();
  }

  #ask(probesLeft: number, waitMs: number): void {
    this.#timer = this.#clock.after(waitMs, () => {
      if (this.#assumed === undefined) {
        this.#assumed = this.#fallback();
        this.#onAnswer(this.#assumed, `${this.#asked} did not return the probe`);
      }
      if (probesLeft > 1) this.#ask(probesLeft - 1, Math.min(LONGEST_WAIT_MS, 2 * waitMs));
    });
    this.#send();
  }

  #answer(form: EnvelopeForm, reason: string): void {
    if (this.#isAnswered) return;
    this[Symbol.dispose]();
    if (form !== this.#assumed) this.#onAnswer(form, reason);
  }
}
