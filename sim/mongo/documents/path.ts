/**
 * Dotted paths into documents.
 *
 * @module
 */

import { isDocument } from "./codec.ts";

const DIGITS = /^\d{1,9}$/;

/**
 * Collects what a path leads to. A list on the way is entered twice: by its number, and through each
 * document in it.
 *
 * @param document The document.
 * @param path Names parted by dots.
 * @returns The values, lists at the end of the path as a whole; `undefined` for each place where the
 *   path ends too soon, and at least once.
 */
export function valuesAt(document: unknown, path: string): unknown[] {
  const found: unknown[] = [];
  collect(document, path.split("."), 0, found);
  return found.length === 0 ? [undefined] : found;
}

function collect(value: unknown, names: readonly string[], depth: number, found: unknown[]): void {
  const name = names[depth];
  if (name === undefined) {
    found.push(value);
  } else if (Array.isArray(value)) {
    if (DIGITS.test(name) && Number(name) < value.length) {
      collect(value[Number(name)], names, depth + 1, found);
    }
    for (const item of value) if (isDocument(item)) collect(item, names, depth, found);
  } else if (isDocument(value) && Object.hasOwn(value, name)) {
    collect(value[name], names, depth + 1, found);
  } else {
    found.push(undefined);
  }
}

/**
 * Like {@linkcode valuesAt}, with the items of lists at the end of the path in place of the lists.
 *
 * @returns The values; an empty list gives none.
 */
export function itemsAt(document: unknown, path: string): unknown[] {
  return valuesAt(document, path).flat();
}
