/**
 * The commands `createIndexes`, `listIndexes` and `dropIndexes`.
 *
 * @module
 */

import type { Document } from "bson";
import { encodeDocument, isDocument } from "../documents/codec.ts";
import { compareValues } from "../documents/compare.ts";
import { MongoFailure } from "../failure.ts";
import type { Collection } from "../store/collection.ts";
import {
  formatIndexSpec,
  hasSameKey,
  ID_INDEX,
  type IndexSpec,
  parseIndexSpec,
} from "../store/index_spec.ts";
import type { Command, CommandContext, CommandRequest } from "./command.ts";
import { collectionName, readCount, readDocument, readDocuments, wrongType } from "./fields.ts";

/** Adds indexes; those that are there already are left as they are. */
export const createIndexes: Command = (request, { catalogue, limits }) => {
  const { command, database } = request;
  const name = collectionName(request);
  const existing = catalogue.find(database, name);
  const specs = readDocuments(command, "indexes").map(parseIndexSpec);
  if (specs.length === 0) throw new MongoFailure("BadValue", "Must specify at least one index");
  const collection = existing ?? catalogue.findOrCreate(database, name);
  const numIndexesBefore = collection.indexes.length;
  for (const spec of specs) {
    if (isThere(spec, collection.indexes)) continue;
    if (collection.indexes.length >= limits.indexes) {
      throw new MongoFailure(
        "CannotCreateIndex",
        `Cannot have more than ${limits.indexes} indexes`,
      );
    }
    collection.addIndex(spec);
  }
  const numIndexesAfter = collection.indexes.length;
  return {
    numIndexesBefore,
    numIndexesAfter,
    createdCollectionAutomatically: existing === undefined,
    ...(numIndexesAfter === numIndexesBefore ? { note: "all indexes already exist" } : {}),
  };
};

/** @throws {MongoFailure} When an index of the same name or key is another one. */
function isThere(spec: IndexSpec, indexes: readonly IndexSpec[]): boolean {
  if (hasSameKey(spec.key, ID_INDEX.key)) return true;
  const found = indexes.find(({ name, key }) => name === spec.name || hasSameKey(key, spec.key));
  if (found === undefined) return false;
  if (!hasSameKey(found.key, spec.key)) {
    throw new MongoFailure(
      "IndexKeySpecsConflict",
      `An existing index has the same name as the requested index: ${spec.name}`,
    );
  }
  if (found.name !== spec.name) {
    throw new MongoFailure(
      "IndexOptionsConflict",
      `Index already exists with a different name: ${found.name}`,
    );
  }
  if (compareValues(formatIndexSpec(found), formatIndexSpec(spec)) === 0) return true;
  throw new MongoFailure(
    "IndexKeySpecsConflict",
    `An existing index has the same name and other options: ${spec.name}`,
  );
}

/** Lists the indexes of a collection. */
export const listIndexes: Command = (request, { catalogue, cursors }) => {
  const collection = existingCollection(request, catalogue);
  return cursors.open({
    namespace: collection.namespace,
    results: collection.indexes.map((spec) => encodeDocument(formatIndexSpec(spec))),
    batchSize: readCount(readDocument(request.command, "cursor"), "batchSize"),
  });
};

/** Takes indexes away: one by its name or fields, several by their names, or all with `*`. */
export const dropIndexes: Command = (request, { catalogue }) => {
  const collection = existingCollection(request, catalogue);
  const nIndexesWas = collection.indexes.length;
  for (const name of namesToDrop(collection, request.command["index"])) collection.dropIndex(name);
  return { nIndexesWas };
};

function namesToDrop(collection: Collection, index: unknown): readonly string[] {
  const droppable = collection.indexes.filter((spec) => spec !== ID_INDEX);
  if (index === "*") return droppable.map(({ name }) => name);
  const wanted: readonly unknown[] = Array.isArray(index) ? index : [index];
  return wanted.map((one) => {
    const isWanted = (spec: IndexSpec) =>
      isDocument(one) ? hasSameKey(spec.key, one) : spec.name === one;
    if (isWanted(ID_INDEX)) throw new MongoFailure("InvalidOptions", "cannot drop _id index");
    const found = droppable.find(isWanted);
    if (found !== undefined) return found.name;
    if (typeof one !== "string" && !isDocument(one)) throw wrongType("index", one, "string");
    throw isDocument(one)
      ? new MongoFailure("IndexNotFound", `can't find index with key: ${JSON.stringify(one)}`)
      : new MongoFailure("IndexNotFound", `index not found with name [${one}]`);
  });
}

function existingCollection(
  request: CommandRequest,
  catalogue: CommandContext["catalogue"],
): Collection {
  const name = collectionName(request);
  const collection = catalogue.find(request.database, name);
  if (collection !== undefined) return collection;
  throw new MongoFailure("NamespaceNotFound", `ns does not exist: ${request.database}.${name}`);
}

/** The index on `_id`, as lists of collections tell it. */
export const ID_INDEX_DOCUMENT: Document = formatIndexSpec(ID_INDEX);
