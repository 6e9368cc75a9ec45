/**
 * From a message to its answer.
 *
 * @module
 */

import type { Document } from "bson";
import { messageOf } from "../../lib/error_message.ts";
import { aggregate } from "./commands/aggregate.ts";
import {
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
} from "./commands/collections.ts";
import type { Command, CommandContext } from "./commands/command.ts";
import { count, distinct, find, getMore, killCursors } from "./commands/find.ts";
import { acknowledge, buildInfo, connectionStatus, hello } from "./commands/greeting.ts";
import { createIndexes, dropIndexes, listIndexes } from "./commands/indexes.ts";
import { insert } from "./commands/insert.ts";
import { findAndModify, remove, update } from "./commands/update.ts";
import { decodeCommand, isDocument } from "./documents/codec.ts";
import { encodeAnswerDocument } from "./documents/raw.ts";
import { MongoFailure } from "./failure.ts";
import { encodeAnswer } from "./wire/answer.ts";
import type { Incoming } from "./wire/message.ts";

const COMMANDS: ReadonlyMap<string, Command> = new Map(Object.entries({
  aggregate,
  buildInfo,
  buildinfo: buildInfo,
  connectionStatus,
  count,
  create,
  createIndexes,
  delete: remove,
  distinct,
  drop,
  dropDatabase,
  dropIndexes,
  endSessions: acknowledge,
  find,
  findAndModify,
  findandmodify: findAndModify,
  getMore,
  hello,
  insert,
  isMaster: hello,
  ismaster: hello,
  killCursors,
  listCollections,
  listDatabases,
  listIndexes,
  ping: acknowledge,
  update,
}));

/** Commands that OP_QUERY may carry, as in MongoDB. */
const GREETINGS = new Set(["hello", "isMaster", "ismaster"]);
/** Fields of commands that hold documents to store, or operations. */
const LIST_FIELDS = ["documents", "updates", "deletes"];

/** What comes of a message. */
export interface Outcome {
  /** The answer as it goes over the wire; `undefined` when the client wants none. */
  readonly answer: Uint8Array | undefined;
  /** Whether the client wants its changes to survive a loss of power before it is answered. */
  readonly mustSync: boolean;
}

/**
 * Executes the command in a message.
 *
 * @param message The message.
 * @param context What commands work on.
 * @param connectionId Number of the client's connection; it numbers the answer, too.
 * @returns The answer; an error that is the client's is one, too.
 */
export function dispatch(
  message: Incoming,
  context: CommandContext,
  connectionId: number,
): Outcome {
  let mustSync = false;
  let document: Uint8Array;
  try {
    const command = decodeCommand(message.body, context.limits.nesting);
    const { writeConcern } = command;
    mustSync = isDocument(writeConcern) && writeConcern["j"] === true;
    document = encodeAnswerDocument({ ...run(message, command, context, connectionId), ok: 1 });
  } catch (error) {
    document = encodeAnswerDocument(failureDocument(error));
  }
  const answer = message.isAnswered ? encodeAnswer(message, document, connectionId) : undefined;
  return { answer, mustSync };
}

function run(
  message: Incoming,
  command: Document,
  context: CommandContext,
  connectionId: number,
): Document {
  const [name = ""] = Object.keys(command);
  const execute = COMMANDS.get(name);
  if (execute === undefined) {
    throw new MongoFailure("CommandNotFound", `no such command: '${name}'`);
  }
  if (message.form === "query" && !GREETINGS.has(name)) {
    throw new MongoFailure(
      "UnsupportedOpQueryCommand",
      `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade.`,
    );
  }
  if (command["txnNumber"] !== undefined || command["startTransaction"] !== undefined) {
    throw new MongoFailure(
      "IllegalOperation",
      "Transaction numbers are only allowed on a replica set member or mongos",
    );
  }
  const database = message.database ?? command["$db"];
  if (typeof database !== "string") {
    throw new MongoFailure("Location40414", "OP_MSG requests require a $db argument");
  }
  const lists = listsOf(message, command);
  return execute({ name, database, command, lists, connectionId }, context);
}

/** Lists come beside the command or in it; in both places is an error. */
function listsOf(
  { sequences }: Incoming,
  command: Document,
): ReadonlyMap<string, readonly Uint8Array[]> {
  const lists = new Map(sequences);
  for (const field of LIST_FIELDS) {
    const value: unknown = command[field];
    if (value === undefined) continue;
    const isList = Array.isArray(value) && value.every((item) => item instanceof Uint8Array);
    if (!isList || lists.has(field)) {
      throw new MongoFailure("TypeMismatch", `Field '${field}' must be one array of objects`);
    }
    lists.set(field, value);
  }
  return lists;
}

/** Whatever else is thrown while a client's words are executed ends the command, not the server. */
function failureDocument(error: unknown): Document {
  const failure = error instanceof MongoFailure
    ? error
    : new MongoFailure("InternalError", messageOf(error));
  const { message, code, codeName, details } = failure;
  return { ok: 0, errmsg: message, code, codeName, ...details };
}
