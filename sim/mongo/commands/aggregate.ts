/**
 * The command `aggregate`.
 *
 * @module
 */

import type { Document } from "bson";
import { Aggregator } from "mingo";
import { decodeDocument, encodeDocument, isDocument } from "../documents/codec.ts";
import { MongoFailure, refusing } from "../failure.ts";
import { Filter } from "../query/filter.ts";
import { MINGO } from "../query/mingo_options.ts";
import { select } from "../query/select.ts";
import type { StoredDocument } from "../store/stored_document.ts";
import type { Command, CommandContext, CommandRequest } from "./command.ts";
import {
  collectionName,
  readCount,
  readDeadline,
  readDocument,
  readDocuments,
  refuseOptions,
  wrongType,
} from "./fields.ts";

/** Stages that only read the documents they are given. */
const PURE_STAGES = ["$match", "$group", "$sort", "$limit", "$skip", "$count", "$sortByCount"];
/** Stages that are known: those of mingo, but for those that write and `$documents`. */
const STAGES = new Set([
  ...PURE_STAGES,
  ...["$addFields", "$bucket", "$bucketAuto", "$densify", "$facet", "$fill", "$graphLookup"],
  ...["$lookup", "$project", "$redact", "$replaceRoot", "$replaceWith", "$sample", "$set"],
  ...["$setWindowFields", "$unionWith", "$unset", "$unwind"],
]);

/** Runs a pipeline over a collection. */
export const aggregate: Command = (request, context) => {
  const { command, database } = request;
  refuseOptions(command, "let", "explain");
  if (command["aggregate"] === 1) {
    throw new MongoFailure("CommandNotSupported", "This server aggregates collections only");
  }
  const cursor = command["cursor"];
  if (!isDocument(cursor)) throw wrongType("cursor", cursor, "object");
  const pipeline = readDocuments(command, "pipeline");
  checkPipeline(pipeline, context.limits.pipelineStages);
  return context.cursors.open({
    namespace: `${database}.${collectionName(request)}`,
    results: runPipeline(pipeline, request, context),
    batchSize: readCount(readDocument(command, "cursor"), "batchSize"),
  });
};

function checkPipeline(pipeline: readonly Document[], mostStages: number): void {
  if (pipeline.length > mostStages) {
    throw new MongoFailure(
      "FailedToParse",
      `Pipeline length must be no longer than ${mostStages} stages`,
    );
  }
  for (const stage of pipeline) {
    const [name, ...more] = Object.keys(stage);
    if (name === undefined || more.length > 0) {
      throw new MongoFailure(
        "Location40323",
        "A pipeline stage specification object must contain exactly one field.",
      );
    }
    if (!STAGES.has(name)) {
      throw new MongoFailure("Location40324", `Unrecognized pipeline stage name: '${name}'`);
    }
  }
}

function runPipeline(
  pipeline: readonly Document[],
  request: CommandRequest,
  context: CommandContext,
): readonly Uint8Array[] {
  const { command, database } = request;
  const collection = context.catalogue.find(database, collectionName(request));
  const [first] = pipeline;
  // The first `$match` may use an index.
  const match = first !== undefined && isDocument(first["$match"]) ? first["$match"] : undefined;
  const stages = match === undefined ? pipeline : pipeline.slice(1);
  const deadline = readDeadline(command, context);
  const found = select(collection, new Filter(match ?? {}), deadline);
  // Most stages write into what they are given, so they are given documents of their own.
  const isPure = stages.every((stage) => PURE_STAGES.some((name) => name in stage));
  const collectionResolver = (name: string) =>
    [...context.catalogue.find(database, name)?.documents ?? []].map(copyOf);
  if (stages.length === 0) return [...found.map(({ bytes }) => bytes)];
  return refusing("BadValue", () => {
    const aggregator = new Aggregator([...stages], { ...MINGO, collectionResolver });
    const results = aggregator.stream(found.map(isPure ? ({ value }) => value : copyOf));
    return encodeResults(results, context.limits.resultBytes);
  });
}

function copyOf({ bytes }: StoredDocument): Document {
  return decodeDocument(bytes, Infinity);
}

function encodeResults(
  results: { next(): { readonly done: boolean; readonly value?: unknown } },
  mostBytes: number,
): readonly Uint8Array[] {
  const encoded: Uint8Array[] = [];
  let sizeBytes = 0;
  for (let next = results.next(); !next.done; next = results.next()) {
    const bytes = encodeDocument(isDocument(next.value) ? next.value : {});
    sizeBytes += bytes.length;
    if (sizeBytes > mostBytes) {
      throw new MongoFailure("ExceededMemoryLimit", `Cannot return more than ${mostBytes} bytes`);
    }
    encoded.push(bytes);
  }
  return encoded;
}
