/**
 * A client that sends whatever it is told to.
 *
 * @module
 */
import { deserialize, type Document, serialize } from "bson";
import { crc32c } from "../../../sim/mongo/wire/crc32c.ts";
import { OP_MSG, OP_QUERY } from "../../../sim/mongo/wire/message.ts";

const HEADER_BYTES = 16;

/** A part of a message beside the command. */
export interface Sequence {
  /** Field that the documents stand for. */
  readonly name: string;
  /** The documents. */
  readonly documents: readonly Document[];
}

/** What an OP_MSG is made of. */
export interface Message {
  /** The command. */
  readonly command: Document;
  /** Lists beside it. Default: none. */
  readonly sequences?: readonly Sequence[];
  /** Flags, without the checksum's. Default: 0. */
  readonly flags?: number;
  /** Whether a checksum is sent. Default: false. */
  readonly hasChecksum?: boolean;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function int32(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

/** Writes an OP_MSG whose number is 7. */
export function opMsg(message: Message): Uint8Array<ArrayBuffer> {
  const { command, sequences = [], flags = 0, hasChecksum = false } = message;
  const sections = sequences.map(({ name, documents }) => {
    const content = concat([
      new TextEncoder().encode(`${name}\0`),
      ...documents.map((document) => serialize(document)),
    ]);
    return concat([Uint8Array.of(1), int32(4 + content.length), content]);
  });
  const body = concat([
    int32(hasChecksum ? flags | 1 : flags),
    ...sections,
    Uint8Array.of(0),
    serialize(command),
  ]);
  const length = HEADER_BYTES + body.length + (hasChecksum ? 4 : 0);
  const bytes = concat([int32(length, 7, 0, OP_MSG), body]);
  return hasChecksum ? concat([bytes, int32(crc32c(bytes) | 0)]) : bytes;
}

/** Writes an OP_QUERY whose number is 7. */
export function opQuery(namespace: string, command: Document): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(`${namespace}\0`);
  const body = concat([int32(0), name, int32(0, -1), serialize(command)]);
  return concat([int32(HEADER_BYTES + body.length, 7, 0, OP_QUERY), body]);
}

/** An answer as it came. */
export interface Answer {
  /** Number of the message that is answered. */
  readonly responseTo: number;
  /** Number of the form. */
  readonly opcode: number;
  /** Flags of an OP_MSG. */
  readonly flags: number;
  /** The document. */
  readonly document: Document;
  /** The whole message. */
  readonly bytes: Uint8Array;
}

/** A connection. */
export class WireClient implements Disposable {
  readonly #conn: Deno.TcpConn;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects to a port of the loopback address. */
  static async connect(port: number): Promise<WireClient> {
    return new WireClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends bytes. */
  async send(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
  }

  /** Waits for an answer; `undefined` when the server has ended the connection. */
  async receive(): Promise<Answer | undefined> {
    const head = await this.#read(4);
    if (head === undefined) return undefined;
    const [length = 0] = new Int32Array(head.buffer);
    const rest = await this.#read(length - 4);
    if (rest === undefined) return undefined;
    const bytes = concat([head, rest]);
    const [, , responseTo = 0, opcode = 0, flags = 0] = new Int32Array(bytes.slice(0, 20).buffer);
    const document = deserialize(bytes.subarray(opcode === OP_MSG ? 21 : 36), {
      allowObjectSmallerThanBufferSize: true,
    });
    return { responseTo, opcode, flags, document, bytes };
  }

  /** Sends an OP_MSG and waits for its answer. */
  async ask(message: Message): Promise<Document> {
    await this.send(opMsg(message));
    const answer = await this.receive();
    if (answer === undefined) throw new Error("The server has ended the connection");
    return answer.document;
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }

  async #read(length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const count = await this.#conn.read(bytes.subarray(filled)).catch(() => null);
      if (count === null) return undefined;
      filled += count;
    }
    return bytes;
  }
}
