/**
 * What a command is.
 *
 * @module
 */

import { type Document, ObjectId } from "bson";
import type { Clock } from "../../../lib/clock.ts";
import type { Random } from "../../../lib/random.ts";
import type { CursorStore } from "../cursors.ts";
import type { MongoLimits } from "../limits.ts";
import type { Catalogue } from "../store/catalogue.ts";

/** What commands work on. */
export interface CommandContext {
  /** The data. */
  readonly catalogue: Catalogue;
  /** Results that clients have not taken yet. */
  readonly cursors: CursorStore;
  /** Limits on what clients may ask. */
  readonly limits: MongoLimits;
  /** Source of time. */
  readonly clock: Clock;
  /** Source of chance. */
  readonly random: Random;
}

/** A command from a client. */
export interface CommandRequest {
  /** Its name as the client wrote it. */
  readonly name: string;
  /** The database that it is about. */
  readonly database: string;
  /** Its fields; the lists `documents`, `updates` and `deletes` stand in {@linkcode lists}. */
  readonly command: Document;
  /** Lists of documents in BSON; they are views of the message and must be copied to be kept. */
  readonly lists: ReadonlyMap<string, readonly Uint8Array[]>;
  /** Number of the client's connection. */
  readonly connectionId: number;
}

/**
 * Executes a command.
 *
 * @returns The answer without `ok`.
 * @throws {MongoFailure} When the command is refused.
 */
export type Command = (request: CommandRequest, context: CommandContext) => Document;

/** Makes an `_id` of the usual kind: the time in seconds, then chance. */
export function newObjectId({ clock, random }: CommandContext): ObjectId {
  const bytes = random.bytes(12);
  new DataView(bytes.buffer).setUint32(0, Math.floor(clock.now() / 1000));
  return new ObjectId(bytes);
}
