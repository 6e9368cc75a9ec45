/**
 * Which documents a client means.
 *
 * @module
 */

import type { Document } from "bson";
import { Query } from "mingo";
import { isDocument } from "../documents/codec.ts";
import { keyOf, NULL_KEY } from "../documents/key.ts";
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
  readonly #checks: readonly (readonly [path: string, keys: ReadonlySet<string>])[];

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
    // Most filters of the site are equalities alone: their keys say all, ten times as fast as mingo.
    const needsQuery = !Object.entries(source).every(isEquality);
    this.#query = needsQuery ? compile(source) : undefined;
    // mingo does not mind the order of a document's fields, MongoDB does; keys do, too.
    this.#checks = [...equalities]
      .filter(([, keys]) => !needsQuery || keys.some((key) => /^[{[]/.test(key)))
      .map(([path, keys]) => [path, new Set(keys)]);
  }

  /** Whether a document is meant. */
  matches(document: Document): boolean {
    const query = this.#query;
    if (query !== undefined && !refusing("BadValue", () => query.test(document))) return false;
    return this.#checks.every(([path, keys]) =>
      keysAt(document, path).some((key) => keys.has(key))
    );
  }
}

function compile(source: Document): Query {
  return refusing("BadValue", () => {
    const query = new Query(source, MINGO);
    // Wrong operands show only when they are used: without this, an empty collection would hide them.
    query.test({});
    return query;
  });
}

function isEquality([path, condition]: [string, unknown]): boolean {
  const values = path.startsWith("$") ? undefined : valuesOf(condition);
  // Whether null means what is missing inside a list is left to mingo.
  if (values === undefined || values.some((value) => keyOf(value) === NULL_KEY)) return false;
  return !isOperatorDocument(condition) || Object.keys(condition).length === 1;
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
