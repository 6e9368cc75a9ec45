/**
 * What an update makes of a document.
 *
 * @module
 */

import { type Document, Timestamp } from "bson";
import { updateOne as updateByPipeline } from "mingo";
import { updateOne } from "mingo/updater";
import { decodeDocument, decodeTyped, encodeDocument, isDocument } from "../documents/codec.ts";
import { keyOf } from "../documents/key.ts";
import { MongoFailure, refusing } from "../failure.ts";
import type { NewDocument } from "../store/collection.ts";
import type { StoredDocument } from "../store/stored_document.ts";
import type { Filter } from "./filter.ts";
import { isOperatorDocument } from "./filter.ts";
import { MINGO } from "./mingo_options.ts";
import { checkModifier, checkTargets } from "./modifier_paths.ts";
import { retype } from "./retype.ts";

/** Options of {@linkcode Update}. */
export interface UpdateOptions {
  /** Which documents are updated; positional paths refer to it. */
  readonly filter: Filter;
  /** The update: a replacement, operators, or a pipeline. */
  readonly update: unknown;
  /** The update with typed numbers; default: the types follow the values. */
  readonly typedUpdate?: unknown;
  /** Which items of lists `$[name]` means; default none. */
  readonly arrayFilters?: readonly Document[] | undefined;
  /** Now, in milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** Largest document in bytes. */
  readonly documentBytes: number;
}

/** Stages that a pipeline in an update may have. */
const PIPELINE_STAGES = new Set(
  ["$addFields", "$set", "$project", "$unset", "$replaceRoot", "$replaceWith"],
);

/** An update, checked and ready to be applied to any number of documents. */
export class Update {
  readonly #options: UpdateOptions;
  readonly #kind: "replacement" | "operators" | "pipeline";
  readonly #modifier: Document;
  readonly #onInsert: Document;
  /** The `_id` that `$set` demands; mingo never sets one. */
  readonly #setId: unknown;
  readonly #insertId: unknown;

  /**
   * @param options See {@linkcode UpdateOptions}.
   * @throws {MongoFailure} When the update is wrong.
   */
  constructor(options: UpdateOptions) {
    const { update, nowMs } = options;
    this.#options = options;
    this.#modifier = {};
    this.#onInsert = {};
    if (Array.isArray(update)) {
      this.#kind = "pipeline";
      checkPipeline(update);
    } else if (isOperatorDocument(update)) {
      this.#kind = "operators";
      checkModifier(update);
      const { $set = {}, $setOnInsert = {}, ...others } = update;
      const { _id: setId, ...set } = $set;
      const { _id: insertId, ...insertSet } = $setOnInsert;
      const isOnId = (path: string) => path === "_id" || path.startsWith("_id.");
      const paths = [...Object.values(others), set].flatMap((fields) => Object.keys(fields));
      if (paths.some(isOnId)) throw immutableId();
      this.#setId = setId;
      this.#insertId = setId ?? insertId;
      this.#modifier = withDates({ ...others, $set: set }, nowMs);
      this.#onInsert = { $set: insertSet };
    } else if (isDocument(update)) {
      this.#kind = "replacement";
      const odd = Object.keys(update).find((name) => name.startsWith("$"));
      if (odd !== undefined) throw dollarName(odd);
    } else {
      throw new MongoFailure(
        "FailedToParse",
        "Update argument must be either an object or an array",
      );
    }
  }

  /** Whether the update replaces a whole document, which it may do with one only. */
  get isReplacement(): boolean {
    return this.#kind === "replacement";
  }

  /**
   * Applies the update.
   *
   * @param document The document.
   * @returns The new one; `undefined` when it is as the old one.
   * @throws {MongoFailure} When it cannot be applied to this document.
   */
  apply({ bytes, idKey }: StoredDocument): NewDocument | undefined {
    if (this.#setId !== undefined && keyOf(this.#setId) !== idKey) throw immutableId();
    const updated = this.#result(bytes, this.#options.filter.source, this.#modifier);
    if (keyOf(updated.value["_id"]) !== idKey) throw immutableId();
    return isSame(updated.bytes, bytes) ? undefined : updated;
  }

  /**
   * Makes the document of an upsert: the equalities of the filter, then the update.
   *
   * @param nextId Gives the `_id` where neither has one.
   * @throws {MongoFailure} When the document cannot be made.
   */
  insertion(nextId: () => unknown): NewDocument {
    const fields = equalFields(this.#options.filter.source);
    const wantedId = fields["_id"] ?? this.#insertId;
    const start = this.#kind === "replacement" ? {} : fields;
    if (wantedId !== undefined) start["_id"] = wantedId;
    const first = this.#result(encodeDocument(start), {}, this.#modifier);
    const made = this.#kind === "operators"
      ? this.#withOperators(first.bytes, {}, this.#onInsert)
      : first;
    const insertId = this.#insertId ?? wantedId;
    if (insertId !== undefined && keyOf(insertId) !== keyOf(wantedId)) throw immutableId();
    if (wantedId !== undefined && keyOf(made.value["_id"]) !== keyOf(wantedId)) throw immutableId();
    if (made.value["_id"] !== undefined) return made;
    return this.#encoded({ _id: nextId(), ...decodeTyped(made.bytes) });
  }

  #result(bytes: Uint8Array, condition: Document, modifier: Document): NewDocument {
    if (this.#kind === "replacement") return this.#replacement(bytes);
    if (this.#kind === "operators") return this.#withOperators(bytes, condition, modifier);
    const stages = this.#options.update as Document[];
    const documents = [decodeDocument(bytes, Infinity)];
    refusing("BadValue", () => updateByPipeline(documents, {}, stages as never, {}, MINGO));
    return this.#encoded(retype(documents[0] ?? {}, decodeTyped(bytes)));
  }

  #replacement(bytes: Uint8Array): NewDocument {
    const { _id, ...rest } = (this.#options.typedUpdate ?? this.#options.update) as Document;
    const id = _id ?? decodeTyped(bytes)["_id"];
    return this.#encoded(id === undefined ? rest : { _id: id, ...rest });
  }

  #withOperators(bytes: Uint8Array, condition: Document, modifier: Document): NewDocument {
    const documents = [decodeDocument(bytes, Infinity)];
    checkTargets(documents[0] ?? {}, modifier);
    const arrayFilters = [...this.#options.arrayFilters ?? []];
    // Only the positional `$` asks which item the filter met; without it the filter need not be read.
    const query = usesPosition(modifier) ? condition : {};
    refusing(
      "BadValue",
      () => updateOne(documents, query, modifier, { arrayFilters, cloneMode: "deep" }, MINGO),
    );
    const model = overlay(decodeTyped(bytes), this.#options.typedUpdate);
    return this.#encoded(retype(documents[0] ?? {}, model));
  }

  #encoded(typedDocument: Document): NewDocument {
    const { _id, ...rest } = typedDocument;
    const bytes = encodeDocument(_id === undefined ? rest : { _id, ...rest });
    checkSize(bytes, this.#options.documentBytes);
    return { bytes, value: decodeDocument(bytes) };
  }
}

/** @throws {MongoFailure} `BSONObjectTooLarge` when a document is. */
export function checkSize(bytes: Uint8Array, limitBytes: number): void {
  if (bytes.length <= limitBytes) return;
  throw new MongoFailure(
    "BSONObjectTooLarge",
    `BSONObj size: ${bytes.length} is invalid. Size must be between 0 and ${limitBytes}`,
  );
}

/** An error about a name that only operators have. */
export function dollarName(name: string): MongoFailure {
  return new MongoFailure(
    "DollarPrefixedFieldName",
    `The dollar ($) prefixed field '${name}' in '${name}' is not valid for storage.`,
  );
}

function immutableId(): MongoFailure {
  return new MongoFailure(
    "ImmutableField",
    "Performing an update on the path '_id' would modify the immutable field '_id'",
  );
}

function checkPipeline(stages: readonly unknown[]): void {
  for (const stage of stages) {
    const [name, ...more] = isDocument(stage) ? Object.keys(stage) : [];
    if (name === undefined || more.length > 0 || !PIPELINE_STAGES.has(name)) {
      throw new MongoFailure(
        "InvalidOptions",
        `${name} is not allowed to be used within an update`,
      );
    }
  }
}

function usesPosition(modifier: Document): boolean {
  return Object.values(modifier).some((fields) =>
    Object.keys(fields).some((path) => path.split(".").includes("$"))
  );
}

/** Puts the clock's time in place of `$currentDate`; mingo would ask the system's. */
function withDates(modifier: Document, nowMs: number): Document {
  const { $currentDate, ...rest } = modifier;
  if ($currentDate === undefined) return rest;
  const dates = Object.entries<unknown>($currentDate).map(([path, kind]) => {
    if (isDocument(kind) && kind["$type"] === "timestamp") {
      return [path, new Timestamp({ t: Math.floor(nowMs / 1000), i: 1 })];
    }
    if (typeof kind === "boolean" || (isDocument(kind) && kind["$type"] === "date")) {
      return [path, new Date(nowMs)];
    }
    throw new MongoFailure("BadValue", `The $currentDate of '${path}' must be true or a $type`);
  });
  return { ...rest, $set: { ...rest["$set"], ...Object.fromEntries(dates) } };
}

/** The fields that a filter demands, as a document. */
function equalFields(filter: Document): Document {
  const fields: Document = {};
  for (const [path, condition] of Object.entries(filter)) {
    if (path === "$and" && Array.isArray(condition)) {
      for (const part of condition) if (isDocument(part)) Object.assign(fields, equalFields(part));
    }
    if (path.startsWith("$") || condition instanceof RegExp) continue;
    if (!isOperatorDocument(condition)) put(fields, path, condition);
    else if ("$eq" in condition) put(fields, path, condition["$eq"]);
  }
  return fields;
}

/** Puts the typed numbers of `$set` at their places, where they stand for the types of the result. */
function overlay(model: Document, typedUpdate: unknown): Document {
  if (!isDocument(typedUpdate)) return model;
  for (const fields of [typedUpdate["$setOnInsert"], typedUpdate["$set"]]) {
    if (!isDocument(fields)) continue;
    for (const [path, value] of Object.entries(fields)) {
      if (!path.includes("$")) put(model, path, value);
    }
  }
  return model;
}

/** Sets the value at a path, making the documents on its way. */
function put(document: Document, path: string, value: unknown): void {
  const names = path.split(".");
  const last = names.pop() ?? "";
  let place = document;
  for (const name of names) {
    const inner = Object.hasOwn(place, name) ? place[name] : undefined;
    if (!isDocument(inner) && !Array.isArray(inner)) {
      Object.defineProperty(place, name, { value: {}, ...PLAIN });
    }
    place = place[name];
  }
  // A field of the name `__proto__` is a field like any other, not the prototype.
  Object.defineProperty(place, last, { value, ...PLAIN });
}

const PLAIN = { writable: true, enumerable: true, configurable: true } as const;

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
