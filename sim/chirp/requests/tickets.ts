/**
 * Requests on tickets: register, modify, delete, list, get.
 *
 * @module
 */

import { encodePath } from "../../../lib/chirp/wire.ts";
import { denied, invalid } from "../failure.ts";
import type { Session } from "../session.ts";
import { bytesOfLatin1, latin1Of } from "../small_file.ts";
import { LARGEST_KEY_BYTES, type Ticket, TicketStore } from "../tickets.ts";
import { receiveData } from "../transfer.ts";
import { answerBytes, DONE, request, type RequestTable } from "./request.ts";

/** Requests on tickets. */
export const ticketRequests: RequestTable = {
  ticket_register: request(
    ["word", "number", "number"],
    async (session, subject, lifetimeS, lengthBytes) => {
      if (lengthBytes < 0) throw invalid(`length ${lengthBytes}`);
      const key = new Uint8Array(Math.min(lengthBytes, LARGEST_KEY_BYTES));
      await receiveData(session, lengthBytes, (offset, piece) => {
        if (lengthBytes > LARGEST_KEY_BYTES) throw invalid(`key of ${lengthBytes} bytes`);
        key.set(piece, offset);
      });
      const owner = ownerOf(session, subject);
      const expiresMs = session.server.clock.now() + lifetimeS * 1000;
      ticketsOf(session).add({ owner, expiresMs, publicKey: latin1Of(key), rights: [] });
      return DONE;
    },
  ),

  ticket_modify: request(["word", "path", "word"], (session, name, path, letters) => {
    const { digest, ticket } = ownTicket(session, name);
    ticketsOf(session).grant(digest, ticket, path, letters);
    return DONE;
  }),

  ticket_delete: request(["word"], (session, name) => {
    const { digest } = ownTicket(session, name);
    ticketsOf(session).remove(digest);
    return DONE;
  }),

  ticket_list: request(["word"], (session, subject) => {
    const owner = ownerOf(session, subject);
    const tickets = ticketsOf(session);
    session.writer.line(DONE);
    for (const digest of tickets.digests()) {
      if (tickets.find(digest)?.owner === owner) {
        answerBytes(session, bytesOfLatin1(`ticket:${digest}`));
      }
    }
    session.writer.line(DONE);
  }),

  ticket_get: request(["word"], (session, name) => {
    const { ticket } = ownTicket(session, name);
    const leftS = Math.max(0, Math.ceil((ticket.expiresMs - session.server.clock.now()) / 1000));
    session.writer.line(DONE);
    answerBytes(session, bytesOfLatin1(ticket.owner));
    answerBytes(session, bytesOfLatin1(ticket.publicKey));
    session.writer.line(leftS);
    for (const [path, letters] of ticket.rights) {
      session.writer.line(`${encodePath(path)} ${letters}`);
    }
    session.writer.line(DONE);
  }),
};

function ticketsOf(session: Session): TicketStore {
  return new TicketStore(session.storage);
}

/** The identity that a word means; only a superuser may mean somebody else. */
function ownerOf(session: Session, subject: string): string {
  const { caller, server } = session;
  // A ticket's holder has a part of its owner's rights and must not make more of it.
  if (caller.mask !== undefined) throw denied("tickets by a ticket");
  if (subject === "self" || subject === caller.identity) return caller.identity;
  if (caller.identity !== server.policy.superuser) throw denied(`tickets of ${subject}`);
  return subject;
}

function ownTicket(
  session: Session,
  name: string,
): { readonly digest: string; readonly ticket: Ticket } {
  const found = ticketsOf(session).need(name);
  ownerOf(session, found.ticket.owner);
  return found;
}
