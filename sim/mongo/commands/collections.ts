/**
 * The commands about databases and collections as such.
 *
 * @module
 */

import type { Document } from "bson";
import { encodeDocument } from "../documents/codec.ts";
import { MongoFailure } from "../failure.ts";
import { Filter } from "../query/filter.ts";
import type { Collection } from "../store/collection.ts";
import { checkDatabase } from "../store/catalogue.ts";
import type { Command } from "./command.ts";
import { collectionName, readCount, readDocument, refuseOptions } from "./fields.ts";
import { ID_INDEX_DOCUMENT } from "./indexes.ts";

/** Makes an empty collection. */
export const create: Command = (request, { catalogue }) => {
  const { command, database } = request;
  refuseOptions(command, "capped", "timeseries", "viewOn", "validator", "clusteredIndex");
  refuseOptions(command, "expireAfterSeconds");
  const name = collectionName(request);
  if (catalogue.find(database, name) !== undefined) {
    throw new MongoFailure("NamespaceExists", `Collection ${database}.${name} already exists.`);
  }
  catalogue.findOrCreate(database, name);
  return {};
};

/** Removes a collection; one that is not there is no error, as of MongoDB 7. */
export const drop: Command = (request, { catalogue }) => {
  const collection = catalogue.find(request.database, collectionName(request));
  if (collection === undefined) return {};
  const nIndexesWas = collection.indexes.length;
  catalogue.drop(collection);
  return { nIndexesWas, ns: collection.namespace };
};

/** Removes a database. */
export const dropDatabase: Command = ({ database }, { catalogue }) => {
  checkDatabase(database);
  const collections = catalogue.collectionsOf(database);
  for (const collection of collections) catalogue.drop(collection);
  return collections.length > 0 ? { dropped: database } : {};
};

/** Lists the collections of a database. */
export const listCollections: Command = ({ command, database }, { catalogue, cursors }) => {
  checkDatabase(database);
  const filter = new Filter(readDocument(command, "filter"));
  const entries = catalogue.collectionsOf(database).map(({ name }) => entryOf(name))
    .filter((entry) => filter.matches(entry));
  const shown = command["nameOnly"] === true
    ? entries.map(({ name, type }) => ({ name, type }))
    : entries;
  return cursors.open({
    namespace: `${database}.$cmd.listCollections`,
    results: shown.map(encodeDocument),
    batchSize: readCount(readDocument(command, "cursor"), "batchSize"),
  });
};

function entryOf(name: string): Document {
  return {
    name,
    type: "collection",
    options: {},
    info: { readOnly: false },
    idIndex: ID_INDEX_DOCUMENT,
  };
}

/** Lists the databases. */
export const listDatabases: Command = ({ command }, { catalogue }) => {
  const filter = new Filter(readDocument(command, "filter"));
  const databases = catalogue.databases.map((name) => ({
    name,
    sizeOnDisk: catalogue.collectionsOf(name).reduce((sum, each) => sum + sizeOf(each), 0),
    empty: false,
  })).filter((entry) => filter.matches(entry));
  if (command["nameOnly"] === true) return { databases: databases.map(({ name }) => ({ name })) };
  const totalSize = databases.reduce((sum, { sizeOnDisk }) => sum + sizeOnDisk, 0);
  return { databases, totalSize, totalSizeMb: Math.floor(totalSize / 1024 ** 2) };
};

function sizeOf(collection: Collection): number {
  let sizeBytes = 0;
  for (const { bytes } of collection.documents) sizeBytes += bytes.length;
  return sizeBytes;
}
