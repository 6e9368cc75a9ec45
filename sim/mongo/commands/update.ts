/**
 * The commands `update` and `findAndModify`.
 *
 * @module
 */

import type { Document } from "bson";
import { decodeDocument, decodeTyped } from "../documents/codec.ts";
import { sortBy, type SortField } from "../documents/compare.ts";
import { RawDocument } from "../documents/raw.ts";
import { MongoFailure } from "../failure.ts";
import { Filter } from "../query/filter.ts";
import { projector } from "../query/project.ts";
import { select } from "../query/select.ts";
import { Update } from "../query/update.ts";
import type { Collection } from "../store/collection.ts";
import type { StoredDocument } from "../store/stored_document.ts";
import { runBatch } from "./batch.ts";
import { type Command, type CommandContext, newObjectId } from "./command.ts";
import {
  collectionName,
  readDeadline,
  readDocument,
  readDocuments,
  readSort,
  refuseOptions,
} from "./fields.ts";
import { checkId } from "./insert.ts";

/** Changes documents. */
export const update: Command = (request, context) => {
  refuseOptions(request.command, "let");
  const collection = context.catalogue.findOrCreate(request.database, collectionName(request));
  const upserted: Document[] = [];
  let [n, nModified] = [0, 0];
  const errors = runBatch(request, "updates", context, (bytes, index) => {
    const done = runUpdate(bytes, collection, context);
    n += done.matched;
    nModified += done.modified;
    if (done.upsertedId !== undefined) upserted.push({ index, _id: done.upsertedId });
  });
  return { n, nModified, ...(upserted.length > 0 ? { upserted } : {}), ...errors };
};

interface UpdateOutcome {
  readonly matched: number;
  readonly modified: number;
  readonly upsertedId?: unknown;
}

function runUpdate(
  bytes: Uint8Array,
  collection: Collection,
  context: CommandContext,
): UpdateOutcome {
  const operation = decodeDocument(bytes, context.limits.nesting);
  refuseOptions(operation);
  const filter = new Filter(readDocument(operation, "q"));
  const change = new Update({
    filter,
    update: operation["u"],
    typedUpdate: decodeTyped(bytes)["u"],
    arrayFilters: readDocuments(operation, "arrayFilters"),
    nowMs: context.clock.now(),
    documentBytes: context.limits.documentBytes,
  });
  const isMulti = operation["multi"] === true;
  if (isMulti && change.isReplacement) {
    throw new MongoFailure(
      "FailedToParse",
      "multi update is not supported for replacement-style update",
    );
  }
  // Found first and changed then, so that no document is met twice.
  const found = isMulti
    ? [...select(collection, filter)]
    : first(collection, filter, readSort(operation));
  let modified = 0;
  for (const document of found) {
    const updated = change.apply(document);
    if (updated === undefined) continue;
    collection.replace(document, updated);
    modified++;
  }
  if (found.length > 0 || operation["upsert"] !== true) return { matched: found.length, modified };
  const inserted = upsert(collection, change, context);
  return { matched: 1, modified: 0, upsertedId: inserted.value["_id"] };
}

function first(
  collection: Collection | undefined,
  filter: Filter,
  sort: readonly SortField[],
): StoredDocument[] {
  const found = select(collection, filter);
  return sort.length === 0
    ? [...found.take(1)]
    : sortBy([...found], sort, ({ value }) => value).slice(0, 1);
}

function upsert(
  collection: Collection,
  change: Update,
  context: CommandContext,
): StoredDocument {
  const made = change.insertion(() => newObjectId(context));
  checkId(made.value["_id"]);
  return collection.insert(made);
}

/** Changes or removes one document, and answers with it. */
export const findAndModify: Command = (request, context) => {
  const { command, database } = request;
  refuseOptions(command, "let");
  readDeadline(command, context);
  const filter = new Filter(readDocument(command, "query"));
  const project = projector(readDocument(command, "fields"), filter.source);
  const isRemoval = command["remove"] === true;
  if (isRemoval === (command["update"] !== undefined)) {
    throw new MongoFailure("FailedToParse", "Either an update or remove=true must be specified");
  }
  const name = collectionName(request);
  const collection = context.catalogue.find(database, name);
  const [document] = first(collection, filter, readSort(command));
  const answer = (value: StoredDocument | undefined, lastErrorObject: Document) => ({
    lastErrorObject,
    value: value === undefined ? null : new RawDocument(project(value)),
  });
  if (isRemoval) {
    if (document !== undefined) collection?.remove(document);
    return answer(document, { n: document === undefined ? 0 : 1 });
  }
  const change = new Update({
    filter,
    update: command["update"],
    arrayFilters: readDocuments(command, "arrayFilters"),
    nowMs: context.clock.now(),
    documentBytes: context.limits.documentBytes,
  });
  const isNew = command["new"] === true;
  if (document !== undefined && collection !== undefined) {
    const updated = change.apply(document);
    const after = updated === undefined ? document : collection.replace(document, updated);
    return answer(isNew ? after : document, { n: 1, updatedExisting: true });
  }
  if (command["upsert"] !== true) return answer(undefined, { n: 0, updatedExisting: false });
  const inserted = upsert(context.catalogue.findOrCreate(database, name), change, context);
  const upserted = inserted.value["_id"];
  return answer(isNew ? inserted : undefined, { n: 1, updatedExisting: false, upserted });
};

/** Removes documents. */
export const remove: Command = (request, context) => {
  refuseOptions(request.command, "let");
  const collection = context.catalogue.find(request.database, collectionName(request));
  let n = 0;
  const errors = runBatch(request, "deletes", context, (bytes) => {
    const operation = decodeDocument(bytes, context.limits.nesting);
    refuseOptions(operation);
    const { limit } = operation;
    if (limit !== 0 && limit !== 1) {
      throw new MongoFailure(
        "FailedToParse",
        `The limit field in delete objects must be 0 or 1. Got ${limit}`,
      );
    }
    const found = select(collection, new Filter(readDocument(operation, "q")));
    for (const document of [...limit === 1 ? found.take(1) : found]) {
      collection?.remove(document);
      n++;
    }
  });
  return { n, ...errors };
};
