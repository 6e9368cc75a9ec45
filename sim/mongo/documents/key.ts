/**
 * Values as keys of a map.
 *
 * @module
 */

import { Decimal128, Long } from "bson";
import { encodeDocument, isDocument } from "./codec.ts";

/** Key of `null` and of a field that is missing. */
export const NULL_KEY = "0";

/**
 * Gives a value its key: values that MongoDB holds for equal have the same one. Numbers are equal
 * whatever their type, documents when their fields stand in the same order.
 *
 * @param value A value of a document.
 * @returns The key.
 */
export function keyOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `s${value}`;
    case "number":
      return `n${value === 0 ? 0 : value}`;
    case "boolean":
      return value ? "t" : "f";
    case "object":
      return value === null ? NULL_KEY : keyOfObject(value);
    default:
      return NULL_KEY;
  }
}

function keyOfObject(value: object): string {
  if (value instanceof Date) return `d${value.getTime()}`;
  if (Array.isArray(value)) return `[${joinKeys(value.map(keyOf))}]`;
  if (isDocument(value)) {
    const parts = Object.entries(value).flatMap(([name, inner]) => [name, keyOf(inner)]);
    return `{${joinKeys(parts)}}`;
  }
  if (Long.isLong(value)) return `n${value.toString()}`;
  if (value instanceof Decimal128) return `D${value.toString()}`;
  return `x${encodeDocument({ v: value }).toHex()}`;
}

/** Makes one key of several, such that no two lists of keys give the same one. */
export function joinKeys(keys: readonly string[]): string {
  return keys.map((key) => `${key.length}:${key}`).join("");
}
