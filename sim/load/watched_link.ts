/**
 * A link whose stanzas are counted and whose agent's dialogue is timed as they pass. The role behind it
 * notices nothing.
 *
 * @module
 */
import type { Link, LinkHandler, LinkStatus } from "../../lib/messaging/link.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { glance } from "../world/peek.ts";
import type { Latencies, Phase } from "./latencies.ts";

/** What all links of a process count together. */
export interface LinkFigures {
  /** Stanzas sent. */
  sent: number;
  /** Links that are online. */
  online: number;
}

/** Options of {@linkcode watchLink}. */
export interface WatchOptions {
  /** Where the figures go. */
  readonly figures: LinkFigures;
  /** Where the times go. Default: nothing is timed. */
  readonly latencies?: Latencies | undefined;
  /** Told whenever the link goes online. Default: nobody. */
  readonly onOnline?: (() => void) | undefined;
  /** The time in milliseconds, with fractions. */
  readonly now: () => number;
}

/**
 * Watches a link.
 *
 * @param link The link.
 * @param options See {@linkcode WatchOptions}.
 * @returns The same link to its user.
 */
export function watchLink(link: Link, options: WatchOptions): Link {
  return new WatchedLink(link, options);
}

class WatchedLink implements Link {
  readonly #link: Link;
  readonly #figures: LinkFigures;
  readonly #timer: DialogueTimer | undefined;
  readonly #onOnline: (() => void) | undefined;
  #isOnline = false;

  constructor(link: Link, { figures, latencies, onOnline, now }: WatchOptions) {
    this.#onOnline = onOnline;
    this.#link = link;
    this.#figures = figures;
    this.#timer = latencies === undefined ? undefined : new DialogueTimer(latencies, now);
  }

  get jid() {
    return this.#link.jid;
  }

  open(handler: LinkHandler) {
    return this.#link.open({
      onStanza: (stanza) => {
        this.#timer?.received(stanza);
        handler.onStanza(stanza);
      },
      onStatus: (status) => {
        this.#note(status);
        handler.onStatus(status);
        if (status.type === "online") this.#onOnline?.();
      },
    });
  }

  send(stanza: XmlElement): void {
    this.#figures.sent++;
    this.#timer?.sent(stanza);
    this.#link.send(stanza);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
  }

  #note({ type }: LinkStatus): void {
    const isOnline = type === "online";
    if (isOnline !== this.#isOnline) this.#figures.online += isOnline ? 1 : -1;
    this.#isOnline = isOnline;
  }
}

/** Times one agent's dialogue. Repeated stanzas do not begin anew what they repeat. */
class DialogueTimer {
  readonly #latencies: Latencies;
  readonly #now: () => number;
  /** Times of the requests that wait for an answer. */
  #wantedMs: number | undefined;
  #isOffered = false;
  /** When the job at hand was asked for. */
  #jobMs: number | undefined;
  #storeMs: number | undefined;
  #doneMs: number | undefined;
  #doneId: string | undefined;

  constructor(latencies: Latencies, now: () => number) {
    this.#latencies = latencies;
    this.#now = now;
  }

  sent(stanza: XmlElement): void {
    const { what, id } = glance(stanza);
    switch (what) {
      case "want_getJob":
        this.#wantedMs = this.#now();
        this.#isOffered = false;
        break;
      case "want_getJobOutputDir":
        this.#storeMs ??= this.#now();
        break;
      case "jobDone":
        if (id === this.#doneId) break;
        this.#doneId = id;
        this.#doneMs = this.#now();
        break;
    }
  }

  received(stanza: XmlElement): void {
    const { what, id } = glance(stanza);
    switch (what) {
      case "ack":
        if (id !== this.#doneId) break;
        this.#record("done", this.#doneMs);
        this.#record("job", this.#jobMs);
        this.#doneId = this.#jobMs = undefined;
        break;
      case "have_getJob":
        if (!this.#isOffered) this.#record("offer", this.#wantedMs);
        this.#isOffered = true;
        break;
      case "runJob":
        this.#record("lease", this.#wantedMs);
        this.#jobMs = this.#wantedMs ?? this.#jobMs;
        this.#wantedMs = undefined;
        break;
      case "storeJobOutputDir":
        this.#record("store", this.#storeMs);
        this.#storeMs = undefined;
        break;
    }
  }

  #record(phase: Phase, sinceMs: number | undefined): void {
    if (sinceMs !== undefined) this.#latencies.record(phase, this.#now() - sinceMs);
  }
}
