/**
 * Moving file contents between the store and a connection, with constant memory.
 *
 * @module
 */

import { TRANSFER_BUFFER_BYTES } from "./buffer_pool.ts";
import { ConnectionLost } from "./byte_stream.ts";
import type { Session } from "./session.ts";
import type { StoredFile } from "./storage.ts";

/** Pieces up to this size, in bytes, leave together with the answer that goes before them. */
const SMALL_BYTES = 64 * 1024;

/**
 * Sends a part of a file. The next piece is read while the last one is on its way.
 *
 * @param session The connection.
 * @param file The file.
 * @param start Where the part begins, in bytes.
 * @param lengthBytes Bytes to send, as promised to the client.
 * @throws {ConnectionLost} The file has become shorter than promised, or a fault was put in.
 */
export async function sendFile(
  session: Session,
  file: StoredFile,
  start: number,
  lengthBytes: number,
): Promise<void> {
  const { writer, server: { faults, buffers } } = session;
  const breakAt = faults.breakingPoint();
  if (lengthBytes <= SMALL_BYTES && breakAt === Infinity && !faults.slows) {
    assertWhole(file.read(start, writer.room(lengthBytes)), lengthBytes);
    return;
  }
  using front = buffers.lend();
  using back = buffers.lend();
  let [ready, spare] = [front.bytes, back.bytes];
  let sending = writer.flush();
  try {
    for (let offset = 0; offset < lengthBytes;) {
      const wanted = Math.min(ready.length, lengthBytes - offset, breakAt - offset);
      if (wanted === 0) break;
      const piece = ready.subarray(0, faults.pieceBytes(wanted));
      assertWhole(file.read(start + offset, piece), piece.length);
      await sending;
      sending = writer.send(piece);
      offset += piece.length;
      if (faults.slows) await faults.pace(piece.length, session.signal);
      [ready, spare] = [spare, ready];
    }
    await sending;
  } finally {
    // A piece on its way must not change, so its buffer goes back only when it has left.
    await sending.catch(() => {});
  }
  if (breakAt < lengthBytes) throw new ConnectionLost("Broke a transfer off, as asked");
}

/**
 * Takes the data of a request, piece by piece. After a failure of `take` the rest is read and thrown
 * away, so that the connection stays in step.
 *
 * @param session The connection.
 * @param lengthBytes Bytes that the client sends.
 * @param take Stores a piece at its place in the data; the piece is valid during the call only.
 * @throws {ConnectionLost} The client left before the end, or a fault was put in.
 * @throws What `take` has thrown, once all data has come.
 */
export async function receiveData(
  session: Session,
  lengthBytes: number,
  take: (offset: number, piece: Uint8Array) => void,
): Promise<void> {
  const { reader, writer, server: { faults, buffers } } = session;
  const breakAt = faults.breakingPoint();
  if (reader.heldBytes < lengthBytes) await writer.flush();
  using buffer = buffers.lend();
  let failed = false;
  let failure: unknown;
  for (let offset = 0; offset < lengthBytes;) {
    const wanted = Math.min(TRANSFER_BUFFER_BYTES, lengthBytes - offset, breakAt - offset);
    if (wanted <= 0) throw new ConnectionLost("Broke a transfer off, as asked");
    const piece = buffer.bytes.subarray(0, faults.pieceBytes(wanted));
    const count = await reader.readFully(piece);
    try {
      if (!failed) take(offset, piece.subarray(0, count));
    } catch (error) {
      failed = true;
      failure = error;
    }
    if (count < piece.length) {
      throw new ConnectionLost("Lost the client before the end of its data");
    }
    offset += count;
    if (faults.slows) await faults.pace(count, session.signal);
  }
  if (failed) throw failure;
}

function assertWhole(readBytes: number, promisedBytes: number): void {
  if (readBytes < promisedBytes) {
    throw new ConnectionLost(
      `Found ${readBytes} bytes of a file where ${promisedBytes} were promised`,
    );
  }
}
