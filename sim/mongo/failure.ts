/**
 * Errors as clients see them.
 *
 * @module
 */

import type { Document } from "bson";
import { messageOf } from "../../lib/error_message.ts";

/** MongoDB's numbers for the errors that this server gives. */
export const CODES = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  IllegalOperation: 20,
  InvalidBSON: 22,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  EmptyFieldName: 56,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  CommandNotSupported: 115,
  ExceededMemoryLimit: 146,
  CannotIndexParallelArrays: 171,
  UnsupportedOpQueryCommand: 352,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  OutOfDiskSpace: 14031,
  Location31253: 31253,
  Location31254: 31254,
  Location40323: 40323,
  Location40324: 40324,
  Location40414: 40414,
} as const;

/** Name of an error. */
export type CodeName = keyof typeof CODES;

/** Longest text of an error in characters: some name a value that the client sent. */
const LONGEST_MESSAGE = 500;

/** An error that goes to the client; the connection goes on. */
export class MongoFailure extends Error {
  override readonly name = "MongoFailure";
  /** Name of the error. */
  readonly codeName: CodeName;
  /** More fields of the answer, such as `keyValue`. */
  readonly details: Document;

  /**
   * @param codeName Name of the error.
   * @param message Text for people; a long one is cut.
   * @param details More fields of the answer.
   */
  constructor(codeName: CodeName, message: string, details: Document = {}) {
    super(message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message);
    this.codeName = codeName;
    this.details = details;
  }

  /** MongoDB's number of the error. */
  get code(): number {
    return CODES[this.codeName];
  }
}

/**
 * Runs what mingo does with a client's words: whatever it throws is the client's error.
 *
 * @param codeName Name of the error.
 * @param work What may throw.
 * @returns What it returns.
 * @throws {MongoFailure} When it throws.
 */
export function refusing<Result>(codeName: CodeName, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof MongoFailure) throw error;
    throw new MongoFailure(codeName, messageOf(error));
  }
}
