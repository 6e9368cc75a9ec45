/**
 * The consuming side of the original's secure mode (`Copilot::Security::Consumer`): agents. It makes a
 * session key, gets a ticket from the key manager, and sends both with every request. It never answers
 * an error, so that no two components can keep each other busy.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { type Jid, tryParseJid } from "../protocol/jid.ts";
import {
  type CommandMessage,
  decodeMessage,
  encodeMessage,
  type EnvelopeForm,
} from "../protocol/message.ts";
import { decodeValue, encodeValue } from "../protocol/value.ts";
import { xml, type XmlElement } from "../protocol/xml.ts";
import { type Random, randomUuid } from "../random.ts";
import { RecentMap } from "../secure/recent_map.ts";
import type { RsaPublicKey } from "../secure/rsa_key.ts";
import { SecurityError } from "../secure/security_error.ts";
import { decryptElement, encryptElement } from "../secure/session_envelope.ts";
import { newSessionKey, wrapSessionKey } from "../secure/session_key.ts";
import { type GuardPort, mayStayClear, type MessageGuard } from "./message_guard.ts";
import {
  acknowledgementOf,
  readSessionStanza,
  withInfo,
  withSessionBody,
} from "./session_stanza.ts";
import { RareWarnings } from "./rare_warnings.ts";
import { TicketRequests } from "./ticket_requests.ts";

/** Options of a {@linkcode SecureConsumer}. */
export interface SecureConsumerOptions {
  /** Keys of the components by JID: full, or bare for all sessions of an account. */
  readonly keys: ReadonlyMap<string, RsaPublicKey>;
  /** JID of the key manager. Default: there is none, and no ticket is shown. */
  readonly keyManager?: Jid | undefined;
  /** What is presented to the key manager. Default: `No credential`, as the original. */
  readonly credential?: string | undefined;
  /** Told of the ticket, and of what is refused. */
  readonly log: Logger;
  /** Time by which the ticket is renewed. */
  readonly clock: Clock;
  /** Source of the session key, salts and message ids; fit for cryptography. */
  readonly random: Random;
}

/** Attribute of a request that holds the ticket. */
const TICKET = "componentAuthenticationTicket";
/** What the original shows where there is no key manager. */
const NO_TICKET = "No ticket";
/** Messages at most that wait for the first ticket; further ones are left for the delivery to resend. */
const MOST_HELD = 1000;
/** Receivers at most for whom the session key is kept encrypted. */
const MOST_RECEIVERS = 10_000;

/** Guards the messages of an agent. */
export class SecureConsumer implements MessageGuard {
  readonly #port: GuardPort;
  readonly #options: SecureConsumerOptions;
  readonly #sessionKey: Uint8Array;
  /** The session key as each receiver gets it; the same bytes each time save it a private operation. */
  readonly #wrapped = new RecentMap<string>(MOST_RECEIVERS);
  readonly #tickets: TicketRequests | undefined;
  /** By id: the delivery sends again what waits here. */
  readonly #held = new Map<string, XmlElement>();
  readonly #warnings: RareWarnings;
  /** In which form the container writes; a ticket that was asked for in another may never come. */
  #form: EnvelopeForm = "original";

  /**
   * Makes a guard with a session key of its own.
   *
   * @param port The link.
   * @param options See {@linkcode SecureConsumerOptions}.
   * @throws {SecurityError} `unknown-peer`: there is no key for the key manager.
   */
  constructor(port: GuardPort, options: SecureConsumerOptions) {
    this.#port = port;
    this.#options = options;
    this.#sessionKey = newSessionKey(options.random);
    this.#warnings = new RareWarnings(options.log, options.clock);
    this.#tickets = this.#ticketRequests();
  }

  /** See {@linkcode MessageGuard.onOnline}: asks for a ticket where there is none. */
  onOnline(): void {
    this.#tickets?.start();
  }

  /** See {@linkcode MessageGuard.onOffline}. */
  onOffline(): void {
    this.#tickets?.stop();
    this.#held.clear();
  }

  /** See {@linkcode MessageGuard.outgoing}: a request, with ticket and session key. */
  outgoing(stanza: XmlElement): XmlElement | undefined {
    const message = decodeMessage(stanza);
    if (message.kind !== "command") return stanza;
    const key = message.groupchat ? undefined : this.#keyOf(message.to);
    if (key === undefined) return this.#leaveClear(stanza, message);
    const ticket = this.#tickets === undefined ? NO_TICKET : this.#tickets.ticket;
    if (ticket !== undefined) return this.#protect(stanza, message.to, key, ticket);
    this.#learnForm(message.form ?? "original");
    // Sent as soon as there is a ticket; what does not fit is sent again by the delivery.
    if (this.#held.size < MOST_HELD) this.#held.set(message.id, stanza);
    return undefined;
  }

  /** See {@linkcode MessageGuard.incoming}: an answer, decrypted. */
  incoming(stanza: XmlElement): XmlElement | undefined {
    const message = decodeMessage(stanza);
    // What came back from a server still has in it what was sent.
    if (message.kind === "error" || message.kind === "ack") return stanza;
    const { body } = readSessionStanza(stanza);
    const key = this.#keyOf(message.from);
    if (body !== undefined && key !== undefined) return this.#open(stanza, message.from, body.info);
    if (message.kind !== "command") return stanza;
    if (key === undefined && mayStayClear(message)) return stanza;
    this.#onPlain(stanza, message);
    return undefined;
  }

  #open(stanza: XmlElement, from: string, encrypted: string): XmlElement | undefined {
    try {
      const info = decryptElement(encrypted, this.#sessionKey);
      const opened = withInfo(stanza, info);
      if (!this.#isKeyManager(from)) return opened;
      this.#acknowledge(stanza);
      this.#onKeyManager(info);
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      this.#warnings.warn(from, `Ignoring message of ${from}: ${error.message}`);
    }
    return undefined;
  }

  #onKeyManager({ attrs }: XmlElement): void {
    const command = decodeValue(attrs["command"] ?? "");
    if (command === "storeTicket") {
      this.#tickets?.store(decodeValue(attrs["ticket"] ?? ""));
    } else {
      const reason = decodeValue(attrs["errorString"] ?? "");
      this.#options.log.error(`Got ${command} from the key manager: ${reason}`);
    }
  }

  /** A security error is plain where the other side could not find the session key; anyone can forge it. */
  #onPlain(stanza: XmlElement, { from, info }: CommandMessage): void {
    const { command = "", errorString = "" } = info.attributes;
    this.#acknowledge(stanza);
    this.#warnings.warn(
      from,
      command === "security_error"
        ? `Got security_error from ${from}: ${errorString}`
        : `Ignoring ${command} of ${from}: it is not encrypted`,
    );
  }

  #learnForm(form: EnvelopeForm): void {
    if (form === this.#form) return;
    this.#form = form;
    this.#tickets?.start();
  }

  #leaveClear(stanza: XmlElement, message: CommandMessage): XmlElement | undefined {
    if (mayStayClear(message)) return stanza;
    this.#options.log.error(`Not sending message ${message.id}: no key for ${message.to}`);
    return undefined;
  }

  #protect(
    stanza: XmlElement,
    to: string,
    key: RsaPublicKey,
    ticket: string | undefined,
  ): XmlElement {
    const { info } = readSessionStanza(stanza);
    const plain = info ?? xml("info");
    const attrs = ticket === undefined
      ? plain.attrs
      : { ...plain.attrs, [TICKET]: encodeValue(ticket) };
    const { random } = this.#options;
    return withSessionBody(stanza, {
      info: encryptElement({ ...plain, attrs }, this.#sessionKey, random),
      sessionKey: this.#wrappedFor(to, key),
    });
  }

  #wrappedFor(to: string, key: RsaPublicKey): string {
    const known = this.#wrapped.get(to);
    if (known !== undefined) return known;
    const wrapped = wrapSessionKey(this.#sessionKey, key, this.#options.random);
    this.#wrapped.set(to, wrapped);
    return wrapped;
  }

  #ticketRequests(): TicketRequests | undefined {
    const { keyManager, credential = "No credential", clock, log, random } = this.#options;
    if (keyManager === undefined) return undefined;
    const key = this.#keyOf(keyManager.full);
    if (key === undefined) throw new SecurityError("unknown-peer", `: ${keyManager}`);
    const info = { attributes: { command: "getTicket", credential }, children: {} };
    const ask = () => {
      const request = encodeMessage({
        kind: "command",
        from: this.#port.jid?.bare ?? "",
        to: keyManager.full,
        id: randomUuid(random),
        noack: false,
        groupchat: false,
        info,
        form: this.#form,
      });
      this.#port.send(this.#protect(request, keyManager.full, key, undefined));
    };
    return new TicketRequests({
      ask,
      onTicket: () => this.#release(),
      keyManager: key,
      clock,
      log,
    });
  }

  #release(): void {
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const stanza of held) {
      const sent = this.outgoing(stanza);
      if (sent !== undefined) this.#port.send(sent);
    }
  }

  #acknowledge(stanza: XmlElement): void {
    const acknowledgement = acknowledgementOf(stanza);
    if (acknowledgement !== undefined) this.#port.send(acknowledgement);
  }

  #isKeyManager(from: string): boolean {
    const { keyManager } = this.#options;
    return keyManager !== undefined && tryParseJid(from)?.bare === keyManager.bare;
  }

  #keyOf(address: string): RsaPublicKey | undefined {
    const jid = tryParseJid(address);
    const { keys } = this.#options;
    return jid === undefined ? undefined : keys.get(jid.full) ?? keys.get(jid.bare);
  }
}
