/**
 * The sealed mode: messages between two components that know each other's keys, encrypted and
 * authenticated as a whole. On the wire such a message has `from`, `to`, `id`, and one child:
 *
 *     <message from='agent@site/1' to='jm@site' id='…'>
 *       <sealed xmlns='urn:cernvm:copilot:sealed:1' box='1.…'/>
 *     </message>
 *
 * All else, acknowledgements and their ids included, is inside. No original can read it, so both sides
 * must be configured for it.
 *
 * @module
 */
import { type Jid, tryParseJid } from "../protocol/jid.ts";
import { childNamed, serializeXml, xml, type XmlElement } from "../protocol/xml.ts";
import { parseXml } from "../protocol/xml_parser.ts";
import type { Random } from "../random.ts";
import type { PeerKeys } from "./peer_keys.ts";
import type { Binding } from "./sealed_box.ts";
import { SealedInbox } from "./sealed_inbox.ts";
import { SealedOutbox } from "./sealed_outbox.ts";
import { SecurityError } from "./security_error.ts";
import type { X25519PrivateKey } from "./x25519.ts";

/** Options of a {@linkcode SealedEnvelope}. */
export interface SealedEnvelopeOptions {
  /** Own static key. */
  readonly own: X25519PrivateKey;
  /** Earlier keys of one's own, for which messages may still come. Default: none. */
  readonly formerOwn?: readonly X25519PrivateKey[] | undefined;
  /** The components to which messages are sealed, and from which nothing else is taken. */
  readonly peers: PeerKeys;
  /** Source of ephemeral keys and of what nonces are made with. */
  readonly random: Random;
  /** Time of the start in milliseconds since the Unix epoch. */
  readonly startedMs: number;
  /** How far a sender's clock may be off, in milliseconds. Default: 300,000. */
  readonly toleranceMs?: number | undefined;
}

const ELEMENT = "sealed";
const NAMESPACE = "urn:cernvm:copilot:sealed:1";
/** What a sealed message shows; the rest is inside. */
const OUTSIDE: ReadonlySet<string> = new Set(["from", "to", "id"]);

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Seals and opens the messages of one component. */
export class SealedEnvelope {
  readonly #peers: PeerKeys;
  readonly #outbox: SealedOutbox;
  readonly #inbox: SealedInbox;

  /**
   * Begins without sessions: what was sealed before `startedMs` may be a replay and is refused.
   *
   * @param options See {@linkcode SealedEnvelopeOptions}.
   */
  constructor(options: SealedEnvelopeOptions) {
    const { own, formerOwn = [], startedMs, toleranceMs } = options;
    this.#peers = options.peers;
    this.#outbox = new SealedOutbox(own, options.random);
    this.#inbox = new SealedInbox({ own: [own, ...formerOwn], startedMs, toleranceMs });
  }

  /** True where a message is a sealed one. */
  isSealed(stanza: XmlElement): boolean {
    return childNamed(stanza, ELEMENT)?.attrs["xmlns"] === NAMESPACE;
  }

  /**
   * Seals a message, each time anew: one that is sent again is no replay.
   *
   * @param stanza The message.
   * @param from Own full JID, which the server will stamp on it.
   * @param nowMs Current time in milliseconds since the Unix epoch.
   * @returns The sealed message.
   * @throws {SecurityError} `unknown-peer`: there is no key for its receiver; `bad-key`: it is good for
   * nothing.
   */
  seal(stanza: XmlElement, from: Jid, nowMs: number): XmlElement {
    const to = tryParseJid(stanza.attrs["to"]);
    const receiver = to === undefined ? undefined : this.#peers.keyFor(to);
    if (to === undefined || receiver === undefined) throw new SecurityError("unknown-peer");
    const plaintext = encoder.encode(serializeXml(withoutAddress(stanza)));
    const binding = { from: from.full, to: to.full, id: stanza.attrs["id"] ?? "" };
    const box = this.#outbox.seal(plaintext, receiver, binding, nowMs);
    const { from: written, id } = stanza.attrs;
    return xml(
      "message",
      { from: written, to: to.full, id },
      xml(ELEMENT, { xmlns: NAMESPACE, box }),
    );
  }

  /**
   * Opens a message.
   *
   * @param stanza A sealed message.
   * @param nowMs Current time in milliseconds since the Unix epoch.
   * @returns The message as it was before it was sealed, with the stamped sender.
   * @throws {SecurityError} `bad-message`, `too-large`, `unknown-peer`, `stale`, `replayed`.
   */
  open(stanza: XmlElement, nowMs: number): XmlElement {
    const box = childNamed(stanza, ELEMENT)?.attrs["box"] ?? "";
    const from = tryParseJid(stanza.attrs["from"]);
    const to = tryParseJid(stanza.attrs["to"]);
    if (from === undefined || to === undefined) throw new SecurityError("bad-message");
    const binding: Binding = { from: from.full, to: to.full, id: stanza.attrs["id"] ?? "" };
    const opened = this.#inbox.open(box, binding, (id) => this.#peers.keyOf(from, id), nowMs);
    this.#peers.used(from, opened.sender);
    const inside = parseInside(opened.plaintext);
    return { ...inside, attrs: { ...inside.attrs, ...addressOf(stanza) } };
  }
}

function addressOf({ attrs }: XmlElement): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(attrs).filter(([name]) => OUTSIDE.has(name)));
}

function withoutAddress(stanza: XmlElement): XmlElement {
  const attrs = Object.entries(stanza.attrs).filter(([name]) => !OUTSIDE.has(name));
  return { ...stanza, attrs: Object.fromEntries(attrs) };
}

function parseInside(plaintext: Uint8Array): XmlElement {
  try {
    const message = parseXml(decoder.decode(plaintext));
    const isWhole = message.name === "message" &&
      Object.keys(message.attrs).every((name) => !OUTSIDE.has(name));
    if (isWhole) return message;
  } catch {
    // Told in the words of every other failure, below.
  }
  throw new SecurityError("bad-message");
}
