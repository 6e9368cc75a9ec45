/**
 * The key manager of the original's secure mode as the suite plays it: it gives a ticket to whoever asks,
 * and remembers who has.
 *
 * @module
 */
import type { RsaPrivateKey } from "../../lib/secure/rsa_key.ts";
import { issueTicket } from "../../lib/secure/ticket.ts";
import type { Heard, Peer } from "./peer.ts";

/** What a ticket of the suite says. */
export interface TicketTraits {
  /** Full JID of whoever it is for. */
  readonly holder: string;
  /** Current time in milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** Seconds after now from which it is valid. Default: 0. */
  readonly startsInSeconds?: number | undefined;
  /** Seconds for which it is valid. Default: 86,400, as in the original. */
  readonly validSeconds?: number | undefined;
  /** Component that it opens. Default: every one. */
  readonly component?: string | undefined;
}

/** Signs a ticket. */
export function makeTicket(traits: TicketTraits, key: RsaPrivateKey): string {
  const { holder, nowMs, startsInSeconds = 0, validSeconds = 86_400, component = "*" } = traits;
  const validFrom = Math.floor(nowMs / 1000) + startsInSeconds;
  return issueTicket({ component, validFrom, validTo: validFrom + validSeconds, holder }, key);
}

/** One key manager of the suite. */
export class TicketOffice {
  /** Requests that came, in order. */
  readonly requests: Heard[] = [];
  /** The ticket that was given last, by full JID. */
  readonly given = new Map<string, string>();
  /** What becomes of a request. Default: a good ticket. */
  answer: (request: Heard) => void;

  /**
   * @param peer Its session; it must open what comes.
   * @param key Signs the tickets.
   */
  constructor(readonly peer: Peer, readonly key: RsaPrivateKey) {
    this.answer = (request) => void this.give(request);
    peer.onHeard = (heard) => {
      if (heard.name !== "getTicket") return;
      this.requests.push(heard);
      this.answer(heard);
    };
  }

  /**
   * Answers a request.
   *
   * @param request The request.
   * @param traits How the ticket differs from a good one.
   * @param key Signs it. Default: the own key.
   * @returns The ticket.
   */
  give(
    request: Heard,
    traits: Partial<TicketTraits> = {},
    key: RsaPrivateKey = this.key,
  ): string {
    const ticket = makeTicket({ holder: request.from, nowMs: request.atMs, ...traits }, key);
    this.given.set(request.from, ticket);
    this.peer.say(request.from, { command: "storeTicket", ticket });
    return ticket;
  }
}
