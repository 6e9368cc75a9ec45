/**
 * Cursors of `SCAN` and its kin.
 *
 * A JavaScript map's iterator stays valid while the map changes: it skips what was removed and reaches
 * what was added. So an open scan is an iterator, kept under the cursor that was handed out, and every
 * element present throughout is returned, as Redis promises. A cursor that is unknown (forgotten, or
 * made up) starts anew: elements may come twice, which Redis allows, and none is missed.
 *
 * @module
 */

import type { Bytes } from "./bytes.ts";

/** Scans kept open at a time; the one unused longest is forgotten first. */
const MOST_OPEN_SCANS = 256;

/** One step of a scan. */
export interface ScanStep {
  /** Cursor for the next step; `"0"` when the scan is complete. */
  readonly cursor: string;
  /** Elements of this step. */
  readonly elements: readonly Bytes[];
}

/** The open scans of a store. */
export class ScanCursors {
  readonly #open = new Map<string, { source: object; elements: Iterator<Bytes> }>();
  #latest = 0;

  /**
   * Takes the next elements of a scan.
   *
   * @param source What is scanned; a cursor of another source counts as unknown.
   * @param start Starts an iteration over the source.
   * @param cursor `"0"` or the cursor of the step before.
   * @param count Elements wanted; one more may come.
   * @returns The elements and the next cursor.
   */
  step(source: object, start: () => Iterator<Bytes>, cursor: string, count: number): ScanStep {
    const known = this.#open.get(cursor);
    this.#open.delete(cursor);
    const iterator = known?.source === source ? known.elements : start();
    const elements: Bytes[] = [];
    // The one element more tells whether the scan is complete.
    while (elements.length <= count) {
      const next = iterator.next();
      if (next.done) return { cursor: "0", elements };
      elements.push(next.value);
    }
    const id = String(++this.#latest);
    this.#open.set(id, { source, elements: iterator });
    if (this.#open.size > MOST_OPEN_SCANS) {
      const oldest = this.#open.keys().next().value;
      if (oldest !== undefined) this.#open.delete(oldest);
    }
    return { cursor: id, elements };
  }

  /** Forgets all scans. */
  clear(): void {
    this.#open.clear();
  }
}
