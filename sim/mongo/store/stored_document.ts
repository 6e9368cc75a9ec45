/**
 * A document as it is kept.
 *
 * @module
 */

import type { Document } from "bson";

/** A document in both its forms. It is never changed, only replaced, so cursors may hold on to it. */
export interface StoredDocument {
  /** Its place in the order of insertion, and its number in the journal. */
  readonly position: number;
  /** Key of its `_id`. */
  readonly idKey: string;
  /** Its BSON, as clients get it. */
  readonly bytes: Uint8Array;
  /** Its fields, as queries read them. */
  readonly value: Document;
}
