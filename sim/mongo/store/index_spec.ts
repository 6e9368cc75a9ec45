/**
 * What an index is, as clients describe it.
 *
 * @module
 */

import type { Document } from "bson";
import { isDocument } from "../documents/codec.ts";
import { compareValues } from "../documents/compare.ts";
import { MongoFailure } from "../failure.ts";

/** A field of an index, with its direction or the kind of the index. */
export type IndexKey = Readonly<Record<string, number | string>>;

/** An index as it was asked for. */
export interface IndexSpec {
  /** Its name, the only one in its collection. */
  readonly name: string;
  /** Its fields in their order. */
  readonly key: IndexKey;
  /** Whether no two documents may have the same values. */
  readonly unique: boolean;
  /** Whether documents without any of the fields are left out. */
  readonly sparse: boolean;
  /** Only documents that match this are in the index. */
  readonly partialFilterExpression: Document | undefined;
  /** What else was asked for; recorded and given back. */
  readonly rest: Document;
}

/** The index that each collection has. */
export const ID_INDEX: IndexSpec = {
  name: "_id_",
  key: { _id: 1 },
  unique: false,
  sparse: false,
  partialFilterExpression: undefined,
  rest: {},
};

/** Kinds of index that are looked up by equality. */
const EQUALITY_KINDS = new Set<unknown>(["hashed"]);
/** Kinds that are taken and recorded, so that sites can create them, and help no query. */
const RECORDED_KINDS = new Set<unknown>(["2d", "2dsphere"]);
/** Options that change what an index holds or for how long, and that this server cannot honour. */
const REFUSED_OPTIONS = ["expireAfterSeconds", "wildcardProjection", "collation"];

/**
 * Reads the description of an index.
 *
 * @param given What the client sent.
 * @returns The index.
 * @throws {MongoFailure} When it is none, or one that this server cannot keep.
 */
export function parseIndexSpec(given: Document): IndexSpec {
  const { key, name, unique = false, sparse = false, partialFilterExpression, ...rest } = given;
  delete rest["v"];
  delete rest["background"];
  delete rest["ns"];
  checkKey(key);
  const refused = REFUSED_OPTIONS.find((option) => rest[option] !== undefined);
  if (refused !== undefined) {
    throw new MongoFailure("CannotCreateIndex", `This server has no indexes with ${refused}`);
  }
  if (typeof name !== "string" || name === "" || name.length > 127) {
    throw new MongoFailure("CannotCreateIndex", "An index must have a name of 1 to 127 characters");
  }
  if (partialFilterExpression !== undefined && !isDocument(partialFilterExpression)) {
    throw new MongoFailure("TypeMismatch", "partialFilterExpression must be a document");
  }
  return {
    name,
    key: { ...key },
    unique: Boolean(unique),
    sparse: Boolean(sparse),
    partialFilterExpression,
    rest,
  };
}

function checkKey(key: unknown): asserts key is IndexKey {
  if (!isDocument(key) || Object.keys(key).length === 0 || Object.keys(key).length > 32) {
    throw new MongoFailure("CannotCreateIndex", "An index must have from 1 to 32 fields");
  }
  for (const [path, kind] of Object.entries(key)) {
    if (path === "" || path.split(".").some((name) => name === "" || name.startsWith("$"))) {
      throw new MongoFailure("CannotCreateIndex", `Cannot index a field of the name '${path}'`);
    }
    const isKnown = (typeof kind === "number" && kind !== 0) || EQUALITY_KINDS.has(kind) ||
      RECORDED_KINDS.has(kind);
    if (!isKnown) throw new MongoFailure("CannotCreateIndex", `Unknown index plugin '${kind}'`);
  }
}

/** Whether an index serves to find documents; the others are only recorded. */
export function isLookedUp({ key }: IndexSpec): boolean {
  return !Object.values(key).some((kind) => RECORDED_KINDS.has(kind));
}

/** An index as clients see it, and as it is stored. */
export function formatIndexSpec(spec: IndexSpec): Document {
  const { name, key, unique, sparse, partialFilterExpression, rest } = spec;
  return {
    v: 2,
    key: { ...key },
    name,
    ...(unique ? { unique } : {}),
    ...(sparse ? { sparse } : {}),
    ...(partialFilterExpression === undefined ? {} : { partialFilterExpression }),
    ...rest,
  };
}

/** Whether two indexes have the same fields in the same order. */
export function hasSameKey(left: IndexKey, right: IndexKey): boolean {
  return compareValues({ ...left }, { ...right }) === 0;
}
