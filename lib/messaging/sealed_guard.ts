/**
 * The sealed mode between a container and its link: what goes to a component with a known key is sealed,
 * acknowledgements too; what comes from one is taken only sealed. A message that cannot be opened is not
 * answered: an answer could be neither sealed nor believed.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { tryParseJid } from "../protocol/jid.ts";
import { decodeMessage } from "../protocol/message.ts";
import type { XmlElement } from "../protocol/xml.ts";
import type { PeerKeys } from "../secure/peer_keys.ts";
import { SealedEnvelope, type SealedEnvelopeOptions } from "../secure/sealed_envelope.ts";
import { SecurityError } from "../secure/security_error.ts";
import { type GuardPort, mayStayClear, type MessageGuard } from "./message_guard.ts";
import { RareWarnings } from "./rare_warnings.ts";

/** Options of a {@linkcode SealedGuard}. */
export interface SealedGuardOptions extends Omit<SealedEnvelopeOptions, "startedMs"> {
  /** Told of what is refused, and why. */
  readonly log: Logger;
  /** Time of the stamps; the guard's start is its first floor. */
  readonly clock: Clock;
}

/** Guards the messages of a component whose peers have its key. */
export class SealedGuard implements MessageGuard {
  readonly #port: GuardPort;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #peers: PeerKeys;
  readonly #envelope: SealedEnvelope;
  readonly #warnings: RareWarnings;

  /**
   * Makes a guard; what was sealed before this moment is not taken.
   *
   * @param port The link.
   * @param options See {@linkcode SealedGuardOptions}.
   */
  constructor(port: GuardPort, options: SealedGuardOptions) {
    this.#port = port;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#warnings = new RareWarnings(options.log, options.clock);
    this.#peers = options.peers;
    this.#envelope = new SealedEnvelope({ ...options, startedMs: options.clock.now() });
  }

  /** See {@linkcode MessageGuard.outgoing}. */
  outgoing(stanza: XmlElement): XmlElement | undefined {
    const message = decodeMessage(stanza);
    const isProtected = message.kind === "command" || message.kind === "ack";
    if (!isProtected) return stanza;
    const isToRoom = message.kind === "command" && message.groupchat;
    if (!isToRoom && this.#knows(message.to)) return this.#seal(stanza);
    if (mayStayClear(message)) return stanza;
    this.#log.error(`Not sending a message to ${message.to}: no key for it`);
    return undefined;
  }

  /** See {@linkcode MessageGuard.incoming}. */
  incoming(stanza: XmlElement): XmlElement | undefined {
    const message = decodeMessage(stanza);
    // What came back from a server is the server's word, and still has the seal in it.
    if (message.kind === "error") return stanza;
    if (this.#envelope.isSealed(stanza)) return this.#open(stanza, message.from);
    if (message.kind === "other") return stanza;
    if (!this.#knows(message.from) && mayStayClear(message)) return stanza;
    this.#warnings.warn(message.from, `Ignoring message of ${message.from}: it is not sealed`);
    return undefined;
  }

  #seal(stanza: XmlElement): XmlElement | undefined {
    const { jid } = this.#port;
    // Which name the next session will have is not known: what is not sent now is sealed again later.
    if (jid === undefined) return undefined;
    try {
      return this.#envelope.seal(stanza, jid, this.#clock.now());
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      this.#log.error(`Not sending a message to ${stanza.attrs["to"]}: ${error.message}`);
      return undefined;
    }
  }

  #open(stanza: XmlElement, from: string): XmlElement | undefined {
    try {
      // Accounts may share a key, and a server may pass a message of one on to another.
      const isOwn = tryParseJid(stanza.attrs["to"])?.bare === this.#port.jid?.bare;
      if (!isOwn) throw new SecurityError("bad-message");
      return this.#envelope.open(stanza, this.#clock.now());
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      this.#warnings.warn(from, `Ignoring message of ${from}: ${error.message}`);
      return undefined;
    }
  }

  #knows(address: string): boolean {
    const jid = tryParseJid(address);
    return jid !== undefined && this.#peers.has(jid);
  }
}
