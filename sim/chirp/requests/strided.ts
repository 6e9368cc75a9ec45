/**
 * Requests that read and write blocks at regular distances in an open file: sread, swrite.
 *
 * @module
 */

import { LONGEST_IO } from "../../../lib/chirp/wire.ts";
import type { ByteWriter } from "../byte_stream.ts";
import { invalid } from "../failure.ts";
import type { Session } from "../session.ts";
import type { StoredFile } from "../storage.ts";
import { receiveData } from "../transfer.ts";
import { request, type RequestTable } from "./request.ts";

/** Most bytes of blocks that are gathered before they leave. */
const MOST_GATHERED_BYTES = 64 * 1024;

/** Requests on strided data. The words: descriptor, bytes in all, bytes in a block, distance, offset. */
export const stridedRequests: RequestTable = {
  sread: request(
    ["number", "number", "number", "number", "number"],
    async (session, descriptor, length, block, skip, offset) => {
      const file = session.readableFile(descriptor);
      if (length < 0 || block < 0 || skip < 0 || offset < 0) {
        throw invalid(`strided read at ${offset}`);
      }
      await sendBlocks(session, file, Math.min(length, LONGEST_IO), block, skip, offset);
    },
  ),

  swrite: request(
    ["number", "number", "number", "number", "number"],
    async (session, descriptor, length, block, skip, offset) => {
      if (length < 0) throw invalid(`strided write of ${length} bytes`);
      const usedBytes = block > 0 ? Math.floor(Math.min(length, LONGEST_IO) / block) * block : 0;
      let checked = false;
      await receiveData(session, length, (done, piece) => {
        const file = session.writableFile(descriptor);
        if (!checked && (offset < 0 || skip < 0 || offset > file.stat().sizeBytes)) {
          throw invalid(`strided write at ${offset}, behind the end of the file`);
        }
        checked = true;
        writeBlocks(
          file,
          piece.subarray(0, Math.max(0, usedBytes - done)),
          done,
          block,
          skip,
          offset,
        );
      });
      if (length === 0) session.writableFile(descriptor);
      return usedBytes;
    },
  ),
};

/** Sends whole blocks as long as the file has them, and what is left of the last. */
async function sendBlocks(
  session: Session,
  file: StoredFile,
  length: number,
  block: number,
  skip: number,
  offset: number,
): Promise<void> {
  const { writer } = session;
  const { sizeBytes } = file.stat();
  const wanted = block > 0 ? Math.floor(length / block) : 0;
  const leftAt = (index: number) => Math.max(0, Math.min(block, sizeBytes - offset - index * skip));
  // Blocks that overlap do not end: without a distance between them all are whole or none is.
  const fitting = skip > 0 ? Math.floor((sizeBytes - offset - block) / skip) + 1 : Infinity;
  const whole = leftAt(0) < block ? 0 : Math.max(0, Math.min(wanted, fitting));
  const rest = whole < wanted ? leftAt(whole) : 0;
  writer.line(whole * block + rest);
  using span = session.server.buffers.lend();
  for (let done = 0; done < whole;) {
    const count = blocksInSpan(span.bytes.length, block, skip, whole - done);
    readBlocks(file, span.bytes, offset + done * skip, { block, skip, count }, writer);
    done += count;
    if (writer.full) await writer.flush();
  }
  if (rest > 0) file.read(offset + whole * skip, writer.room(rest));
}

/** How many blocks are read from the file at once: those of one span, and no more than leave at once. */
function blocksInSpan(spanBytes: number, block: number, skip: number, left: number): number {
  const spanned = skip > 0 ? Math.floor((spanBytes - block) / skip) + 1 : Infinity;
  return Math.max(1, Math.min(left, spanned, Math.floor(MOST_GATHERED_BYTES / block)));
}

/** Reads the span of the file that holds some blocks, and puts the blocks into the answer. */
function readBlocks(
  file: StoredFile,
  span: Uint8Array,
  offset: number,
  { block, skip, count }: { block: number; skip: number; count: number },
  writer: ByteWriter,
): void {
  const room = writer.room(count * block);
  if (count === 1) {
    file.read(offset, room);
    return;
  }
  const held = span.subarray(0, (count - 1) * skip + block);
  file.read(offset, held);
  for (let index = 0; index < count; index++) {
    room.set(held.subarray(index * skip, index * skip + block), index * block);
  }
}

/** Writes a piece of the data, which begins `done` bytes behind its start, to its places in the file. */
function writeBlocks(
  file: StoredFile,
  piece: Uint8Array,
  done: number,
  block: number,
  skip: number,
  offset: number,
): void {
  for (let at = 0; at < piece.length;) {
    const index = Math.floor((done + at) / block);
    const inBlock = (done + at) - index * block;
    const count = Math.min(block - inBlock, piece.length - at);
    file.write(offset + index * skip + inBlock, piece.subarray(at, at + count));
    at += count;
  }
}
