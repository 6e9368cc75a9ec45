/**
 * The commands by which drivers get to know a server.
 *
 * @module
 */

import type { Command } from "./command.ts";

/** Version of MongoDB whose answers the server gives. */
const MONGODB_VERSION = "7.0.0";
/** The wire protocol's version that goes with it. */
const MAX_WIRE_VERSION = 21;
/** Life of a session in minutes; sessions mean nothing here, but drivers expect to have them. */
const SESSION_MINUTES = 30;

/** Says what the server is: a writable one that stands alone. */
export const hello: Command = ({ name, connectionId }, { clock, limits }) => ({
  ...(name === "hello" ? { isWritablePrimary: true } : { ismaster: true, helloOk: true }),
  maxBsonObjectSize: limits.documentBytes,
  maxMessageSizeBytes: limits.messageBytes,
  maxWriteBatchSize: limits.batchOperations,
  localTime: new Date(clock.now()),
  logicalSessionTimeoutMinutes: SESSION_MINUTES,
  connectionId,
  minWireVersion: 0,
  maxWireVersion: MAX_WIRE_VERSION,
  readOnly: false,
});

/** Says which version it is. */
export const buildInfo: Command = (_, { limits }) => ({
  version: MONGODB_VERSION,
  versionArray: [...MONGODB_VERSION.split(".").map(Number), 0],
  gitVersion: "none",
  modules: [],
  bits: 64,
  debug: false,
  maxBsonObjectSize: limits.documentBytes,
});

/** Says that nobody has logged in: the server knows no users. */
export const connectionStatus: Command = () => ({
  authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] },
});

/** Does nothing: `ping`, and the end of sessions. */
export const acknowledge: Command = () => ({});
