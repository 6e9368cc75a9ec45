/**
 * Answers that hold stored documents as they are: their bytes are copied, not read and written anew.
 *
 * @module
 */

import type { Document } from "bson";
import { encodeDocument } from "./codec.ts";

const DOCUMENT = 0x03;
const ARRAY = 0x04;

/** A list of documents in BSON, to stand in an answer. */
export class RawList {
  /** @param documents The documents in BSON. */
  constructor(readonly documents: readonly Uint8Array[]) {}
}

/** A document in BSON, to stand in an answer. */
export class RawDocument {
  /** @param bytes The document in BSON. */
  constructor(readonly bytes: Uint8Array) {}
}

/**
 * Writes an answer.
 *
 * @param answer The answer; at its top, and at the top of its documents, lists may be raw.
 * @returns Its BSON.
 */
export function encodeAnswerDocument(answer: Document): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, value] of Object.entries(answer)) {
    if (value instanceof RawDocument) parts.push(head(DOCUMENT, name), value.bytes);
    else if (value instanceof RawList) parts.push(head(ARRAY, name), encodeList(value));
    else if (holdsRaw(value)) parts.push(head(DOCUMENT, name), encodeAnswerDocument(value));
    else if (value !== undefined) parts.push(encodeDocument({ [name]: value }).subarray(4, -1));
  }
  return wrap(parts);
}

/** Puts `_id` in front of a document that has none; the bytes of the rest stay as they are. */
export function withId(id: unknown, bytes: Uint8Array): Uint8Array {
  return wrap([encodeDocument({ _id: id }).subarray(4, -1), bytes.subarray(4, -1)]);
}

function holdsRaw(value: unknown): value is Document {
  return typeof value === "object" && value !== null &&
    Object.values(value).some((inner) => inner instanceof RawList);
}

function encodeList({ documents }: RawList): Uint8Array {
  return wrap(documents.flatMap((bytes, index) => [head(DOCUMENT, `${index}`), bytes]));
}

function head(type: number, name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  const bytes = new Uint8Array(text.length + 2);
  bytes[0] = type;
  bytes.set(text, 1);
  return bytes;
}

/** A document of elements that are written already. */
function wrap(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 5);
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setInt32(0, length, true);
  let at = 4;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
