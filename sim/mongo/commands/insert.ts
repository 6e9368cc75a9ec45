/**
 * The command `insert`.
 *
 * @module
 */

import { decodeDocument, decodeTyped, encodeDocument } from "../documents/codec.ts";
import { withId } from "../documents/raw.ts";
import { MongoFailure } from "../failure.ts";
import { checkSize, dollarName } from "../query/update.ts";
import type { NewDocument } from "../store/collection.ts";
import { runBatch } from "./batch.ts";
import { type Command, type CommandContext, newObjectId } from "./command.ts";
import { collectionName } from "./fields.ts";

/** Puts documents into a collection, which is made where it is missing. */
export const insert: Command = (request, context) => {
  const collection = context.catalogue.findOrCreate(request.database, collectionName(request));
  let n = 0;
  const errors = runBatch(request, "documents", context, (bytes) => {
    collection.insert(prepare(bytes, context));
    n++;
  });
  return { n, ...errors };
};

/** A document as it is stored: with its `_id`, which stands first. */
function prepare(bytes: Uint8Array, context: CommandContext): NewDocument {
  const { documentBytes, nesting } = context.limits;
  checkSize(bytes, documentBytes);
  const value = decodeDocument(bytes, nesting);
  const names = Object.keys(value);
  const odd = names.find((name) => name.startsWith("$"));
  if (odd !== undefined) throw dollarName(odd);
  checkId(value["_id"]);
  // The bytes belong to the message, whose buffer is used again; `slice` of a Buffer would not copy.
  if (names[0] === "_id") return { bytes: new Uint8Array(bytes), value };
  if (value["_id"] === undefined) {
    const id = newObjectId(context);
    return { bytes: withId(id, bytes), value: { ...value, _id: id } };
  }
  const { _id, ...rest } = decodeTyped(bytes);
  return { bytes: encodeDocument({ _id, ...rest }), value };
}

/** @throws {MongoFailure} `InvalidIdField` when a value can be no `_id`. */
export function checkId(id: unknown): void {
  const odd = Array.isArray(id) ? "array" : id instanceof RegExp ? "regex" : undefined;
  if (odd !== undefined) {
    throw new MongoFailure("InvalidIdField", `The '_id' value cannot be of type ${odd}`);
  }
}
