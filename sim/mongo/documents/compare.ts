/**
 * The order of values of different types, as MongoDB sorts them.
 *
 * @module
 */

import { Binary, Decimal128, Long, ObjectId, Timestamp } from "bson";
import { encodeDocument, isDocument } from "./codec.ts";
import { itemsAt, valuesAt } from "./path.ts";

/** Types in their order; those of one rank are compared by value. */
function rankOf(value: unknown): number {
  switch (typeof value) {
    case "number":
      return 2;
    case "string":
      return 3;
    case "boolean":
      return 8;
    case "object":
      return value === null ? 1 : rankOfObject(value);
    default:
      return 0;
  }
}

function rankOfObject(value: object): number {
  if (Array.isArray(value)) return 5;
  if (value instanceof Date) return 9;
  if (isDocument(value)) return 4;
  if (value instanceof ObjectId) return 7;
  // A Timestamp is a Long to `instanceof`, so it comes first.
  if (value instanceof Timestamp) return 10;
  if (Long.isLong(value) || value instanceof Decimal128) return 2;
  if (value instanceof Binary) return 6;
  if (value instanceof RegExp) return 11;
  return 12;
}

/** Compares two values: less than 0, 0, or more than 0. */
export function compareValues(left: unknown, right: unknown): number {
  const rank = rankOf(left);
  const otherRank = rankOf(right);
  if (rank !== otherRank) return rank - otherRank;
  if (typeof left === "number" && typeof right === "number") return compareNumbers(left, right);
  if (typeof left === "string" && typeof right === "string") return compareTexts(left, right);
  if (left instanceof Date && right instanceof Date) return left.getTime() - right.getTime();
  if (Array.isArray(left) && Array.isArray(right)) return compareLists(left, right);
  if (isDocument(left) && isDocument(right)) return compareDocuments(left, right);
  if (rank === 2) return compareWideNumbers(left, right);
  if (rank === 8) return Number(left) - Number(right);
  return rank <= 1 ? 0 : compareBytes(encodeDocument({ v: left }), encodeDocument({ v: right }));
}

function compareNumbers(left: number, right: number): number {
  if (left === right) return 0;
  if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : -1;
  return left < right ? -1 : 1;
}

/** Numbers of which one at least does not fit JavaScript's. */
function compareWideNumbers(left: unknown, right: unknown): number {
  if (Long.isLong(left) && Long.isLong(right)) return left.compare(right);
  return compareNumbers(Number(String(left)), Number(String(right)));
}

/** MongoDB compares UTF-8, JavaScript UTF-16; they differ where a surrogate meets a high character. */
function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  if (/[\ud800-\udfff]/.test(left) || /[\ud800-\udfff]/.test(right)) {
    const encoder = new TextEncoder();
    return compareBytes(encoder.encode(left), encoder.encode(right));
  }
  return left < right ? -1 : 1;
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function compareLists(left: readonly unknown[], right: readonly unknown[]): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = compareValues(left[index], right[index]);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function compareDocuments(left: object, right: object): number {
  const others = Object.entries(right);
  for (const [index, [name, value]] of Object.entries(left).entries()) {
    const [otherName, otherValue] = others[index] ?? [];
    if (otherName === undefined) return 1;
    const difference = rankOf(value) - rankOf(otherValue) || compareTexts(name, otherName) ||
      compareValues(value, otherValue);
    if (difference !== 0) return difference;
  }
  return Object.keys(left).length - others.length;
}

/** A field to sort by, and the way. */
export type SortField = readonly [path: string, direction: 1 | -1];

/**
 * Sorts documents as `sort` says; those that are equal keep their order.
 *
 * @param items What is sorted.
 * @param fields Fields, the most important one first.
 * @param documentOf The document of an item.
 * @returns A sorted copy.
 */
export function sortBy<Item>(
  items: readonly Item[],
  fields: readonly SortField[],
  documentOf: (item: Item) => unknown,
): Item[] {
  const rows = items.map((item) => {
    const document = documentOf(item);
    return { item, keys: fields.map(([path, direction]) => sortKey(document, path, direction)) };
  });
  rows.sort((left, right) => {
    for (const [index, [, direction]] of fields.entries()) {
      const difference = compareValues(left.keys[index], right.keys[index]);
      if (difference !== 0) return direction * difference;
    }
    return 0;
  });
  return rows.map(({ item }) => item);
}

/** A list is sorted by its least or greatest item; an empty one comes even before null. */
function sortKey(document: unknown, path: string, direction: 1 | -1): unknown {
  const found = valuesAt(document, path);
  if (found.length === 1 && !Array.isArray(found[0])) return found[0] ?? null;
  const items = itemsAt(document, path).map((item) => item ?? null);
  return items.reduce(
    (best, item) => compareValues(item, best) * direction < 0 ? item : best,
    items[0],
  );
}
