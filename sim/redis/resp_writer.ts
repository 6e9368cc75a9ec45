/**
 * Writes answers as RESP2 or RESP3 into a buffer of its own.
 *
 * @module
 */

import { type Bytes, writeBytes } from "./bytes.ts";
import { formatDouble } from "./numbers.ts";
import {
  Double,
  ErrorReply,
  Members,
  NullArray,
  Pairs,
  Push,
  type Reply,
  Scored,
  Status,
} from "./reply.ts";

const SMALLEST_BUFFER_BYTES = 4096;
const KEPT_BUFFER_BYTES = 256 * 1024;

/** Collects answers until they are sent. */
export class RespWriter {
  #buffer = new Uint8Array(SMALLEST_BUFFER_BYTES);
  #spare: Uint8Array<ArrayBuffer> | null = null;
  #length = 0;

  /** Number of bytes collected. */
  get length(): number {
    return this.#length;
  }

  /** Takes what was collected; give the buffer back by {@linkcode recycle} when it has been sent. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = this.#spare ?? new Uint8Array(SMALLEST_BUFFER_BYTES);
    this.#spare = null;
    this.#length = 0;
    return taken;
  }

  /** Gives back a buffer that has been sent. */
  recycle(taken: Uint8Array<ArrayBuffer>): void {
    if (taken.buffer.byteLength <= KEPT_BUFFER_BYTES) this.#spare = new Uint8Array(taken.buffer);
  }

  /** Writes an answer. */
  write(reply: Reply, protocol: 2 | 3): void {
    if (typeof reply === "string") this.writeBulk(reply);
    else if (typeof reply === "number" || typeof reply === "bigint") this.#line(`:${reply}`);
    else if (reply === null) this.#line(protocol === 3 ? "_" : "$-1");
    else if (reply instanceof Status) this.#line(`+${reply.text}`);
    else if (reply instanceof ErrorReply) this.#line(`-${reply.message.replace(/[\r\n]/g, " ")}`);
    else if (reply instanceof NullArray) this.#line(protocol === 3 ? "_" : "*-1");
    else if (reply instanceof Double) this.#double(reply.value, protocol);
    else if (reply instanceof Pairs) this.#pairs(reply, protocol);
    else if (reply instanceof Members) {
      this.#items(protocol === 3 ? "~" : "*", reply.items, protocol);
    } else if (reply instanceof Push) {
      this.#items(protocol === 3 ? ">" : "*", reply.items, protocol);
    } else if (reply instanceof Scored) this.#scored(reply, protocol);
    else this.#items("*", reply, protocol);
  }

  /** Writes a bulk string. */
  writeBulk(bytes: Bytes): void {
    const header = `$${bytes.length}\r\n`;
    this.#reserve(header.length + bytes.length + 2);
    const buffer = this.#buffer;
    let at = writeBytes(buffer, this.#length, header);
    at = writeBytes(buffer, at, bytes);
    buffer[at] = 13;
    buffer[at + 1] = 10;
    this.#length = at + 2;
  }

  /** Writes a command as an array of bulk strings. */
  writeCommand(words: readonly Bytes[]): void {
    this.#line(`*${words.length}`);
    for (const word of words) this.writeBulk(word);
  }

  #items(type: string, items: readonly Reply[], protocol: 2 | 3): void {
    this.#line(`${type}${items.length}`);
    for (const item of items) this.write(item, protocol);
  }

  #pairs({ items }: Pairs, protocol: 2 | 3): void {
    this.#line(protocol === 3 ? `%${items.length / 2}` : `*${items.length}`);
    for (const item of items) this.write(item, protocol);
  }

  #scored({ items }: Scored, protocol: 2 | 3): void {
    if (protocol === 2) return this.#items("*", items, protocol);
    this.#line(`*${items.length / 2}`);
    for (let index = 0; index < items.length; index += 2) {
      this.#items("*", items.slice(index, index + 2), protocol);
    }
  }

  #double(value: number, protocol: 2 | 3): void {
    if (protocol === 3) this.#line(`,${formatDouble(value)}`);
    else this.writeBulk(formatDouble(value));
  }

  #line(text: Bytes): void {
    this.#reserve(text.length + 2);
    const at = writeBytes(this.#buffer, this.#length, text);
    this.#buffer[at] = 13;
    this.#buffer[at + 1] = 10;
    this.#length = at + 2;
  }

  #reserve(length: number): void {
    const wanted = this.#length + length;
    if (wanted <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(wanted, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
