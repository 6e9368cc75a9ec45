/**
 * The structure behind an index: from values to the documents that have them.
 *
 * @module
 */

import type { Document } from "bson";
import { Query } from "mingo";
import { joinKeys } from "../documents/key.ts";
import { valuesAt } from "../documents/path.ts";
import { keysAt } from "../documents/path_keys.ts";
import { MongoFailure } from "../failure.ts";
import { MINGO } from "../query/mingo_options.ts";
import { type IndexSpec, isLookedUp } from "./index_spec.ts";
import type { StoredDocument } from "./stored_document.ts";

/** An index of one collection: finds documents by the equality of all its fields. */
export class Lookup {
  /** What was asked for. */
  readonly spec: IndexSpec;
  /** Its fields in their order; none where the index is only recorded. */
  readonly paths: readonly string[];
  readonly #holders = new Map<string, StoredDocument | Set<StoredDocument>>();
  readonly #partial: Query | undefined;

  /** @param spec What was asked for. */
  constructor(spec: IndexSpec) {
    this.spec = spec;
    this.paths = isLookedUp(spec) ? Object.keys(spec.key) : [];
    const { partialFilterExpression } = spec;
    this.#partial = partialFilterExpression && new Query(partialFilterExpression, MINGO);
  }

  /** Whether every document is in the index, so that it can stand for a scan. */
  get isComplete(): boolean {
    return this.paths.length > 0 && this.#partial === undefined;
  }

  /**
   * Gives the keys under which a document is to be found.
   *
   * @throws {MongoFailure} `CannotIndexParallelArrays` when two of its fields are lists.
   */
  keysOf(document: Document): readonly string[] {
    if (this.paths.length === 0) return [];
    if (this.#partial !== undefined && !this.#partial.test(document)) return [];
    const isMissing = (path: string) =>
      valuesAt(document, path).every((value) => value === undefined);
    if (this.spec.sparse && this.paths.every(isMissing)) return [];
    const keys = this.paths.map((path) => keysAt(document, path));
    const lists = this.paths.filter((_, index) => (keys[index] ?? []).length > 1);
    if (lists.length > 1) {
      const [left, right] = lists;
      throw new MongoFailure(
        "CannotIndexParallelArrays",
        `cannot index parallel arrays [${right}] [${left}]`,
      );
    }
    return keys.reduce<string[][]>(
      (heads, choices) => heads.flatMap((start) => choices.map((key) => [...start, key])),
      [[]],
    ).map(joinKeys);
  }

  /** The document that has one of the keys already, if the index is unique. */
  holderOf(keys: readonly string[], except?: StoredDocument): StoredDocument | undefined {
    if (!this.spec.unique) return undefined;
    for (const key of keys) {
      const holder = this.#holders.get(key);
      if (holder !== undefined && !(holder instanceof Set) && holder !== except) return holder;
    }
    return undefined;
  }

  /** The documents under a key. */
  at(key: string): readonly StoredDocument[] {
    const found = this.#holders.get(key);
    if (found === undefined) return [];
    return found instanceof Set ? [...found] : [found];
  }

  /** Puts a document in. */
  add(document: StoredDocument): void {
    for (const key of this.keysOf(document.value)) {
      const found = this.#holders.get(key);
      // Most keys of most indexes lead to one document: a set for each would be most of the memory.
      if (found === undefined || found === document) this.#holders.set(key, document);
      else if (found instanceof Set) found.add(document);
      else this.#holders.set(key, new Set([found, document]));
    }
  }

  /** Takes a document out. */
  remove(document: StoredDocument): void {
    for (const key of this.keysOf(document.value)) {
      const found = this.#holders.get(key);
      if (!(found instanceof Set)) {
        this.#holders.delete(key);
        continue;
      }
      found.delete(document);
      const [last] = found;
      if (found.size === 1 && last !== undefined) this.#holders.set(key, last);
    }
  }
}
