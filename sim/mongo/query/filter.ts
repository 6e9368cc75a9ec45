/**
 * Which documents a client means.
 *
 * @module
 */

import type { Document } from "bson";
import { Query } from "mingo";
import { isDocument } from "../documents/codec.ts";
import { keyOf } from "../documents/key.ts";
import { keysAt } from "../documents/path_keys.ts";
import { MongoFailure, refusing } from "../failure.ts";
import { MINGO } from "./mingo_options.ts";

/** Operators whose operand must be a list. */
const LIST_OPERATORS = new Set(["$in", "$nin", "$all", "$and", "$or", "$nor"]);

/** Longest path, in names. */
const MOST_NAMES = 100;

/** A client's filter, ready for use. */
export class Filter {
  /** The filter as it was sent. */
  readonly source: Document;
  /** Keys of the values that a field must have one of, by its path. */
  readonly equalities: ReadonlyMap<string, readonly string[]>;
  readonly #query: Query | undefined;
  readonly #ordered: readonly (readonly [path: string, keys: readonly string[]])[];

  /**
   * @param source The filter.
   * @throws {MongoFailure} When it is wrong.
   */
  constructor(source: Document) {
    this.source = source;
    checkConditions(source);
    const equalities = new Map<string, readonly string[]>();
    collectEqualities(source, equalities);
    this.equalities = equalities;
    // mingo does not mind the order of a document's fields, MongoDB does; keys do, too.
    this.#ordered = [...equalities].filter(([, keys]) => keys.some((key) => /^[{[]/.test(key)));
    const isEmpty = Object.keys(source).length === 0;
    this.#query = isEmpty ? undefined : refusing("BadValue", () => {
      const query = new Query(source, MINGO);
      // Wrong operands show only when they are used: without this, an empty collection would hide them.
      query.test({});
      return query;
    });
  }

  /** Whether a document is meant. */
  matches(document: Document): boolean {
    const query = this.#query;
    if (query === undefined) return true;
    return refusing("BadValue", () => query.test(document)) &&
      this.#ordered.every(([path, keys]) =>
        keysAt(document, path).some((key) => keys.includes(key))
      );
  }
}

/** Checks what mingo takes without a word. */
function checkConditions(value: unknown): void {
  if (Array.isArray(value)) value.forEach(checkConditions);
  if (!isDocument(value)) return;
  for (const [name, operand] of Object.entries(value)) {
    // An upsert makes a document for each name of a path.
    if (name.split(".", MOST_NAMES + 1).length > MOST_NAMES) {
      throw new MongoFailure("Overflow", `Cannot follow a path of more than ${MOST_NAMES} names`);
    }
    if (LIST_OPERATORS.has(name) && !Array.isArray(operand)) {
      throw new MongoFailure("BadValue", `${name} needs an array`);
    }
    checkConditions(operand);
  }
}

/** Whether a condition is made of operators, such as `{ $gt: 1 }`. */
export function isOperatorDocument(value: unknown): value is Document {
  if (!isDocument(value)) return false;
  const [first] = Object.keys(value);
  return first !== undefined && first.startsWith("$");
}

function collectEqualities(filter: Document, found: Map<string, readonly string[]>): void {
  for (const [path, condition] of Object.entries(filter)) {
    if (path === "$and" && Array.isArray(condition)) {
      for (const part of condition) if (isDocument(part)) collectEqualities(part, found);
    }
    if (path.startsWith("$")) continue;
    const values = valuesOf(condition);
    // Of two conditions on one field either will do: each candidate is tested in full.
    if (values !== undefined) found.set(path, [...new Set(values.map(keyOf))]);
  }
}

/** The values of which a field must have one; `undefined` where the condition is no equality. */
function valuesOf(condition: unknown): readonly unknown[] | undefined {
  if (!isOperatorDocument(condition)) return isExact(condition) ? [condition] : undefined;
  const { $eq, $in } = condition;
  if ("$eq" in condition) return isExact($eq) ? [$eq] : undefined;
  return Array.isArray($in) && $in.every(isExact) ? $in : undefined;
}

/** Whether a value means only itself; an expression means all texts that it fits. */
function isExact(value: unknown): boolean {
  return !(value instanceof RegExp) && !(Array.isArray(value) && !value.every(isExact));
}
