/**
 * The words of the protocol: stanzas, values, hash strings, descriptions of machines and jobs.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  decodeMessage,
  decodeValue,
  encodeMessage,
  encodeValue,
  formatCommand,
  formatHashString,
  formatJobDescription,
  type HashString,
  jdlString,
  Jid,
  type Message,
  parseCommand,
  parseHashString,
  parseJdl,
  parseJobDescription,
  serializeXml,
} from "../../lib/protocol/mod.ts";
import { parseXml, XmlError, XmlStreamParser } from "../../lib/protocol/xml_parser.ts";
import { type Random, randomFraction } from "../../lib/random.ts";
import {
  encodedValues,
  hashStrings,
  jdls,
  jids,
  jobDescriptions,
  messages,
  stanzas,
  streams,
} from "./corpus.ts";
import type { ErrorClass, Target } from "./target.ts";

/** What a text may refuse to be written as; `undefined` where it was refused. */
function unless<Result>(refusal: ErrorClass, write: () => Result): Result | undefined {
  try {
    return write();
  } catch (error) {
    if (error instanceof Error && error.constructor === refusal) return undefined;
    throw error;
  }
}

/** Writes what was read and reads it again. */
function again(message: Message): Message {
  if (message.kind === "error" || message.kind === "other") return message;
  if (message.kind === "ack") return decodeMessage(parseXml(serializeXml(encodeMessage(message))));
  const info = formatCommand(parseCommand(message.info));
  return decodeMessage(parseXml(serializeXml(encodeMessage({ ...message, info }))));
}

function readMessage(text: string): unknown {
  // What comes from the wire was UTF-8, which has no half of a surrogate pair.
  const message = decodeMessage(parseXml(text.toWellFormed()));
  const written = again(message);
  assertEquals(written.kind, message.kind);
  if (message.kind !== "command" || written.kind !== "command") return message;
  assertEquals(
    { ...written, info: parseCommand(written.info) },
    { ...message, info: parseCommand(message.info) },
  );
  return [message, parseCommand(message.info)];
}

/** Ends every kind of markup that may be unfinished, so that nothing is left undecided. */
const END_OF_ANYTHING = `'>">'>?>]]><`;

/** What a parser makes of the chunks of a stream: all that it tells, and at last why it stopped. */
function eventsOf(chunks: readonly string[]): string[] {
  const events: string[] = [];
  const parser = new XmlStreamParser({
    onStart: (root) => events.push(`start ${serializeXml(root)}`),
    onElement: (element) => events.push(`element ${serializeXml(element)}`),
    onEnd: () => events.push("end"),
  });
  for (const chunk of chunks) {
    const refused = unless(XmlError, () => parser.write(chunk) ?? true) === undefined;
    if (refused) return [...events, "refused"];
  }
  return events;
}

function cut(text: string, random: Random): string[] {
  const chunks: string[] = [];
  for (let start = 0; start < text.length;) {
    const length = 1 + Math.floor(randomFraction(random) ** 3 * 2000);
    chunks.push(text.slice(start, start + length));
    start += length;
  }
  return chunks;
}

function readStream(text: string, random: Random): unknown {
  const whole = eventsOf([text + END_OF_ANYTHING]);
  const cutUp = eventsOf(cut(text + END_OF_ANYTHING, random));
  const isRefused = whole.at(-1) === "refused";
  assertEquals(cutUp.at(-1) === "refused", isRefused);
  // A control character refuses its whole chunk; of cut-up text more is read before it.
  assertEquals(
    isRefused ? cutUp.slice(0, whole.length - 1) : cutUp,
    whole.slice(0, isRefused ? -1 : undefined),
  );
  return whole;
}

function readJobDescription(text: string): unknown {
  const job = parseJobDescription(text);
  const written = unless(RangeError, () => formatJobDescription(job));
  if (written !== undefined) assertEquals(parseJobDescription(written), job);
  return job;
}

function readHashString(text: string): unknown {
  const hash: HashString = parseHashString(text);
  const written = unless(RangeError, () => formatHashString(hash));
  // Lists of fewer than two items come back as a text, as in the original.
  const isExact = Object.values(hash).every((value) =>
    typeof value === "string" || value.length > 1 && value.at(-1) !== ""
  );
  if (written !== undefined && isExact) assertEquals(parseHashString(written), hash);
  return hash;
}

/** The targets. */
export const protocolTargets: readonly Target[] = [
  { name: "message", corpus: messages, refusals: [XmlError], run: readMessage },
  {
    name: "stanza",
    corpus: stanzas,
    refusals: [XmlError],
    run(text) {
      const element = parseXml(text);
      assertEquals(parseXml(serializeXml(element)), element);
      return element;
    },
  },
  { name: "stream", corpus: streams, refusals: [], run: readStream },
  {
    name: "value",
    corpus: encodedValues,
    refusals: [],
    run(text) {
      const value = decodeValue(text);
      assertEquals(decodeValue(encodeValue(value)), value.toWellFormed());
      return value;
    },
  },
  { name: "hash-string", corpus: hashStrings, refusals: [], run: readHashString },
  {
    name: "jdl",
    corpus: jdls,
    refusals: [SyntaxError],
    run(text) {
      const attributes = parseJdl(text);
      return [attributes, [...attributes.values()].map((value) => jdlString(value) ?? "")];
    },
  },
  {
    name: "job-description",
    corpus: jobDescriptions,
    refusals: [SyntaxError],
    run: readJobDescription,
  },
  {
    name: "jid",
    corpus: jids,
    refusals: [SyntaxError],
    run(text) {
      const jid = Jid.parse(text);
      assertEquals(Jid.parse(jid.full).full, jid.full);
      return jid;
    },
  },
];
