/**
 * Reads tar archives from strangers: pulled member by member, so that nothing is read ahead, nothing
 * waits for an event that never comes, and every oddity is an error.
 *
 * @module
 */

import { ByteSource } from "./byte_source.ts";
import {
  parseLongName,
  parsePaxRecords,
  parseTarHeader,
  TAR_BLOCK_BYTES,
  type TarHeader,
} from "./tar_header.ts";

/** Largest extended header; paths have at most 4096 bytes. */
const LARGEST_EXTENSION_BYTES = 64 * 1024;

/** Most bytes that may follow the end; GNU tar fills up to 10 KiB. */
const MOST_BYTES_AFTER_END = 2 ** 20;

/** One member, extended headers applied. */
export interface TarEntry extends TarHeader {
  /** The content; to be read, or left, before the next entry is asked for. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** Content of one member. */
class Content implements AsyncIterable<Uint8Array> {
  readonly #source: ByteSource;
  #leftBytes: number;
  #paddingBytes: number;

  constructor(source: ByteSource, sizeBytes: number) {
    this.#source = source;
    this.#leftBytes = sizeBytes;
    this.#paddingBytes = (TAR_BLOCK_BYTES - sizeBytes % TAR_BLOCK_BYTES) % TAR_BLOCK_BYTES;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (this.#leftBytes > 0) {
      const part = await this.#source.some(this.#leftBytes);
      if (part === undefined) throw new SyntaxError("Unexpected end");
      this.#leftBytes -= part.length;
      yield part;
    }
  }

  /** Passes over what was not read, and over the padding. */
  async skip(): Promise<void> {
    this.#leftBytes += this.#paddingBytes;
    this.#paddingBytes = 0;
    for await (const part of this) void part;
  }
}

/** What extended headers say about the next member, or about all that follow. */
interface Extensions {
  name?: string | undefined;
  linkName?: string | undefined;
  /** As pax writes it, in decimal digits. */
  size?: string | undefined;
}

/** Reads the content of an extended header. */
async function readExtension(source: ByteSource, sizeBytes: number): Promise<Uint8Array> {
  if (sizeBytes > LARGEST_EXTENSION_BYTES) throw new SyntaxError("Extended header too long");
  const content = new Content(source, sizeBytes);
  const bytes = new Uint8Array(sizeBytes);
  let filled = 0;
  for await (const part of content) {
    bytes.set(part, filled);
    filled += part.length;
  }
  await content.skip();
  return bytes;
}

/** Picks what matters from pax records. */
function paxExtensions(bytes: Uint8Array): Extensions {
  const records = parsePaxRecords(bytes);
  for (const key of records.keys()) {
    if (key.startsWith("GNU.sparse")) throw new SyntaxError("Sparse files are not supported");
  }
  const found: Extensions = {};
  const [name, linkName, size] = ["path", "linkpath", "size"].map((key) => records.get(key));
  if (name !== undefined) found.name = name;
  if (linkName !== undefined) found.linkName = linkName;
  if (size !== undefined) found.size = size;
  return found;
}

/** Applies extensions to a header. */
function extended(header: TarHeader, extensions: Extensions): TarHeader {
  const { name = header.name, linkName = header.linkName, size } = extensions;
  const sizeBytes = size === undefined ? header.sizeBytes : Number(size);
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw new SyntaxError("Wrong size");
  // Only files have content, whatever the header says.
  const hasContent = header.typeFlag === "0" || header.typeFlag === "7";
  return { ...header, name, linkName, sizeBytes: hasContent ? sizeBytes : 0 };
}

/** Reads what follows an archive's end, so that a checksum over all of it is checked. */
async function readToEnd(source: ByteSource): Promise<void> {
  let leftBytes = MOST_BYTES_AFTER_END;
  while (leftBytes > 0) {
    const part = await source.some(leftBytes);
    if (part === undefined) return;
    leftBytes -= part.length;
  }
  throw new SyntaxError("Too much after the end");
}

/**
 * Reads a tar archive.
 *
 * @param bytes The archive.
 * @returns Its entries; extended headers are applied, not returned.
 * @throws {SyntaxError} When the archive is damaged, cut, or of an unknown form.
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  await using source = new ByteSource(bytes);
  let always: Extensions = {};
  let once: Extensions = {};
  for (;;) {
    const block = await source.exactly(TAR_BLOCK_BYTES);
    if (block.length < TAR_BLOCK_BYTES) throw new SyntaxError("Unexpected end");
    const header = parseTarHeader(block);
    if (header === undefined) return await readToEnd(source);
    const { typeFlag, sizeBytes } = header;
    if (typeFlag === "x") {
      once = { ...once, ...paxExtensions(await readExtension(source, sizeBytes)) };
    } else if (typeFlag === "g") {
      always = { ...always, ...paxExtensions(await readExtension(source, sizeBytes)) };
    } else if (typeFlag === "L") {
      once.name = parseLongName(await readExtension(source, sizeBytes));
    } else if (typeFlag === "K") {
      once.linkName = parseLongName(await readExtension(source, sizeBytes));
    } else {
      const entry = extended(header, { ...always, ...once });
      once = {};
      const content = new Content(source, entry.sizeBytes);
      yield { ...entry, content };
      await content.skip();
    }
  }
}
