/**
 * Reliable delivery over an unreliable link (report 2.1): every command has an id, is acknowledged by
 * its receiver and sent again until it is; a command that comes twice is processed once.
 *
 * @module
 */
import { type Clock, systemClock, type Timer } from "../clock.ts";
import type { Info } from "../protocol/info.ts";
import { type Jid, tryParseJid } from "../protocol/jid.ts";
import { type CommandMessage, encodeMessage, type EnvelopeForm } from "../protocol/message.ts";
import type { XmlElement } from "../protocol/xml.ts";
import { type Random, randomUuid, systemRandom } from "../random.ts";
import { SeenMessages } from "./seen_messages.ts";
import { SharedTimers } from "./shared_timers.ts";

/**
 * What became of a command:
 * - `acked`: the receiver has stored its effect;
 * - `bounced`: the session it was addressed to is gone;
 * - `given-up`: not acknowledged after the last attempt, or closed before.
 */
export type DeliveryOutcome = "acked" | "bounced" | "given-up";

/** How a command is sent. */
export interface PostOptions {
  /** True: no acknowledgement wanted, sent once. Default: false. */
  readonly noack?: boolean | undefined;
  /** True: to everyone in a room. Default: false. */
  readonly groupchat?: boolean | undefined;
  /** Number of times it is sent at most. Default: that of the delivery. */
  readonly attempts?: number | undefined;
  /** Time in milliseconds after which it is given up, attempts left or not. Default: none. */
  readonly lastsMs?: number | undefined;
}

/** How a command is sent whose sender goes on meanwhile. */
export interface SendOptions extends PostOptions {
  /** Told what became of it. Default: nobody is. */
  readonly onOutcome?: ((outcome: DeliveryOutcome) => void) | undefined;
}

/** Options of a {@linkcode Delivery}. */
export interface DeliveryOptions {
  /** Hands a stanza to the link. */
  readonly transmit: (stanza: XmlElement) => void;
  /** True while commands can go out; until then they wait here, not in the link's outbox. */
  readonly isOnline: () => boolean;
  /** Form in which a peer is spoken to. Default: the original's. */
  readonly formOf?: ((to: string) => EnvelopeForm) | undefined;
  /** Wait before the second attempt, doubled before each next one. Default: 20,000 ms. */
  readonly resendMs?: number | undefined;
  /** Longest wait between attempts. Default: 300,000 ms. */
  readonly longestResendMs?: number | undefined;
  /** Attempts at most. Default: 12 (about 40 minutes). */
  readonly attempts?: number | undefined;
  /** Unacknowledged commands at most; one more is given up at once. Default: 100,000. */
  readonly pendingLimit?: number | undefined;
  /** Commands without acknowledgement kept while the link is down, the newest. Default: 1000. */
  readonly heldLimit?: number | undefined;
  /** Received messages that are remembered at most. Default: {@linkcode REMEMBERED_LIMIT}. */
  readonly rememberedLimit?: number | undefined;
  /** How long they are remembered. Default: {@linkcode REMEMBERED_MS}. */
  readonly rememberedMs?: number | undefined;
  /** Clock of the resends. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Source of message ids. Default: the machine's. */
  readonly random?: Random | undefined;
}

/** Received messages that a delivery remembers at most; see {@linkcode SeenMessages} for the least. */
export const REMEMBERED_LIMIT = 50_000;
/** Milliseconds for which it remembers them: longer than a peer of ours goes on sending one. */
export const REMEMBERED_MS = 3_600_000;

/** A command that waits for its acknowledgement. */
interface Pending {
  readonly message: CommandMessage;
  readonly addressedToSession: boolean;
  readonly onOutcome: ((outcome: DeliveryOutcome) => void) | undefined;
  attemptsLeft: number;
  nextWaitMs: number;
  timer: Timer | undefined;
  /** Ends it for good. */
  end: Timer | undefined;
}

/** Sends commands until they are acknowledged and acknowledges what comes in, once it is stored. */
export class Delivery implements Disposable {
  readonly #transmit: (stanza: XmlElement) => void;
  readonly #isOnline: () => boolean;
  readonly #formOf: (to: string) => EnvelopeForm;
  /** Most commands are acknowledged long before they would be sent again. */
  readonly #timers: SharedTimers;
  readonly #random: Random;
  readonly #resendMs: number;
  readonly #longestResendMs: number;
  readonly #attempts: number;
  readonly #pendingLimit: number;
  readonly #heldLimit: number;
  readonly #pending = new Map<string, Pending>();
  /** Commands without acknowledgement that wait for the link. */
  #held: CommandMessage[] = [];
  readonly #seen: SeenMessages;

  /**
   * Begins with an empty memory: what came before a restart counts as new.
   *
   * @param options See {@linkcode DeliveryOptions}.
   */
  constructor(options: DeliveryOptions) {
    this.#transmit = options.transmit;
    this.#isOnline = options.isOnline;
    this.#formOf = options.formOf ?? (() => "original");
    this.#timers = new SharedTimers(options.clock ?? systemClock);
    this.#random = options.random ?? systemRandom;
    this.#resendMs = options.resendMs ?? 20_000;
    this.#longestResendMs = options.longestResendMs ?? 300_000;
    this.#attempts = options.attempts ?? 12;
    this.#pendingLimit = options.pendingLimit ?? 100_000;
    this.#heldLimit = options.heldLimit ?? 1000;
    this.#seen = new SeenMessages({
      limit: options.rememberedLimit ?? REMEMBERED_LIMIT,
      ageMs: options.rememberedMs ?? REMEMBERED_MS,
      clock: this.#timers,
    });
  }

  /** Number of commands that wait for an acknowledgement. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * Sends a command.
   *
   * @param from Own JID, as the original writes it: bare.
   * @param to Receiver: bare, full or a room.
   * @param info The command.
   * @param options See {@linkcode SendOptions}.
   */
  send(from: string, to: string, info: Info, options: SendOptions = {}): void {
    const { noack = false, groupchat = false, onOutcome, lastsMs } = options;
    const id = randomUuid(this.#random);
    const message = { kind: "command", from, to, id, noack, groupchat, info } as const;
    if (noack) {
      if (this.#isOnline()) this.#write(message);
      else this.#hold(message);
      onOutcome?.("acked");
      return;
    }
    if (this.#pending.size >= this.#pendingLimit) return onOutcome?.("given-up");
    const pending: Pending = {
      message,
      addressedToSession: to.includes("/"),
      onOutcome,
      attemptsLeft: options.attempts ?? this.#attempts,
      nextWaitMs: this.#resendMs,
      timer: undefined,
      end: lastsMs === undefined
        ? undefined
        : this.#timers.after(lastsMs, () => this.#settle(id, "given-up")),
    };
    this.#pending.set(id, pending);
    if (this.#isOnline()) this.#attempt(id, pending);
  }

  /**
   * Sends a command, see {@linkcode send}.
   *
   * @returns What became of it; never rejects.
   */
  post(
    from: string,
    to: string,
    info: Info,
    options: PostOptions = {},
  ): Promise<DeliveryOutcome> {
    return new Promise((onOutcome) => this.send(from, to, info, { ...options, onOutcome }));
  }

  /** Commands can go out again: everything held or unacknowledged is sent now. */
  resume(): void {
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.#write(message);
    for (const [id, pending] of this.#pending) {
      pending.timer?.cancel();
      this.#attempt(id, pending);
    }
  }

  /** The link is down: no attempt counts until {@linkcode resume}. */
  pause(): void {
    for (const pending of this.#pending.values()) {
      pending.timer?.cancel();
      pending.timer = undefined;
    }
  }

  /**
   * An acknowledgement came; an unknown one is harmless, and so is one of an account that was not written
   * to: it cannot have stored anything.
   *
   * @param id Id of the acknowledged command.
   * @param from Who acknowledges it.
   */
  acknowledged(id: string, from: Jid): void {
    const to = tryParseJid(this.#pending.get(id)?.message.to);
    if (to?.bare === from.bare) this.#settle(id, "acked");
  }

  /**
   * A command came back. What was addressed to a session is lost with it; an account may come
   * online again, so its commands are sent on while they have attempts left.
   */
  bounced(id: string): void {
    const pending = this.#pending.get(id);
    if (pending?.addressedToSession || pending?.attemptsLeft === 0) this.#settle(id, "bounced");
  }

  /**
   * Takes in a command. A new one is for the caller to process, who then says that it is
   * {@linkcode stored} or {@linkcode failed}, and before, where that takes time, that it has
   * {@linkcode begun}. A copy of one that was stored is acknowledged once more.
   *
   * @param message The command.
   * @returns True where it is new.
   */
  accept(message: CommandMessage): boolean {
    const state = this.#seen.state(keyOf(message));
    if (state === "finished") this.#acknowledge(message);
    return state === "unseen";
  }

  /** The processing of a command goes on: copies are left alone until it is stored or has failed. */
  begun(message: CommandMessage): void {
    this.#seen.begin(keyOf(message));
  }

  /** The effect of a command is stored: it is acknowledged, and so are its copies. */
  stored(message: CommandMessage): void {
    this.#seen.finish(keyOf(message));
    this.#acknowledge(message);
  }

  /** The processing of a command failed: nothing is acknowledged, and the next copy counts as new. */
  failed(message: CommandMessage): void {
    this.#seen.forget(keyOf(message));
  }

  /** Gives up all that is pending. */
  [Symbol.dispose](): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id, "given-up");
  }

  #acknowledge({ noack, from, to, id, form }: CommandMessage): void {
    if (noack) return;
    this.#transmit(encodeMessage({ kind: "ack", from: to, to: from, ack: id, form }));
  }

  #write(message: CommandMessage): void {
    this.#transmit(encodeMessage({ ...message, form: this.#formOf(message.to) }));
  }

  #hold(message: CommandMessage): void {
    this.#held.push(message);
    if (this.#held.length > this.#heldLimit) this.#held.shift();
  }

  #attempt(id: string, pending: Pending): void {
    if (pending.attemptsLeft === 0) return this.#settle(id, "given-up");
    pending.attemptsLeft--;
    const waitMs = pending.nextWaitMs;
    pending.nextWaitMs = Math.min(this.#longestResendMs, waitMs * 2);
    pending.timer = this.#timers.after(waitMs, () => this.#attempt(id, pending));
    this.#write(pending.message);
  }

  #settle(id: string, outcome: DeliveryOutcome): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.timer?.cancel();
    pending.end?.cancel();
    pending.onOutcome?.(outcome);
  }
}

/** What tells one message from another: ids are their senders' own. */
function keyOf({ from, id }: CommandMessage): string {
  return `${from} ${id}`;
}
