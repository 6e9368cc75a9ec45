/**
 * The fields of documents that a client wants.
 *
 * @module
 */

import type { Document } from "bson";
import { find } from "mingo";
import { decodeTyped, encodeDocument, isDocument } from "../documents/codec.ts";
import { MongoFailure, refusing } from "../failure.ts";
import type { StoredDocument } from "../store/stored_document.ts";
import { MINGO } from "./mingo_options.ts";
import { retype } from "./retype.ts";

/** Writes the wanted fields of a document as BSON. */
export type Projector = (document: StoredDocument) => Uint8Array;

/**
 * Makes a projector.
 *
 * @param projection The client's projection; without one, or with an empty one, documents go out as they
 *   are stored.
 * @param condition The client's filter, to which the positional `$` refers.
 * @throws {MongoFailure} When the projection is wrong.
 */
export function projector(projection: Document | undefined, condition: Document): Projector {
  if (projection === undefined || Object.keys(projection).length === 0) return ({ bytes }) => bytes;
  checkMix(projection);
  // Wrong operators show only when they are used.
  refusing("BadValue", () => find([{}], {}, projection, MINGO).all());
  return ({ value, bytes }) => {
    const [found] = refusing("BadValue", () => find([value], condition, projection, MINGO).all());
    const { _id, ...rest } = isDocument(found) ? found : {};
    const projected = _id === undefined ? rest : { _id, ...rest };
    return encodeDocument(retype(projected, decodeTyped(bytes)));
  };
}

function checkMix(projection: Document): void {
  const plain = Object.entries(projection).filter(([path, value]) =>
    path !== "_id" && (typeof value === "number" || typeof value === "boolean")
  );
  const [first] = plain;
  if (first === undefined) return;
  const odd = plain.find(([, value]) => Boolean(value) !== Boolean(first[1]));
  if (odd === undefined) return;
  const [verb, kind] = odd[1] ? ["inclusion", "exclusion"] : ["exclusion", "inclusion"];
  throw new MongoFailure(
    odd[1] ? "Location31253" : "Location31254",
    `Cannot do ${verb} on field ${odd[0]} in ${kind} projection`,
  );
}
