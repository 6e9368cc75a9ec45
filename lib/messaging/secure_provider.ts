/**
 * The providing side of the original's secure mode (`Copilot::Security::Provider`): managers and the key
 * manager. It opens requests with the own key, lets in who has a ticket, and answers with the session key
 * of the request.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Info } from "../protocol/info.ts";
import { tryParseJid } from "../protocol/jid.ts";
import {
  decodeMessage,
  encodeMessage,
  type EnvelopeForm,
  type Message,
} from "../protocol/message.ts";
import { decodeValue } from "../protocol/value.ts";
import type { XmlElement } from "../protocol/xml.ts";
import { type Random, randomUuid } from "../random.ts";
import { errorAnswer } from "../secure/error_answer.ts";
import { ReceivedKeys } from "../secure/received_keys.ts";
import { RecentMap } from "../secure/recent_map.ts";
import type { RsaPrivateKey, RsaPublicKey } from "../secure/rsa_key.ts";
import { SecurityError } from "../secure/security_error.ts";
import { SenderLimit } from "../secure/sender_limit.ts";
import { decryptElement, encryptElement, type SessionBody } from "../secure/session_envelope.ts";
import { checkTicket, readTicket, type Ticket } from "../secure/ticket.ts";
import { type GuardPort, mayStayClear, type MessageGuard } from "./message_guard.ts";
import {
  acknowledgementOf,
  formOf,
  readSessionStanza,
  withInfo,
  withSessionBody,
} from "./session_stanza.ts";

/** Options of a {@linkcode SecureProvider}. */
export interface SecureProviderOptions {
  /** Own key. */
  readonly own: RsaPrivateKey;
  /** Key of the key manager, whose tickets let in. Default: nobody needs a ticket. */
  readonly keyManager?: RsaPublicKey | undefined;
  /** True for the key manager itself: `getTicket` needs no ticket. Default: false. */
  readonly givesTickets?: boolean | undefined;
  /** True: a ticket lets in only the account it was given to; the original does not look. Default: true. */
  readonly bindTickets?: boolean | undefined;
  /** Told of what is refused, and why. */
  readonly log: Logger;
  /** Time by which tickets are judged. */
  readonly clock: Clock;
  /** Source of salts and message ids; fit for cryptography. */
  readonly random: Random;
}

/** Attribute of a request that holds its ticket; the component never sees it. */
const TICKET = "componentAuthenticationTicket";
/** Sessions at most whose key is remembered for answers. */
const MOST_SESSIONS = 100_000;
/** Tickets at most that are remembered, some 0.8 kB each. */
const MOST_TICKETS = 20_000;
/** Errors told to one account in a minute at most: many agents may share it. */
const MOST_ANSWERS = 10;
/** Errors of another side: to answer them is how loops begin. */
const NEVER_ANSWERED = /^(security_error|error|errorGetTicket)$/;

/** Guards the messages of a manager. */
export class SecureProvider implements MessageGuard {
  readonly #port: GuardPort;
  readonly #options: SecureProviderOptions;
  readonly #receivedKeys: ReceivedKeys;
  readonly #answers = new SenderLimit({ burst: MOST_ANSWERS });
  /** Tickets whose signature is good. */
  readonly #tickets = new RecentMap<Ticket>(MOST_TICKETS);
  /** Session key by full JID of the peer that sent it last. */
  readonly #sessionKeys = new RecentMap<Uint8Array>(MOST_SESSIONS);

  /**
   * Makes a guard that knows nobody yet.
   *
   * @param port The link.
   * @param options See {@linkcode SecureProviderOptions}.
   */
  constructor(port: GuardPort, options: SecureProviderOptions) {
    this.#port = port;
    this.#options = options;
    this.#receivedKeys = new ReceivedKeys(options.own);
  }

  /** See {@linkcode MessageGuard.outgoing}: an answer, encrypted with the session key of its receiver. */
  outgoing(stanza: XmlElement): XmlElement | undefined {
    const message = decodeMessage(stanza);
    if (message.kind !== "command") return stanza;
    const sessionKey = this.#sessionKeys.get(tryParseJid(message.to)?.full ?? "");
    if (sessionKey !== undefined && !message.groupchat) return this.#encrypt(stanza, sessionKey);
    if (mayStayClear(message)) return stanza;
    this.#options.log.error(`Not sending message ${message.id}: ${message.to} has no session key`);
    return undefined;
  }

  /** See {@linkcode MessageGuard.incoming}: a request, decrypted and let in. */
  incoming(stanza: XmlElement): XmlElement | undefined {
    const message = decodeMessage(stanza);
    // What came back from a server is no request: to answer it is how the original's loop begins.
    if (message.kind === "error" || message.kind === "ack") return stanza;
    const { body } = readSessionStanza(stanza);
    if (body === undefined && mayStayClear(message)) return stanza;
    let sessionKey: Uint8Array | undefined;
    try {
      if (body?.sessionKey === undefined) throw new SecurityError("bad-session-key");
      sessionKey = this.#receivedKeys.unwrap(body.sessionKey);
      return this.#open(stanza, message, body, sessionKey);
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      this.#refuse(stanza, message, error, sessionKey);
      return undefined;
    }
  }

  #open(
    stanza: XmlElement,
    { from }: Message,
    body: SessionBody,
    sessionKey: Uint8Array,
  ): XmlElement {
    const info = decryptElement(body.info, sessionKey);
    const { [TICKET]: ticket, ...attrs } = info.attrs;
    const isRequestForTicket = this.#options.givesTickets === true &&
      decodeValue(attrs["command"] ?? "") === "getTicket";
    if (!isRequestForTicket) this.#checkTicket(decodeValue(ticket ?? ""), from);
    // Not before: else a server could put its own key in the place and read what is answered to others.
    this.#sessionKeys.set(tryParseJid(from)?.full ?? "", sessionKey);
    return withInfo(stanza, { ...info, attrs });
  }

  #checkTicket(ticket: string, from: string): void {
    const { keyManager, bindTickets = true, clock } = this.#options;
    if (keyManager === undefined) return;
    // An agent shows the same ticket all day: its signature is verified once, its time each time.
    const known = this.#tickets.get(ticket) ?? readTicket(ticket, keyManager);
    this.#tickets.set(ticket, known);
    checkTicket(known, { nowMs: clock.now(), shownBy: bindTickets ? from : undefined });
  }

  /** As the original: the message is acknowledged, and its sender told why it had no effect. */
  #refuse(
    stanza: XmlElement,
    message: Message,
    error: SecurityError,
    sessionKey: Uint8Array | undefined,
  ): void {
    const { log, clock } = this.#options;
    const isError = message.kind === "command" &&
      NEVER_ANSWERED.test(message.info.attributes["command"] ?? "");
    const sender = tryParseJid(message.from);
    if (sender === undefined || isError || stanza.attrs["type"] === "groupchat") {
      log.debug(`Ignoring message of ${message.from}: ${error.message}`);
      return;
    }
    const acknowledgement = acknowledgementOf(stanza);
    if (acknowledgement !== undefined) this.#port.send(acknowledgement);
    if (!this.#answers.take(sender.bare, clock.now())) return;
    log.warning(`Refusing message of ${sender}: ${error.message}`);
    const { info, encrypted } = errorAnswer(error);
    const answer = this.#answer(sender.full, formOf(stanza), info);
    const isReadable = encrypted && sessionKey !== undefined;
    this.#port.send(isReadable ? this.#encrypt(answer, sessionKey) : answer);
  }

  #answer(to: string, form: EnvelopeForm, info: Info): XmlElement {
    return encodeMessage({
      kind: "command",
      from: this.#port.jid?.bare ?? "",
      to,
      id: randomUuid(this.#options.random),
      // Nobody would send it again: a lost error is no loss.
      noack: false,
      groupchat: false,
      info,
      form,
    });
  }

  #encrypt(stanza: XmlElement, sessionKey: Uint8Array): XmlElement {
    const { info } = readSessionStanza(stanza);
    if (info === undefined) return stanza;
    const encrypted = encryptElement(info, sessionKey, this.#options.random);
    return withSessionBody(stanza, { info: encrypted, sessionKey: undefined });
  }
}
