/**
 * Messages to clients.
 *
 * @module
 */

import { crc32c } from "./crc32c.ts";
import { HEADER_BYTES } from "./framer.ts";
import { FLAGS, type Incoming, OP_MSG, OP_REPLY } from "./message.ts";

/**
 * Puts an answer into the form that fits the message it answers.
 *
 * @param to The message.
 * @param document The answer as BSON.
 * @param responseId Number of the answer.
 * @returns The answer as it goes over the wire.
 */
export function encodeAnswer(to: Incoming, document: Uint8Array, responseId: number): Uint8Array {
  return to.form === "msg"
    ? encodeMsg(to, document, responseId)
    : encodeReply(to, document, responseId);
}

function encodeMsg(to: Incoming, document: Uint8Array, responseId: number): Uint8Array {
  const prefix = HEADER_BYTES + 5;
  const end = prefix + document.length;
  const bytes = new Uint8Array(end + (to.hasChecksum ? 4 : 0));
  const view = writeHeader(bytes, { responseId, responseTo: to.requestId, opcode: OP_MSG });
  view.setInt32(HEADER_BYTES, to.hasChecksum ? FLAGS.checksumPresent : 0, true);
  bytes.set(document, prefix);
  if (to.hasChecksum) view.setUint32(end, crc32c(bytes.subarray(0, end)), true);
  return bytes;
}

/** Flags, cursor and position before the documents of an OP_REPLY. */
const REPLY_BYTES = 4 + 8 + 4 + 4;

function encodeReply(to: Incoming, document: Uint8Array, responseId: number): Uint8Array {
  const prefix = HEADER_BYTES + REPLY_BYTES;
  const bytes = new Uint8Array(prefix + document.length);
  const view = writeHeader(bytes, { responseId, responseTo: to.requestId, opcode: OP_REPLY });
  view.setInt32(prefix - 4, 1, true);
  bytes.set(document, prefix);
  return bytes;
}

interface Header {
  readonly responseId: number;
  readonly responseTo: number;
  readonly opcode: number;
}

function writeHeader(bytes: Uint8Array, { responseId, responseTo, opcode }: Header): DataView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setInt32(0, bytes.length, true);
  view.setInt32(4, responseId, true);
  view.setInt32(8, responseTo, true);
  view.setInt32(12, opcode, true);
  return view;
}
