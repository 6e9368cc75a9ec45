/**
 * Documents in BSON and as objects.
 *
 * @module
 */

import { deserialize, type DeserializeOptions, type Document, serialize } from "bson";
import { messageOf } from "../../../lib/error_message.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { MongoFailure } from "../failure.ts";

/** Lists in a command that stay BSON, so that documents keep their exact bytes. */
const RAW_LISTS: DeserializeOptions = {
  fieldsAsRaw: { documents: true, updates: true, deletes: true },
};

/** Reads a document; numbers become those of JavaScript where they fit. */
export function decodeDocument(bytes: Uint8Array, nesting = DEFAULT_LIMITS.nesting): Document {
  return decode(bytes, {}, nesting);
}

/** Reads a document; numbers keep their BSON types as objects. */
export function decodeTyped(bytes: Uint8Array): Document {
  // What is read so has been read before: its nesting is known to be allowed.
  return decode(bytes, { promoteValues: false }, Infinity);
}

/** Reads a command; the lists in it that are to be stored or executed one by one stay BSON. */
export function decodeCommand(bytes: Uint8Array, nesting: number): Document {
  return decode(bytes, RAW_LISTS, nesting);
}

function decode(bytes: Uint8Array, options: DeserializeOptions, nesting: number): Document {
  let document: Document;
  try {
    document = deserialize(bytes, options);
  } catch (error) {
    const reason = messageOf(error);
    throw new MongoFailure("InvalidBSON", `Cannot read BSON: ${reason}`);
  }
  if (isDeeper(document, nesting)) {
    throw new MongoFailure("Overflow", `BSONObj exceeds maximum nested object depth: ${nesting}`);
  }
  return document;
}

function isDeeper(value: unknown, nesting: number): boolean {
  if (nesting === Infinity || typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) {
    return nesting <= 0 || value.some((item) => isDeeper(item, nesting - 1));
  }
  if (!isDocument(value)) return false;
  if (nesting <= 0) return true;
  for (const name in value) if (isDeeper(value[name], nesting - 1)) return true;
  return false;
}

/** Whether a value is a document: neither a list nor a scalar of BSON. */
export function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * Writes a document.
 *
 * @param document The document; members that are undefined are left out.
 * @returns Its BSON.
 * @throws {MongoFailure} `InvalidBSON` when it holds what BSON cannot, such as a name with a NUL.
 */
export function encodeDocument(document: Document): Uint8Array {
  try {
    return serialize(document, { ignoreUndefined: true });
  } catch (error) {
    const reason = messageOf(error);
    throw new MongoFailure("InvalidBSON", `Cannot write BSON: ${reason}`);
  }
}
