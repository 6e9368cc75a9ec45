/**
 * Messages from clients: OP_MSG, and OP_QUERY as far as drivers use it to greet a server.
 *
 * @module
 */

import { crc32c } from "./crc32c.ts";
import { HEADER_BYTES } from "./framer.ts";
import { WireError } from "./wire_error.ts";

/** Number of OP_MSG. */
export const OP_MSG = 2013;
/** Number of OP_QUERY. */
export const OP_QUERY = 2004;
/** Number of OP_REPLY, the answer to OP_QUERY. */
export const OP_REPLY = 1;

/** Flags of OP_MSG. */
export const FLAGS = { checksumPresent: 1, moreToCome: 2 } as const;
/** Of these flags, an unknown one must be refused; the others may be ignored. */
const REQUIRED_FLAGS = 0xffff;
const CHECKSUM_BYTES = 4;
/** Sections of one message; drivers send two. */
const MOST_SECTIONS = 16;

/** A message from a client; its parts are views of the message. */
export interface Incoming {
  /** Number that the answer repeats. */
  readonly requestId: number;
  /** Form of the message, and so of its answer. */
  readonly form: "msg" | "query";
  /** The command as BSON. */
  readonly body: Uint8Array;
  /** Lists of documents beside the command by the name of the field they stand for; each in BSON. */
  readonly sequences: ReadonlyMap<string, readonly Uint8Array[]>;
  /** Whether the client waits for an answer. */
  readonly isAnswered: boolean;
  /** Whether the client sent a checksum, and so gets one. */
  readonly hasChecksum: boolean;
  /** Database of an OP_QUERY; OP_MSG names it in the command. */
  readonly database: string | undefined;
}

/**
 * Reads a message.
 *
 * @param bytes The whole message with its header.
 * @returns Its parts; the documents in them are only measured, not read.
 * @throws {WireError} When it breaks the protocol.
 */
export function parseMessage(bytes: Uint8Array): Incoming {
  const reader = new Reader(bytes);
  const length = reader.int32();
  if (length !== bytes.length) {
    throw new WireError(`Cannot read ${bytes.length} bytes of ${length}`);
  }
  const requestId = reader.int32();
  reader.int32();
  const opcode = reader.int32();
  if (opcode === OP_MSG) return parseMsg(reader, requestId);
  if (opcode === OP_QUERY) return parseQuery(reader, requestId);
  throw new WireError(`Cannot read opcode ${opcode}`);
}

function parseMsg(reader: Reader, requestId: number): Incoming {
  const flags = reader.int32();
  const known = FLAGS.checksumPresent | FLAGS.moreToCome;
  if ((flags & REQUIRED_FLAGS & ~known) !== 0) throw new WireError(`Cannot read flags ${flags}`);
  const hasChecksum = (flags & FLAGS.checksumPresent) !== 0;
  if (hasChecksum) reader.checkSum();
  let body: Uint8Array | undefined;
  const sequences = new Map<string, readonly Uint8Array[]>();
  for (let sections = 0; !reader.isAtEnd; sections++) {
    if (sections === MOST_SECTIONS) {
      throw new WireError(`Cannot read more than ${sections} sections`);
    }
    const kind = reader.byte();
    if (kind === 0 && body === undefined) body = reader.document();
    else if (kind === 1) {
      const [name, documents] = reader.sequence();
      if (sequences.has(name)) throw new WireError("Cannot read two sequences of one name");
      sequences.set(name, documents);
    } else throw new WireError(`Cannot read a section of kind ${kind}`);
  }
  if (body === undefined) throw new WireError("Cannot find a command in the message");
  const isAnswered = (flags & FLAGS.moreToCome) === 0;
  return { requestId, form: "msg", body, sequences, isAnswered, hasChecksum, database: undefined };
}

function parseQuery(reader: Reader, requestId: number): Incoming {
  reader.int32();
  const namespace = reader.cstring();
  reader.int32();
  reader.int32();
  const body = reader.document();
  const database = /^([^.]+)\.\$cmd$/.exec(namespace)?.[1];
  if (database === undefined) throw new WireError("Cannot take an OP_QUERY that is no command");
  return {
    requestId,
    form: "query",
    body,
    sequences: new Map(),
    isAnswered: true,
    hasChecksum: false,
    database,
  };
}

/** Smallest document: its length and its end. */
const LEAST_DOCUMENT_BYTES = 5;

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  byte(): number {
    return this.#view.getUint8(this.#step(1));
  }

  int32(): number {
    return this.#view.getInt32(this.#step(4), true);
  }

  cstring(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0 || end >= this.#end) throw new WireError("Cannot find the end of a name");
    const start = this.#step(end + 1 - this.#at);
    return new TextDecoder().decode(this.#bytes.subarray(start, end));
  }

  document(): Uint8Array {
    if (this.#end - this.#at < 4) throw new WireError("Cannot find a document's length");
    const length = this.#view.getInt32(this.#at, true);
    if (length < LEAST_DOCUMENT_BYTES) {
      throw new WireError(`Cannot read a document of ${length} bytes`);
    }
    const start = this.#step(length);
    return this.#bytes.subarray(start, start + length);
  }

  sequence(): [name: string, documents: readonly Uint8Array[]] {
    const start = this.#at;
    const length = this.int32();
    const end = start + length;
    if (length < 4 || end > this.#end) {
      throw new WireError(`Cannot read a sequence of ${length} bytes`);
    }
    const name = this.cstring();
    const documents: Uint8Array[] = [];
    while (this.#at < end) documents.push(this.document());
    if (this.#at !== end) throw new WireError("Cannot find the end of a sequence");
    return [name, documents];
  }

  /** Checks the checksum at the end, which is then no part of the message any more. */
  checkSum(): void {
    this.#end -= CHECKSUM_BYTES;
    if (this.#end < HEADER_BYTES) throw new WireError("Cannot find the checksum");
    const sum = this.#view.getUint32(this.#end, true);
    if (sum !== crc32c(this.#bytes.subarray(0, this.#end))) {
      throw new WireError("Cannot take a message with a wrong checksum");
    }
  }

  #step(length: number): number {
    const start = this.#at;
    if (start + length > this.#end) throw new WireError("Cannot read past the end of a message");
    this.#at += length;
    return start;
  }
}
