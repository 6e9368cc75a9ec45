/**
 * The commands that read: `find`, `getMore`, `killCursors`, `count` and `distinct`.
 *
 * @module
 */

import { compareValues, sortBy } from "../documents/compare.ts";
import { keyOf } from "../documents/key.ts";
import { itemsAt } from "../documents/path.ts";
import { MongoFailure } from "../failure.ts";
import { Filter } from "../query/filter.ts";
import { projector } from "../query/project.ts";
import { select } from "../query/select.ts";
import type { StoredDocument } from "../store/stored_document.ts";
import type { Command } from "./command.ts";
import {
  collectionName,
  readCount,
  readDeadline,
  readDocument,
  readSort,
  readString,
  refuseOptions,
  wrongType,
} from "./fields.ts";

/** Finds documents, and answers with the first batch of them. */
export const find: Command = (request, context) => {
  const { command, database } = request;
  refuseOptions(command, "let", "min", "max", "returnKey", "showRecordId", "tailable", "awaitData");
  const name = collectionName(request);
  const collection = context.catalogue.find(database, name);
  const filter = new Filter(readDocument(command, "filter"));
  const project = projector(readDocument(command, "projection"), filter.source);
  const sort = readSort(command);
  const skip = readCount(command, "skip") ?? 0;
  const most = readCount(command, "limit") || Infinity;
  const found = select(collection, filter, readDeadline(command, context));
  const sorted = sort.length === 0
    ? found
    : sortBy([...found], sort, ({ value }) => value).values();
  const taken = sorted.drop(skip);
  // Taken now: the collection may have changed before the client asks for more.
  const documents = [...most === Infinity ? taken : taken.take(most)];
  return context.cursors.open({
    namespace: `${database}.${name}`,
    results: projected(documents, project),
    batchSize: readCount(command, "batchSize"),
    isSingleBatch: command["singleBatch"] === true,
  });
};

function* projected(
  documents: readonly StoredDocument[],
  project: (document: StoredDocument) => Uint8Array,
): Iterable<Uint8Array> {
  for (const document of documents) yield project(document);
}

/** Answers with the next batch of a cursor. */
export const getMore: Command = ({ command, database }, { cursors }) =>
  cursors.next(
    command["getMore"],
    `${database}.${readString(command, "collection")}`,
    readCount(command, "batchSize"),
  );

/** Closes cursors. */
export const killCursors: Command = ({ command }, { cursors }) => {
  const ids: unknown = command["cursors"];
  if (!Array.isArray(ids)) throw wrongType("cursors", ids, "array");
  const cursorsKilled = ids.filter((id) => cursors.kill(id));
  const cursorsNotFound = ids.filter((id) => !cursorsKilled.includes(id));
  return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] };
};

/** Counts documents. */
export const count: Command = (request, context) => {
  const { command, database } = request;
  refuseOptions(command);
  const collection = context.catalogue.find(database, collectionName(request));
  const filter = new Filter(readDocument(command, "query"));
  let n = 0;
  if (Object.keys(filter.source).length === 0) n = collection?.size ?? 0;
  else for (const _ of select(collection, filter, readDeadline(command, context))) n++;
  n = Math.max(0, n - (readCount(command, "skip") ?? 0));
  return { n: Math.min(n, readCount(command, "limit") || Infinity) };
};

/** Lists the values of a field, each once. */
export const distinct: Command = (request, context) => {
  const { command, database } = request;
  refuseOptions(command);
  const collection = context.catalogue.find(database, collectionName(request));
  const path = readString(command, "key");
  const filter = new Filter(readDocument(command, "query"));
  const values = new Map<string, unknown>();
  let sizeBytes = 0;
  for (const { value } of select(collection, filter, readDeadline(command, context))) {
    for (const item of itemsAt(value, path)) {
      const key = keyOf(item);
      if (item === undefined || values.has(key)) continue;
      sizeBytes += key.length;
      if (sizeBytes > context.limits.resultBytes || sizeBytes > context.limits.documentBytes) {
        throw new MongoFailure("BSONObjectTooLarge", "distinct too big, 16mb cap");
      }
      values.set(key, item);
    }
  }
  return { values: [...values.values()].sort(compareValues) };
};
