/**
 * The method `ticket`: the client names a ticket by its digest and signs what the server asks it to.
 *
 * @module
 */

import { constants, publicDecrypt } from "node:crypto";
import type { AuthenticationContext, Proof } from "./identity_dialogue.ts";
import { ConnectionLost } from "./byte_stream.ts";
import { type Ticket, ticketMask, TicketStore } from "./tickets.ts";

/** Bytes that the client has to sign; new ones each time, so that no answer can be used again. */
const CHALLENGE_BYTES = 64;

/** Largest signature in bytes (a key of 16,384 bits). */
const LARGEST_SIGNATURE_BYTES = 2048;

/**
 * Speaks the dialogue of `ticket`, which goes on until a ticket is good or the client has no more.
 *
 * @param context The connection and the tickets.
 * @returns The digest, with the owner as the caller; `undefined` when no ticket was good.
 * @throws {ConnectionLost} The client sent what cannot be a signature, or left.
 */
export async function authenticateByTicket(
  context: AuthenticationContext,
): Promise<Proof | undefined> {
  const { reader, writer, storage, clock } = context;
  const tickets = new TicketStore(storage);
  for (;;) {
    await writer.flush();
    const digest = await reader.line();
    if (digest?.length !== 32) return undefined;
    const ticket = tickets.find(digest);
    if (ticket === undefined || ticket.expiresMs <= clock.now()) {
      writer.line("declined");
      continue;
    }
    if (await isSigned(ticket, context)) {
      writer.line("success");
      const mask = (directory: string) => ticketMask(ticket, directory);
      return { subject: digest, caller: { identity: ticket.owner, mask } };
    }
    writer.line("failure");
  }
}

/** Has the client sign new bytes: raw PKCS#1 v1.5 of block type 1, without a hash. */
async function isSigned(
  ticket: Ticket,
  { reader, writer, random }: AuthenticationContext,
): Promise<boolean> {
  const challenge = random.bytes(CHALLENGE_BYTES);
  writer.line(CHALLENGE_BYTES);
  writer.bytes(challenge);
  await writer.flush();
  const length = Number(await reader.line());
  if (!(length > 0 && length <= LARGEST_SIGNATURE_BYTES)) {
    throw new ConnectionLost(`Cannot take a signature of ${length} bytes`);
  }
  const signature = new Uint8Array(length);
  if (await reader.readFully(signature) < length) throw new ConnectionLost("Lost the client");
  try {
    const key = { key: ticket.publicKey, padding: constants.RSA_PKCS1_PADDING };
    const signed = publicDecrypt(key, signature);
    return signed.length === CHALLENGE_BYTES &&
      signed.every((byte, index) => byte === challenge[index]);
  } catch {
    return false;
  }
}
