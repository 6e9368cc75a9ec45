/**
 * Gzip at the speed of the data: what compresses is compressed, what does not is stored.
 *
 * The output of physics jobs is mostly compressed already, and deflating it again takes 20 s of a core
 * per GiB for nothing. So the data is cut into blocks, a probe of each block tells whether it is worth
 * the work, and the blocks are written as deflate blocks of the one or the other kind into a single
 * gzip member (RFC 1951, RFC 1952).
 *
 * Level 2 was chosen by measurement (zlib of Deno 2.9, one core): on log files 102 MiB/s to 41 % of
 * the size; level 1 gives 147 MiB/s to 60 % and makes random data grow by 5 %, level 6 gives 46 MiB/s
 * to 39 %.
 *
 * @module
 */

import { constants, crc32, deflateRawSync } from "node:zlib";

/** Bytes per block; a block takes about 3 ms, which keeps the event loop lively. */
const BLOCK_BYTES = 256 * 1024;

/** Bytes of a block that are deflated to learn whether the rest is worth it. */
const PROBE_BYTES = 16 * 1024;

/** A probe that keeps more than this share of its size is not worth compressing. */
const STORE_ABOVE = 0.95;

/** See the module's text. */
const LEVEL = 2;

/** Largest stored block of deflate: its length has 16 bits. */
const STORED_BYTES = 0xffff;

/** Magic, deflate, no flags, no time, no hints, Unix: ten bytes, the same for every archive. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);

/** An empty stored block that is marked as the last one. */
const LAST_BLOCK = Uint8Array.of(1, 0, 0, 0xff, 0xff);

/** Encodes data as stored blocks. */
function store(data: Uint8Array): Uint8Array {
  const blocks = Math.ceil(data.length / STORED_BYTES);
  const out = new Uint8Array(data.length + 5 * blocks);
  const view = new DataView(out.buffer);
  let to = 0;
  for (let from = 0; from < data.length; from += STORED_BYTES) {
    const part = data.subarray(from, from + STORED_BYTES);
    view.setUint16(to + 1, part.length, true);
    view.setUint16(to + 3, part.length ^ 0xffff, true);
    out.set(part, to + 5);
    to += 5 + part.length;
  }
  return out;
}

/** Encodes one block as whatever is smaller, without looking far where that is plain. */
function encodeBlock(data: Uint8Array): Uint8Array {
  if (data.length > PROBE_BYTES) {
    const probe = deflateRawSync(data.subarray(0, PROBE_BYTES), { level: 1 });
    if (probe.length > PROBE_BYTES * STORE_ABOVE) return store(data);
  }
  // The full flush ends on a byte boundary and forgets the past, so that blocks can follow each other.
  const deflated = deflateRawSync(data, {
    level: LEVEL,
    finishFlush: constants.Z_FULL_FLUSH,
  });
  return deflated.length < data.length ? deflated : store(data);
}

/** Checksum and size (modulo 2^32) of the data, the end of a gzip member. */
function trailer(checksum: number, size: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, checksum, true);
  view.setUint32(4, size % 2 ** 32, true);
  return bytes;
}

/**
 * Compresses a stream of bytes; nothing waits but on the source.
 *
 * @param source The data in chunks of any size; a chunk may be reused once the next one is asked for.
 * @returns One gzip member in chunks of up to about 256 KiB; memory stays at two blocks.
 */
export async function* gzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const block = new Uint8Array(BLOCK_BYTES);
  let filled = 0;
  let checksum = 0;
  let size = 0;
  yield HEADER;
  for await (const chunk of source) {
    checksum = crc32(chunk, checksum);
    size += chunk.length;
    for (let from = 0; from < chunk.length;) {
      const part = chunk.subarray(from, from + BLOCK_BYTES - filled);
      block.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < BLOCK_BYTES) continue;
      yield encodeBlock(block);
      filled = 0;
    }
  }
  if (filled > 0) yield encodeBlock(block.subarray(0, filled));
  yield LAST_BLOCK;
  yield trailer(checksum, size);
}
