/**
 * What a client of the embedded MongoDB may send: bytes of the wire protocol, and commands.
 *
 * @module
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import { deserialize, type Document, EJSON, serialize } from "bson";
import { systemClock } from "../../lib/clock.ts";
import { type Random, seededRandom } from "../../lib/random.ts";
import type { CommandContext } from "../../sim/mongo/commands/command.ts";
import { CursorStore } from "../../sim/mongo/cursors.ts";
import { dispatch } from "../../sim/mongo/dispatch.ts";
import { DEFAULT_LIMITS } from "../../sim/mongo/limits.ts";
import { Catalogue } from "../../sim/mongo/store/catalogue.ts";
import { Framer } from "../../sim/mongo/wire/framer.ts";
import { OP_MSG, OP_QUERY, parseMessage } from "../../sim/mongo/wire/message.ts";
import { WireError } from "../../sim/mongo/wire/wire_error.ts";
import type { Target } from "./target.ts";

const COMMANDS: readonly Document[] = [
  { hello: 1, $db: "admin", client: { driver: { name: "nodejs", version: "7.9.0" } } },
  { insert: "c", documents: [{ _id: 1, a: [1, { b: 2 }] }, { a: null }], ordered: false, $db: "d" },
  { find: "c", filter: { a: { $gte: 1 }, "b.c": /x/i, $or: [{ d: { $in: [1, "t"] } }] }, $db: "d" },
  { find: "c", projection: { a: 1, "b.c": 1 }, sort: { a: -1 }, skip: 1, limit: 9, $db: "d" },
  {
    update: "c",
    updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 }, $set: { "a.0": 2 } } }],
    $db: "d",
  },
  {
    update: "c",
    updates: [{ q: { "a.b": 2 }, u: { $push: { l: { $each: [1, 2], $slice: 3 } } }, upsert: true }],
    $db: "d",
  },
  {
    update: "c",
    updates: [{ q: {}, u: [{ $set: { n: { $add: ["$n", 1] } } }], multi: true }],
    $db: "d",
  },
  {
    update: "c",
    updates: [{ q: {}, u: { $mul: { "a.$[e].b": 2 } }, arrayFilters: [{ "e.b": { $gt: 1 } }] }],
    $db: "d",
  },
  { delete: "c", deletes: [{ q: { a: { $exists: true } }, limit: 1 }], $db: "d" },
  { findAndModify: "c", query: { n: 1 }, update: { $rename: { n: "m" } }, new: true, $db: "d" },
  { aggregate: "c", pipeline: [{ $match: { n: 1 } }, { $unwind: "$a" }], cursor: {}, $db: "d" },
  {
    aggregate: "c",
    pipeline: [{ $group: { _id: "$a", n: { $sum: "$n" } } }, {
      $project: { x: { $cond: [1, 2, 3] } },
    }],
    cursor: { batchSize: 1 },
    $db: "d",
  },
  { count: "c", query: { n: { $not: { $lt: 2 } } }, $db: "d" },
  { distinct: "c", key: "a.b", query: {}, $db: "d" },
  { createIndexes: "c", indexes: [{ key: { a: 1, n: 1 }, name: "i", unique: true }], $db: "d" },
  { dropIndexes: "c", index: "*", $db: "d" },
  { listCollections: 1, filter: { name: "c" }, nameOnly: true, $db: "d" },
  { getMore: 7, collection: "c", $db: "d" },
  { killCursors: "c", cursors: [7], $db: "d" },
  { dropDatabase: 1, $db: "d" },
];

/** A command as a message: OP_MSG, or OP_QUERY to `admin.$cmd`. */
function messageOf(command: Document, opcode: number = OP_MSG): Uint8Array {
  const name = new TextEncoder().encode("admin.$cmd\0");
  const prefix = opcode === OP_MSG
    ? new Uint8Array(5)
    : Uint8Array.of(0, 0, 0, 0, ...name, 0, 0, 0, 0, 255, 255, 255, 255);
  const document = serialize(command);
  const message = new Uint8Array(16 + prefix.length + document.length);
  const view = new DataView(message.buffer);
  view.setInt32(0, message.length, true);
  view.setInt32(4, 7, true);
  view.setInt32(12, opcode, true);
  message.set(prefix, 16);
  message.set(document, 16 + prefix.length);
  return message;
}

/** Bytes as a text of as many characters, which the fuzzer can damage, and back. */
const textOf = (bytes: Uint8Array) => String.fromCharCode(...bytes);
const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** A server's data with some documents and an index. */
function site(): CommandContext & Disposable {
  const limits = { ...DEFAULT_LIMITS, resultBytes: 100_000, dataBytes: 4_000_000 };
  const random = seededRandom(1);
  const cursors = new CursorStore(limits, systemClock, random);
  const catalogue = new Catalogue(limits);
  const context = { catalogue, cursors, limits, clock: systemClock, random };
  for (const command of SITE) dispatch(parseMessage(messageOf(command)), context, 1);
  return { ...context, [Symbol.dispose]: () => cursors[Symbol.dispose]() };
}

const SITE: readonly Document[] = [
  { createIndexes: "c", indexes: [{ key: { a: 1 }, name: "a_1" }], $db: "d" },
  {
    insert: "c",
    documents: [{ _id: 1, a: [{ b: 2 }], n: 1 }, { _id: 2, a: "t", n: 2 }, { _id: 3 }],
    $db: "d",
  },
];

/** Checks an answer: it is BSON, and no defect of the server's own. */
function answerOf(message: Uint8Array, context: CommandContext): Document | undefined {
  const { answer } = dispatch(parseMessage(message), context, 1);
  if (answer === undefined) return undefined;
  const [length] = new Int32Array(answer.slice(0, 4).buffer);
  assertEquals(length, answer.length);
  const prefix = answer[12] === 1 ? 36 : 21;
  const document = deserialize(answer.subarray(prefix), { allowObjectSmallerThanBufferSize: true });
  assertNotEquals(document["codeName"], "InternalError", document["errmsg"]);
  return { ...document, localTime: undefined };
}

function runBytes(text: string, random: Random): unknown {
  using context = site();
  const framer = new Framer(1_000_000);
  const answers: unknown[] = [];
  const bytes = bytesOf(text);
  for (let at = 0; at < bytes.length;) {
    const [step = 0] = random.bytes(1);
    const space = framer.space();
    const chunk = bytes.subarray(at, at + Math.min(1 + step * step, space.length));
    space.set(chunk);
    framer.commit(chunk.length);
    at += chunk.length;
    for (let message = framer.next(); message !== undefined; message = framer.next()) {
      answers.push(answerOf(message, context));
    }
  }
  return answers;
}

/** Shell-like JSON; what it does not take is no command. */
function commandOf(text: string): Document {
  let command: unknown;
  try {
    command = EJSON.parse(text, { relaxed: true });
    if (typeof command !== "object" || command === null) throw new SyntaxError("No document");
    serialize(command, { ignoreUndefined: true });
  } catch (cause) {
    throw new SyntaxError("Cannot read the command", { cause });
  }
  return command;
}

/** The targets. */
export const mongoTargets: readonly Target[] = [
  {
    name: "mongo-wire",
    corpus: [
      ...COMMANDS.map((command) => textOf(messageOf(command))),
      textOf(messageOf({ isMaster: 1, helloOk: true }, OP_QUERY)),
    ],
    refusals: [WireError],
    run: runBytes,
  },
  {
    name: "mongo-command",
    corpus: COMMANDS.map((command) => EJSON.stringify(command)),
    refusals: [SyntaxError],
    run(text) {
      using context = site();
      const answer = answerOf(messageOf(commandOf(text)), context);
      // Whatever was done, the collection can still be read.
      const left = answerOf(messageOf({ find: "c", $db: "d" }), context);
      assertEquals(left?.["ok"], 1);
      return answer;
    },
  },
];
