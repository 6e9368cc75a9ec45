/**
 * The keys under which a document is found by one of its fields.
 *
 * @module
 */

import { keyOf } from "./key.ts";
import { valuesAt } from "./path.ts";

/**
 * Gives the keys of what a path leads to. A list is found by each of its items and as a whole.
 *
 * @param document The document.
 * @param path Names parted by dots.
 * @returns The keys, each once; at least one.
 */
export function keysAt(document: unknown, path: string): readonly string[] {
  const values = valuesAt(document, path);
  const all = values.flatMap((value) => Array.isArray(value) ? [...value, value] : [value]);
  return all.length === 1 ? [keyOf(all[0])] : [...new Set(all.map(keyOf))];
}
