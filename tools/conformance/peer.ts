/**
 * A session that the suite plays: it says what a case wants said, as raw stanzas if need be, and waits
 * for what the rule wants heard.
 *
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Link, LinkHandler, LinkStatus } from "../../lib/messaging/link.ts";
import { encodeInfo, type Info } from "../../lib/protocol/info.ts";
import { type Jid, tryParseJid } from "../../lib/protocol/jid.ts";
import { decodeMessage } from "../../lib/protocol/message.ts";
import { serializeXml, xml, type XmlElement } from "../../lib/protocol/xml.ts";
import { type Random, randomUuid } from "../../lib/random.ts";
import type { Protection } from "../protection/protection.ts";
import type { Transcript } from "./transcript.ts";
import { RuleBroken } from "./verdict.ts";

/** How long a peer waits. All in milliseconds. */
export interface Patience {
  /** For what must come. */
  readonly answerMs: number;
  /** To make sure that nothing comes. */
  readonly silenceMs: number;
}

/** A command that came. */
export interface Heard {
  readonly name: string;
  /** Attributes of `<info>`, decoded. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly info: Info;
  /** Full JID of the sender, or `room/nick`. */
  readonly from: string;
  readonly id: string;
  readonly noack: boolean;
  readonly groupchat: boolean;
  /** The `<message>` as it came, opened where it was protected. */
  readonly stanza: XmlElement;
  /** The `<message>` as it stood on the wire. */
  readonly wire: XmlElement;
  /** Place among all that came. */
  readonly order: number;
  /** When it came. */
  readonly atMs: number;
}

/** An acknowledgement that came. */
export interface HeardAck {
  readonly id: string;
  readonly from: string;
  readonly stanza: XmlElement;
  /** The `<message>` as it stood on the wire. */
  readonly wire: XmlElement;
  readonly order: number;
}

/** How something is said. */
export interface Saying {
  /** Id of the message. Default: a new one; `""`: none. */
  readonly id?: string | undefined;
  readonly noack?: boolean | undefined;
  readonly groupchat?: boolean | undefined;
  /** More attributes of `<message>`. */
  readonly more?: Readonly<Record<string, string>> | undefined;
}

/** Options of a {@linkcode Peer}. */
export interface PeerOptions {
  readonly link: Link;
  /** Name in the transcript. */
  readonly name: string;
  readonly transcript: Transcript;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of each command that is said. */
  readonly onSay?: ((command: string) => void) | undefined;
  /** Ends every wait when it is aborted: they then reject with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told when the session breaks or cannot be had. */
  readonly onOffline?: ((reason: string) => void) | undefined;
}

/** Commands that are kept at most: a peer that floods the suite breaks the rule by it. */
const MOST_HEARD = 10_000;

/** How the names of commands begin that the suite makes up. */
export const MADE_UP = "conformance";

/** One session of the suite. */
export class Peer implements LinkHandler, AsyncDisposable {
  /** Commands that came, in order. */
  readonly heard: Heard[] = [];
  /** Acknowledgements that came, in order. */
  readonly acks: HeardAck[] = [];
  /** Everything else that came: presence, iq, errors, text. */
  readonly others: XmlElement[] = [];
  /** Whether commands are acknowledged as they come. */
  acknowledges = true;
  /** Whether the signal ends waits; a clean-up says no. */
  heedsSignal = true;
  /** Protects what is said and opens what comes; `undefined`: everything travels in clear. */
  protection: Protection | undefined;
  /** Told of each command, after it is acknowledged; `undefined`: nobody is. */
  onHeard: ((heard: Heard) => void) | undefined;
  readonly patience: Patience;
  readonly #options: PeerOptions;
  #transcript: Transcript;
  readonly #taken = new Set<Heard>();
  readonly #waiting = new Set<() => void>();
  #order = 0;

  /** @param options See {@linkcode PeerOptions}. */
  constructor(options: PeerOptions) {
    this.#options = options;
    this.#transcript = options.transcript;
    this.patience = options.patience;
  }

  /** Goes online. */
  open(): Promise<Jid> {
    return this.#options.link.open(this);
  }

  /** Own full JID. */
  get jid(): string {
    return this.#options.link.jid?.full ?? "";
  }

  /** Own bare JID. */
  get bare(): string {
    return this.#options.link.jid?.bare ?? "";
  }

  /** Forgets what was heard and said, for the next case of a session that goes on. */
  begin(transcript: Transcript): void {
    this.#transcript = transcript;
    this.heedsSignal = true;
    this.heard.length = 0;
    this.acks.length = 0;
    this.others.length = 0;
  }

  /** An id that no other message has. */
  newId(): string {
    return randomUuid(this.#options.random);
  }

  /** Sends any stanza as it stands. */
  send(stanza: XmlElement): void {
    this.#transcript.add(this.#options.name, "c2s", serializeXml(stanza));
    this.#options.link.send(stanza);
  }

  /**
   * Says a command as the original would.
   *
   * @param to Receiver.
   * @param attributes Attributes of `<info>`, `command` among them; they are encoded.
   * @param saying See {@linkcode Saying}.
   * @returns The message's id.
   */
  say(to: string, attributes: Readonly<Record<string, string>>, saying: Saying = {}): string {
    return this.sayInfo(to, encodeInfo("info", { attributes, children: {} }), saying);
  }

  /** Says a command whose `<info>` is given as it stands on the wire. */
  sayInfo(to: string, info: XmlElement, saying: Saying = {}): string {
    const { id = this.newId(), noack, groupchat, more } = saying;
    const attrs = {
      from: this.bare,
      to,
      id: id === "" ? undefined : id,
      type: groupchat === true ? "groupchat" : undefined,
      noack: noack === true ? "1" : undefined,
      ...more,
    };
    this.#options.onSay?.(info.attrs["command"] ?? "");
    this.#sendProtected(xml("message", attrs, xml("body", {}, info)));
    return id;
  }

  /** Acknowledges a command, as the original does. */
  acknowledge({ stanza, from, id }: Heard): void {
    const to = stanza.attrs["to"] ?? this.bare;
    this.#sendProtected(xml("message", { ack: id, from: to, to: from }));
  }

  /**
   * Waits for a command that nobody has waited for yet.
   *
   * @param name Its name.
   * @param options `where`: what else it must be; `withinMs`: how long, default the usual patience.
   * @returns The command.
   * @throws {RuleBroken} When it does not come in time.
   */
  async hear(
    name: string,
    options: { where?: (heard: Heard) => boolean; withinMs?: number } = {},
  ): Promise<Heard> {
    const { where = () => true, withinMs = this.patience.answerMs } = options;
    const find = () =>
      this.heard.find((heard) => heard.name === name && !this.#taken.has(heard) && where(heard));
    const found = await this.#until(find, withinMs);
    if (found === undefined) {
      throw new RuleBroken(`No ${name} came within ${withinMs / 1000} s; ${this.#soFar()}`);
    }
    this.#taken.add(found);
    return found;
  }

  /**
   * Waits for the acknowledgement of a message.
   *
   * @throws {RuleBroken} When it does not come in time.
   */
  async hearAck(id: string, withinMs = this.patience.answerMs): Promise<HeardAck> {
    const found = await this.#until(() => this.acks.find((ack) => ack.id === id), withinMs);
    if (found !== undefined) return found;
    throw new RuleBroken(
      `Message ${id} was not acknowledged in ${withinMs / 1000} s; ${this.#soFar()}`,
    );
  }

  /** Waits for a stanza that is no command, such as an iq. */
  async hearOther(
    what: string,
    where: (stanza: XmlElement) => boolean,
    withinMs = this.patience.answerMs,
  ): Promise<XmlElement> {
    const found = await this.#until(() => this.others.find(where), withinMs);
    if (found === undefined) throw new RuleBroken(`No ${what} came within ${withinMs / 1000} s`);
    return found;
  }

  /**
   * Makes sure that a command does not come.
   *
   * @param name Its name; `undefined` for any that the protocol has. What another case made up, to be conveyed
   * to an account that is this one's now, may come late.
   * @throws {RuleBroken} When it comes.
   */
  async hearNo(name: string | undefined, forMs = this.patience.silenceMs): Promise<void> {
    const find = () =>
      this.heard.find((heard) =>
        (name === undefined ? !heard.name.startsWith(MADE_UP) : heard.name === name) &&
        !this.#taken.has(heard)
      );
    const found = await this.#until(find, forMs);
    if (found !== undefined) {
      throw new RuleBroken(`${found.name || "A command"} came from ${found.from}, and none should`);
    }
  }

  /** Makes sure that a message is not acknowledged. */
  async hearNoAck(id: string, forMs = this.patience.silenceMs): Promise<void> {
    const found = await this.#until(() => this.acks.find((ack) => ack.id === id), forMs);
    if (found !== undefined) throw new RuleBroken(`Message ${id} was acknowledged`);
  }

  /** Says a command and waits for its acknowledgement and its answer. */
  async ask(
    to: string,
    attributes: Readonly<Record<string, string>>,
    answer: string,
  ): Promise<Heard> {
    const id = this.say(to, attributes);
    await this.hearAck(id);
    return await this.hear(answer);
  }

  /** Lets time pass. */
  pass(ms: number): Promise<void> {
    return this.#until(() => undefined, ms).then(() => {});
  }

  /** See {@linkcode LinkHandler}. */
  onStanza(wire: XmlElement): void {
    this.#transcript.add(this.#options.name, "s2c", serializeXml(wire));
    const stanza = this.protection?.open(wire) ?? wire;
    const order = this.#order++;
    const message = stanza.name === "message" ? decodeMessage(stanza) : undefined;
    if (message?.kind === "ack") {
      this.acks.push({ id: message.ack, from: message.from, stanza, wire, order });
    } else if (message?.kind === "command" && this.heard.length < MOST_HEARD) {
      const { info, from, id, noack, groupchat } = message;
      const { attributes } = info;
      const name = attributes["command"] ?? "";
      const atMs = this.#options.clock.now();
      const said = { name, attributes, info, from, id, noack, groupchat };
      const heard = { ...said, stanza, wire, order, atMs };
      this.heard.push(heard);
      if (this.acknowledges && !noack && !groupchat && this.#isAddressed(heard)) {
        this.acknowledge(heard);
      }
      this.onHeard?.(heard);
    } else this.others.push(stanza);
    for (const look of this.#waiting) look();
  }

  /** See {@linkcode LinkHandler}. */
  onStatus(status: LinkStatus): void {
    if (status.type === "offline") this.#options.onOffline?.(status.reason);
  }

  /** Goes offline. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.link[Symbol.asyncDispose]();
  }

  #sendProtected(stanza: XmlElement): void {
    this.send(this.protection?.protect(stanza) ?? stanza);
  }

  /** Prosody passes on what is for another session of the account once that is gone. */
  #isAddressed({ stanza }: Heard): boolean {
    const resource = tryParseJid(stanza.attrs["to"])?.resource ?? "";
    return resource === "" || resource === this.#options.link.jid?.resource;
  }

  async #until<T>(find: () => T | undefined, waitMs: number): Promise<T | undefined> {
    const signal = this.heedsSignal ? this.#options.signal : undefined;
    signal?.throwIfAborted();
    const now = find();
    if (now !== undefined) return now;
    const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
    const look = () => {
      const found = find();
      if (found !== undefined) resolve(found);
    };
    const abort = () => reject(signal?.reason);
    const timer = this.#options.clock.after(waitMs, () => resolve(undefined));
    signal?.addEventListener("abort", abort);
    this.#waiting.add(look);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(look);
      signal?.removeEventListener("abort", abort);
      timer.cancel();
    }
  }

  #soFar(): string {
    const names = this.heard.filter((heard) => !this.#taken.has(heard)).map(({ name }) => name);
    const errors = this.others.filter(({ attrs }) => attrs["type"] === "error").map((
      { children },
    ) =>
      children.map((child) =>
        typeof child === "string"
          ? ""
          : child.children.map((inner) => typeof inner === "string" ? "" : inner.name).join(" ")
      ).join(" ").trim()
    );
    const came = [...names.slice(-5), ...errors.slice(-2).map((error) => `the error ${error}`)];
    return came.length === 0 ? "nothing else came" : `what came instead: ${came.join(", ")}`;
  }
}
