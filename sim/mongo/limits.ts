/**
 * What clients may ask of the server, and what it keeps.
 *
 * @module
 */

/** Limits of a server; each that is passed is refused with an error of MongoDB's own numbers. */
export interface MongoLimits {
  /** Longest message in bytes; a longer one ends the connection. Default: 48,000,000, MongoDB's own. */
  readonly messageBytes: number;
  /** Largest document in bytes. Default: 16 MiB, MongoDB's own. */
  readonly documentBytes: number;
  /** Documents and arrays inside each other. Default: 100, MongoDB's own for what clients send. */
  readonly nesting: number;
  /** Operations of one insert, update or delete. Default: 100,000, MongoDB's own. */
  readonly batchOperations: number;
  /** All documents together in bytes of BSON; in memory they take about four times as much. Default: 1 GiB. */
  readonly dataBytes: number;
  /** Collections of all databases together. Default: 10,000. */
  readonly collections: number;
  /** Indexes of one collection. Default: 64, MongoDB's own. */
  readonly indexes: number;
  /** Clients at a time; further ones are turned away. Default: 1000. */
  readonly connections: number;
  /** Open cursors at a time. Default: 1000. */
  readonly cursors: number;
  /** Time after which an unused cursor is closed, in milliseconds. Default: 600,000, MongoDB's own. */
  readonly cursorIdleMs: number;
  /** Stages of one pipeline. Default: 100. */
  readonly pipelineStages: number;
  /** What one `aggregate` or `distinct` may return, in bytes of BSON. Default: 64 MiB. */
  readonly resultBytes: number;
}

/** The limits unless told otherwise. */
export const DEFAULT_LIMITS: MongoLimits = {
  messageBytes: 48_000_000,
  documentBytes: 16 * 1024 * 1024,
  nesting: 100,
  batchOperations: 100_000,
  dataBytes: 1024 ** 3,
  collections: 10_000,
  indexes: 64,
  connections: 1000,
  cursors: 1000,
  cursorIdleMs: 600_000,
  pipelineStages: 100,
  resultBytes: 64 * 1024 * 1024,
};
