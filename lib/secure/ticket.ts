/**
 * Tickets of the original's key manager: whoever shows one is let in until it expires. It is
 * base64(signature) `###` base64(`*###FROM###TO###HOLDER`), signed with RSASSA-PKCS1-v1_5 and SHA-1 over the
 * base64 text with its newlines. The `*` says that it opens every component.
 *
 * @module
 */
import { sign, verify } from "node:crypto";
import { tryParseJid } from "../protocol/jid.ts";
import { decodeMimeBase64, encodeMimeBase64 } from "./mime_base64.ts";
import type { RsaPrivateKey, RsaPublicKey } from "./rsa_key.ts";
import { SecurityError } from "./security_error.ts";

/** What a ticket says. */
export interface Ticket {
  /** Component that it opens; `*` for every one, and the original knows no other. */
  readonly component: string;
  /** Start of its validity in seconds since the Unix epoch. */
  readonly validFrom: number;
  /** Its last second. */
  readonly validTo: number;
  /** JID of whoever asked for it; full. */
  readonly holder: string;
}

/** Options of {@linkcode checkTicket}. */
export interface CheckTicketOptions {
  /** Current time in milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /**
   * JID of whoever shows it; its account must be that of the holder. The original does not look.
   * Default: anyone may show it.
   */
  readonly shownBy?: string | undefined;
}

/** Options of {@linkcode verifyTicket}. */
export interface VerifyTicketOptions extends CheckTicketOptions {
  /** Key of the key manager. */
  readonly keyManager: RsaPublicKey;
}

const EVERY_COMPONENT = "*";
const SEPARATOR = "###";
const DIGEST = "sha1";
/** Longest ticket in characters: a signature of 8192 bits and a JID of 3071 bytes fit twice. */
const LONGEST_TICKET = 16_384;
/** Seconds since the epoch; sixteen digits are always exact. */
const SECONDS = /^\d{1,15}$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Makes a ticket.
 *
 * @param ticket What it says.
 * @param keyManager The key manager's key.
 * @returns The ticket, as `storeTicket` carries it.
 */
export function issueTicket(ticket: Ticket, keyManager: RsaPrivateKey): string {
  const { component, validFrom, validTo, holder } = ticket;
  const plain = [component, validFrom, validTo, holder].join(SEPARATOR);
  const text = encodeMimeBase64(encoder.encode(plain));
  const signature = sign(DIGEST, encoder.encode(text), keyManager.keyObject);
  return `${encodeMimeBase64(signature)}${SEPARATOR}${text}`;
}

/**
 * Says what is in a ticket, after its signature is verified. Its time and holder are not looked at:
 * that is for whoever it is shown to ({@linkcode checkTicket}).
 *
 * @param text The ticket.
 * @param keyManager Key of the key manager.
 * @returns What it says.
 * @throws {SecurityError} `bad-ticket`: not signed by that key, or badly formed.
 */
export function readTicket(text: string, keyManager: RsaPublicKey): Ticket {
  const parts = text.length <= LONGEST_TICKET ? text.split(SEPARATOR) : [];
  const [signature64 = "", signed = ""] = parts;
  const signature = decodeMimeBase64(signature64);
  const plain = decodeMimeBase64(signed);
  if (parts.length !== 2 || signature === undefined || plain === undefined) {
    throw new SecurityError("bad-ticket");
  }
  if (!isSigned(encoder.encode(signed), signature, keyManager)) {
    throw new SecurityError("bad-ticket");
  }
  const fields = decoder.decode(plain).split(SEPARATOR);
  const [component = "", from = "", to = "", ...holder] = fields;
  if (!SECONDS.test(from) || !SECONDS.test(to)) throw new SecurityError("bad-ticket");
  return {
    component,
    validFrom: Number(from),
    validTo: Number(to),
    // A resource may hold anything, the separator too.
    holder: holder.join(SEPARATOR),
  };
}

/**
 * Says whether a ticket holds here and now; its signature was verified when it was read.
 *
 * @param ticket The ticket.
 * @param options See {@linkcode CheckTicketOptions}.
 * @throws {SecurityError} `ticket-for-another-component`, `ticket-not-yet-valid`, `ticket-expired`,
 * `ticket-of-another-holder`.
 */
export function checkTicket(ticket: Ticket, options: CheckTicketOptions): void {
  const now = Math.floor(options.nowMs / 1000);
  const { component, validFrom, validTo, holder } = ticket;
  if (component !== EVERY_COMPONENT) throw new SecurityError("ticket-for-another-component");
  if (validFrom > now) {
    const detail = ` (now is ${now} and the ticket is valid from ${validFrom})`;
    throw new SecurityError("ticket-not-yet-valid", detail);
  }
  if (validTo < now) {
    const detail = ` (now is ${now} and the ticket is valid to ${validTo})`;
    throw new SecurityError("ticket-expired", detail);
  }
  if (options.shownBy !== undefined && !isSameAccount(holder, options.shownBy)) {
    throw new SecurityError("ticket-of-another-holder");
  }
}

/**
 * Verifies a ticket that was shown: {@linkcode readTicket} and {@linkcode checkTicket}.
 *
 * @param text The ticket.
 * @param options See {@linkcode VerifyTicketOptions}.
 * @returns What it says.
 * @throws {SecurityError} `bad-ticket`, `ticket-for-another-component`, `ticket-not-yet-valid`,
 * `ticket-expired`, `ticket-of-another-holder`.
 */
export function verifyTicket(text: string, options: VerifyTicketOptions): Ticket {
  const ticket = readTicket(text, options.keyManager);
  checkTicket(ticket, options);
  return ticket;
}

function isSigned(data: Uint8Array, signature: Uint8Array, { keyObject }: RsaPublicKey): boolean {
  try {
    return verify(DIGEST, data, keyObject, signature);
  } catch {
    return false;
  }
}

function isSameAccount(left: string, right: string): boolean {
  const account = tryParseJid(left)?.bare;
  return account !== undefined && account === tryParseJid(right)?.bare;
}
