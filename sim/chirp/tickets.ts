/**
 * Tickets: public keys that stand for a part of their owners' rights. Each is one file in the root,
 * which no client can change by its name.
 *
 * @module
 */

import { createHash, createPublicKey } from "node:crypto";
import { NO_RIGHTS, parseRights, type Rights } from "../../lib/chirp/acl.ts";
import { CHIRP_CODES } from "../../lib/chirp/codes.ts";
import { RESERVED_PREFIX } from "./access.ts";
import { ChirpFailure, invalid, missing } from "./failure.ts";
import { bytesOfLatin1, readSmallFile, writeSmallFile } from "./small_file.ts";
import type { Storage } from "./storage.ts";

/** A ticket. */
export interface Ticket {
  /** Identity whose rights it carries. */
  readonly owner: string;
  /** End of its life, milliseconds since the epoch. */
  readonly expiresMs: number;
  /** The public key as the client sent it (PEM). */
  readonly publicKey: string;
  /** Rights in directories and all below them, as letters; the longest path that fits counts. */
  readonly rights: readonly (readonly [path: string, letters: string])[];
}

/** Largest public key in bytes. */
export const LARGEST_KEY_BYTES = 16 * 1024;

/** Most tickets of one server. */
const MOST_TICKETS = 1024;

/** Most directories that one ticket names. */
const MOST_RIGHTS = 256;

/** Largest file of a ticket in bytes. */
const LARGEST_TICKET_BYTES = 1024 * 1024;

/** How a ticket is called in requests. */
const SUBJECT_PREFIX = "ticket:";

/** The tickets of a server. */
export class TicketStore {
  /** @param storage Where they are kept. */
  constructor(private readonly storage: Storage) {}

  /**
   * Keeps a new ticket, or the same one again.
   *
   * @param ticket The ticket.
   * @throws {ChirpFailure} -8 when its key is no RSA key, -6 when there are too many.
   */
  add(ticket: Ticket): void {
    assertRsaKey(ticket.publicKey);
    if (this.digests().length >= MOST_TICKETS) {
      throw new ChirpFailure(CHIRP_CODES.NO_SPACE, `Cannot keep more than ${MOST_TICKETS} tickets`);
    }
    const digest = createHash("md5").update(bytesOfLatin1(ticket.publicKey)).digest("hex");
    this.#write(digest, ticket);
  }

  /**
   * Finds a ticket.
   *
   * @param digest MD5 of its key's text, in 32 hexadecimal digits.
   * @returns The ticket, also one whose time is over; `undefined` where there is none.
   */
  find(digest: string): Ticket | undefined {
    if (!/^[0-9a-f]{32}$/.test(digest)) return undefined;
    const text = readSmallFile(this.storage, pathOf(digest), LARGEST_TICKET_BYTES);
    // Only this class writes these files, so they hold what it has written.
    return text === undefined ? undefined : JSON.parse(text) as Ticket;
  }

  /**
   * Finds a ticket by its name in requests.
   *
   * @param subject `ticket:` and the digest.
   * @returns The digest and the ticket.
   * @throws {ChirpFailure} -3 when there is none.
   */
  need(subject: string): { readonly digest: string; readonly ticket: Ticket } {
    const digest = subject.startsWith(SUBJECT_PREFIX) ? subject.slice(SUBJECT_PREFIX.length) : "";
    const ticket = this.find(digest);
    if (ticket === undefined) throw missing(subject);
    return { digest, ticket };
  }

  /**
   * Sets a ticket's rights in a directory and all below it.
   *
   * @param digest The ticket's digest.
   * @param ticket The ticket.
   * @param path The directory.
   * @param letters The rights.
   * @throws {ChirpFailure} -6 when it names too many directories.
   */
  grant(digest: string, ticket: Ticket, path: string, letters: string): void {
    const others = ticket.rights.filter(([other]) => other !== path);
    if (others.length >= MOST_RIGHTS) {
      throw new ChirpFailure(
        CHIRP_CODES.NO_SPACE,
        `Cannot name more than ${MOST_RIGHTS} directories`,
      );
    }
    this.#write(digest, { ...ticket, rights: [...others, [path, letters]] });
  }

  /** Ends a ticket. */
  remove(digest: string): void {
    this.storage.removeFile(pathOf(digest));
  }

  /** Digests of all tickets. */
  digests(): string[] {
    return this.storage.names("/").filter((name) => name.startsWith(RESERVED_PREFIX))
      .map((name) => name.slice(RESERVED_PREFIX.length));
  }

  #write(digest: string, ticket: Ticket): void {
    // Beyond ASCII as \u escapes: the file is written one byte a character.
    const text = JSON.stringify(ticket).replaceAll(
      /[\x7f-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    writeSmallFile(this.storage, pathOf(digest), text);
  }
}

/**
 * What a ticket's holder may do at most in a directory.
 *
 * @param ticket The ticket.
 * @param directory Path of the directory, resolved.
 * @returns The rights of the longest path that holds the directory; none where no path does.
 */
export function ticketMask(ticket: Ticket, directory: string): Rights {
  let longest = -1;
  let rights = NO_RIGHTS;
  for (const [path, letters] of ticket.rights) {
    const holds = path === "/" || directory === path || directory.startsWith(`${path}/`);
    if (!holds || path.length <= longest) continue;
    longest = path.length;
    rights = parseRights(letters);
  }
  return rights;
}

function assertRsaKey(text: string): void {
  let kind: string | undefined;
  try {
    kind = createPublicKey(text).asymmetricKeyType;
  } catch {
    throw invalid("a ticket whose public key cannot be read");
  }
  if (kind !== "rsa") throw invalid(`a ticket with a key of kind ${kind}`);
}

function pathOf(digest: string): string {
  return `/${RESERVED_PREFIX}${digest}`;
}
