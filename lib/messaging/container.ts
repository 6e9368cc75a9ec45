/**
 * The container (the original's `Copilot::Container::XMPP`): hosts one component on one link, gives it
 * the commands addressed to it, and its plugins theirs.
 *
 * @module
 */
import { type Clock, systemClock } from "../clock.ts";
import { messageOf } from "../error_message.ts";
import type { Logger } from "../log.ts";
import { formatCommand, parseCommand } from "../protocol/command_codec.ts";
import type { Command } from "../protocol/commands.ts";
import { type Jid, tryParseJid } from "../protocol/jid.ts";
import { type CommandMessage, decodeMessage, type EnvelopeForm } from "../protocol/message.ts";
import { childNamed, type XmlElement } from "../protocol/xml.ts";
import { type Random, systemRandom } from "../random.ts";
import {
  Delivery,
  type DeliveryOptions,
  type DeliveryOutcome,
  type PostOptions,
  type SendOptions,
} from "./delivery.ts";
import { EnvelopeProbe } from "./envelope_probe.ts";
import { answerIq } from "./iq.ts";
import { type Link, LinkRefusedError, type LinkStatus } from "./link.ts";
import { PeerForms } from "./peer_forms.ts";
import { Room } from "./room.ts";
import { RoomForms } from "./room_forms.ts";

/** Peers whose form of messages is remembered at most, where it is not the usual one. */
const MOST_PEERS = 100_000;

/** Where a command came from. */
export interface Sender {
  /** Full JID, as the server stamped it; `room/nick` for what came through a room. */
  readonly jid: Jid;
  /** True where the whole room got it. */
  readonly groupchat: boolean;
}

/** A command to be sent once the effect of the one it answers is acknowledged. */
export interface Reply extends SendOptions {
  /** What is sent. */
  readonly command: Command;
  /** Receiver. Default: the sender. */
  readonly to?: string | undefined;
}

/** What is hosted: the logic of one of the report's components, or a plugin. */
export interface CommandHandler {
  /**
   * Processes a command. It is acknowledged when this returns, or when the promise resolves, so its
   * effect must be stored by then; the replies follow the acknowledgement, as peers of the original
   * expect. Where it throws or rejects, nothing is acknowledged and the sender sends again.
   */
  handle(command: Command, sender: Sender): Promise<readonly Reply[]> | readonly Reply[];
}

/** A component: its commands, and what else it wants to know. */
export interface Component extends CommandHandler {
  /** The session is up; called again after each reconnect. */
  onOnline?(jid: Jid): void;
  /** The session is down. */
  onOffline?(): void;
  /** A message came from that full JID, past any room: it lives. */
  onSignOfLife?(jid: Jid): void;
}

/** Options of a {@linkcode Container}. */
export interface ContainerOptions {
  /** Session that is opened by {@linkcode Container.start} and closed with the container. */
  readonly link: Link;
  /** Gets every command whose name has no prefix. */
  readonly component: Component;
  /** Told of the link's life and of what cannot be processed. */
  readonly log: Logger;
  /** Handlers of prefixed commands: `Heartbeat` gets `Heartbeat:…`. Default: none. */
  readonly plugins?: Readonly<Record<string, CommandHandler>> | undefined;
  /** Bare JID of a room to join. Default: none. */
  readonly room?: string | undefined;
  /**
   * True: leave alone what is addressed to another session of the same account. A server passes that
   * on to every session when the one that was meant is gone (RFC 6121, 8.5.3.2.1). Default: false.
   */
  readonly ownSessionOnly?: boolean | undefined;
  /**
   * Form of messages. `auto` asks the server once a connection whether it lets the original's pass, and
   * answers each peer in the form it speaks. Default: `original`.
   */
  readonly envelope?: "auto" | EnvelopeForm | undefined;
  /** Commands processed at once at most; further ones are left for their sender to send again. Default: 10,000. */
  readonly concurrency?: number | undefined;
  /** Tuning of delivery. */
  readonly delivery?: Partial<DeliveryOptions> | undefined;
  /** Clock of the resends. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Source of message ids and of the nick in the room. Default: the machine's. */
  readonly random?: Random | undefined;
}

/** Hosts one component. */
export class Container implements AsyncDisposable {
  readonly #link: Link;
  readonly #component: Component;
  readonly #plugins: Readonly<Record<string, CommandHandler>>;
  readonly #log: Logger;
  readonly #delivery: Delivery;
  readonly #room: Room | undefined;
  readonly #ownSessionOnly: boolean;
  readonly #concurrency: number;
  readonly #closed = new AbortController();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #envelope: "auto" | EnvelopeForm;
  readonly #forms = new PeerForms(MOST_PEERS);
  readonly #roomForms: RoomForms;
  #probe: EnvelopeProbe | undefined;
  /** Why the form of messages was chosen; logged once. */
  #formReason: string | undefined;
  /** True from the moment when the form of messages is known until the link goes down. */
  #ready = false;
  #processing = 0;
  #bareJid = "";

  /**
   * Puts the parts together; nothing happens before {@linkcode start}.
   *
   * @param options See {@linkcode ContainerOptions}.
   */
  constructor(options: ContainerOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#envelope = options.envelope ?? "original";
    this.#link = options.link;
    this.#component = options.component;
    this.#plugins = options.plugins ?? {};
    this.#log = options.log;
    this.#ownSessionOnly = options.ownSessionOnly ?? false;
    this.#concurrency = options.concurrency ?? 10_000;
    this.#delivery = new Delivery({
      transmit: (stanza) => this.#transmit(stanza),
      isOnline: () => this.#ready,
      formOf: (to) => this.#forms.of(to),
      clock: this.#clock,
      random: this.#random,
      ...options.delivery,
    });
    this.#roomForms = new RoomForms({
      transmit: (stanza) => this.#transmit(stanza),
      forms: this.#forms,
      log: this.#log,
      clock: this.#clock,
      random: this.#random,
    });
    this.#room = options.room === undefined ? undefined : new Room(options.room, this.#random);
  }

  /**
   * Opens the link.
   *
   * @param signal Ends the wait for a server that cannot be reached.
   * @returns The full JID, once online.
   * @throws {LinkRefusedError} When the server refuses the account for good.
   * @throws The signal's reason, when it is aborted first.
   */
  async start(signal?: AbortSignal): Promise<Jid> {
    signal?.throwIfAborted();
    const opened = this.#link.open({
      onStanza: (stanza) => this.#onStanza(stanza),
      onStatus: (status) => this.#onStatus(status),
    });
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([opened, aborted]);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /**
   * Aborted when the link is closed: by {@linkcode Symbol.asyncDispose}, or because the server refuses
   * the account from now on. The reason is a {@linkcode LinkRefusedError}.
   */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Own full JID; `undefined` while offline. */
  get jid(): Jid | undefined {
    return this.#link.jid;
  }

  /** Commands that wait for an acknowledgement. */
  get pending(): number {
    return this.#delivery.pending;
  }

  /**
   * Sends a command; while offline it waits for the link.
   *
   * @param to Receiver.
   * @param command The command.
   * @param options See {@linkcode SendOptions}.
   */
  send(to: string, command: Command, options: SendOptions = {}): void {
    const name = command.command === "unknown" ? command.name : command.command;
    this.#log.debug(`Sending ${name} to ${to}`);
    this.#delivery.send(this.#bareJid, to, formatCommand(command), options);
  }

  /**
   * Sends a command, see {@linkcode send}.
   *
   * @returns What became of it; never rejects.
   */
  post(to: string, command: Command, options: PostOptions = {}): Promise<DeliveryOutcome> {
    return new Promise((onOutcome) => this.send(to, command, { ...options, onOutcome }));
  }

  /**
   * Finds out by a room's own reflection which form messages to it and its occupants take. For whoever
   * speaks first in a room: answers take the form of the question anyway.
   *
   * @param room Bare JID of a room that is joined.
   * @returns When it is known: after two seconds at the latest, at once while offline.
   */
  async learnRoom(room: string): Promise<void> {
    const { jid } = this.#link;
    if (this.#envelope !== "auto" || jid === undefined) return;
    await this.#roomForms.find(room, jid.full);
  }

  /** Gives up what is pending and closes the link. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#probe?.[Symbol.dispose]();
    this.#roomForms.forget();
    this.#delivery[Symbol.dispose]();
    await this.#link[Symbol.asyncDispose]();
  }

  #transmit(stanza: XmlElement): void {
    try {
      this.#link.send(stanza);
    } catch (error) {
      // The outbox is full: what is acknowledged by its receiver is sent again, the rest is news only.
      this.#log.warning(`Cannot send stanza: ${messageOf(error)}`);
    }
  }

  #onStatus(status: LinkStatus): void {
    if (status.type === "online") {
      this.#bareJid = status.jid.bare;
      this.#log.info(`Online as ${status.jid}`);
      if (this.#room !== undefined) this.#transmit(this.#room.joinStanza(this.#bareJid));
      this.#chooseForm(status.jid);
    } else if (status.type === "offline" || status.type === "closed") {
      if (status.type === "offline") {
        const seconds = (status.retryMs / 1000).toFixed(1);
        this.#log.warning(`Offline: ${status.reason}; next attempt in ${seconds} s`);
      }
      this.#ready = false;
      this.#probe?.[Symbol.dispose]();
      this.#probe = undefined;
      this.#roomForms.forget();
      this.#delivery.pause();
      this.#component.onOffline?.();
      if (status.type === "closed") this.#closed.abort(new LinkRefusedError(status.reason));
    }
  }

  /** Finds out in which form messages pass; commands wait until it is known. */
  #chooseForm(jid: Jid): void {
    if (this.#envelope !== "auto") return this.#begin(jid, this.#envelope, undefined);
    this.#probe = new EnvelopeProbe({
      jid: jid.full,
      transmit: (stanza) => this.#transmit(stanza),
      onAnswer: (form, reason) => this.#begin(jid, form, reason),
      clock: this.#clock,
      random: this.#random,
    });
  }

  #begin(jid: Jid, form: EnvelopeForm, reason: string | undefined): void {
    if (reason !== undefined && reason !== this.#formReason) {
      this.#log.info(`Messages go out in the ${form} form: ${reason}`);
      this.#formReason = reason;
    }
    this.#forms.usual = form;
    this.#ready = true;
    this.#delivery.resume();
    this.#component.onOnline?.(jid);
  }

  #onStanza(stanza: XmlElement): void {
    if (this.#probe?.answers(stanza) || this.#roomForms.answers(stanza)) return;
    if (stanza.name === "iq") {
      const answer = answerIq(stanza);
      if (answer !== undefined) this.#transmit(answer);
    } else if (stanza.name === "message") {
      this.#onMessage(stanza);
    }
  }

  #onMessage(stanza: XmlElement): void {
    const message = decodeMessage(stanza);
    if (message.kind === "error") {
      this.#log.debug(`${message.from} did not get message ${message.id}: ${message.condition}`);
      if (message.id !== undefined) this.#delivery.bounced(message.id);
      return;
    }
    const from = tryParseJid(message.from);
    if (from === undefined) return;
    if (message.kind !== "other") this.#forms.learn(from.full, message.form ?? "original");
    if (from.resource !== "" && !this.#room?.isFrom(from)) this.#component.onSignOfLife?.(from);
    if (message.kind === "ack") {
      this.#delivery.acknowledged(message.ack, from);
    } else if (message.kind === "command") {
      if (message.groupchat && isHistory(stanza)) return;
      this.#onCommand(message, { jid: from, groupchat: message.groupchat });
    } else {
      this.#log.debug(`Ignoring message of ${from}: ${message.reason}`);
    }
  }

  #onCommand(message: CommandMessage, sender: Sender): void {
    if (this.#room?.isOwnNick(sender.jid)) return;
    if (this.#ownSessionOnly && this.#isForAnother(message)) {
      this.#log.debug(`Leaving message ${message.id} of ${sender.jid}: it is for ${message.to}`);
      return;
    }
    if (this.#processing >= this.#concurrency) {
      this.#log.warning(`Busy: leaving a message of ${sender.jid} for later`);
      return;
    }
    this.#process(message, sender);
  }

  #isForAnother(message: CommandMessage): boolean {
    const resource = tryParseJid(message.to)?.resource ?? "";
    return resource !== "" && resource !== this.#link.jid?.resource;
  }

  #process(message: CommandMessage, sender: Sender): void {
    try {
      if (!this.#delivery.accept(message)) return;
      const replies = this.#dispatch(parseCommand(message.info), sender);
      // Most commands are processed at once; a promise for each would cost more than that.
      if (replies instanceof Promise) void this.#await(replies, message, sender);
      else this.#finish(replies, message, sender);
    } catch (error) {
      this.#fail(error, message, sender);
    }
  }

  async #await(
    handled: Promise<readonly Reply[]>,
    message: CommandMessage,
    sender: Sender,
  ): Promise<void> {
    this.#processing++;
    this.#delivery.begun(message);
    try {
      this.#finish(await handled, message, sender);
    } catch (error) {
      this.#fail(error, message, sender);
    } finally {
      this.#processing--;
    }
  }

  /** Acknowledges a command, then answers it. */
  #finish(replies: readonly Reply[], message: CommandMessage, sender: Sender): void {
    this.#delivery.stored(message);
    for (const reply of replies) this.send(reply.to ?? sender.jid.full, reply.command, reply);
  }

  #fail(error: unknown, message: CommandMessage, sender: Sender): void {
    this.#delivery.failed(message);
    const reason = messageOf(error);
    this.#log.error(`Cannot process message ${message.id} of ${sender.jid}: ${reason}`);
  }

  #dispatch(command: Command, sender: Sender): ReturnType<CommandHandler["handle"]> {
    const name = command.command === "unknown" ? command.name : command.command;
    this.#log.debug(`Got ${name} from ${sender.jid.full}`);
    const colon = name.indexOf(":");
    if (colon < 0) return this.#component.handle(command, sender);
    const prefix = name.slice(0, colon);
    const plugin = Object.hasOwn(this.#plugins, prefix) ? this.#plugins[prefix] : undefined;
    return plugin?.handle(command, sender) ?? [];
  }
}

/** True for what was said in a room before this component came (XEP-0203): it is for nobody to answer. */
function isHistory(stanza: XmlElement): boolean {
  return childNamed(stanza, "delay")?.attrs["xmlns"] === "urn:xmpp:delay";
}
