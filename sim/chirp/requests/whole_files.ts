/**
 * Requests that move a file as a whole: getfile, putfile, getstream, putstream.
 *
 * @module
 */

import { CHIRP_CODES } from "../../../lib/chirp/codes.ts";
import { ConnectionLost } from "../byte_stream.ts";
import { ChirpFailure, invalid } from "../failure.ts";
import { newFileMode } from "../modes.ts";
import { isDirectory, type Resolved } from "../resolve.ts";
import type { Session } from "../session.ts";
import type { StoredFile } from "../storage.ts";
import { receiveData, sendFile } from "../transfer.ts";
import { DONE, request, type RequestTable } from "./request.ts";

/** Requests that move whole files. */
export const wholeFileRequests: RequestTable = {
  getfile: request(["path"], async (session, path) => {
    const file = openForReading(session, path);
    try {
      const { sizeBytes } = file.stat();
      session.writer.line(sizeBytes);
      await sendFile(session, file, 0, sizeBytes);
    } finally {
      file.close();
    }
  }),

  putfile: request(["path", "number", "number"], async (session, path, mode, lengthBytes) => {
    if (lengthBytes < 0) throw invalid(`length ${lengthBytes}`);
    const upload = openForUpload(session, path, mode);
    await storeUpload(session, upload, () => {
      session.goAhead();
      return receiveData(session, lengthBytes, (offset, piece) => upload.file.write(offset, piece));
    });
    return lengthBytes;
  }),

  getstream: request(["path"], async (session, path) => {
    const file = openForReading(session, path);
    try {
      session.writer.line(DONE);
      await sendFile(session, file, 0, file.stat().sizeBytes);
      session.ending = true;
    } finally {
      file.close();
    }
  }),

  putstream: request(["path"], async (session, path) => {
    const upload = openForUpload(session, path, 0o600);
    await storeUpload(session, upload, async () => {
      session.goAhead();
      await session.writer.flush();
      await receiveStream(session, upload.file);
    });
    session.ending = true;
  }),
};

/** A file that is being written as a whole. */
interface Upload {
  readonly path: string;
  readonly file: StoredFile;
}

/**
 * Opens a file to read all of it.
 *
 * @param session The connection.
 * @param path The path as the client means it.
 * @returns The open file.
 * @throws {ChirpFailure} -2 without the right to read, -3 when it is missing, -13 for a directory.
 */
export function openForReading(session: Session, path: string): StoredFile {
  const entry = session.find(path, { garbled: true });
  session.access.demand(entry, "r");
  assertNoDirectory(entry);
  return session.storage.open(entry.path, { read: true, write: false });
}

function openForUpload(session: Session, path: string, mode: number): Upload {
  const entry = session.find(path);
  assertNoDirectory(entry);
  const { onlyNew } = session.access.demandWrite(entry);
  const file = session.storage.open(entry.path, {
    read: false,
    write: true,
    create: true,
    exclusive: onlyNew,
    truncate: true,
    mode: newFileMode(mode),
  });
  return { path: entry.path, file };
}

/** Runs an upload; what it leaves unfinished is deleted, since nobody could tell it from a whole file. */
async function storeUpload(
  session: Session,
  { path, file }: Upload,
  receive: () => Promise<void>,
): Promise<void> {
  try {
    await receive();
  } catch (error) {
    if (session.storage.lstat(path)?.inode === file.stat().inode) session.storage.removeFile(path);
    throw error;
  } finally {
    file.close();
  }
}

/** Stores what comes until the client has nothing more to send. */
async function receiveStream(session: Session, file: StoredFile): Promise<void> {
  const { reader, server: { buffers, faults } } = session;
  const breakAt = faults.breakingPoint();
  using buffer = buffers.lend();
  for (let offset = 0;;) {
    const wanted = faults.pieceBytes(Math.min(buffer.bytes.length, breakAt - offset));
    if (wanted <= 0) throw new ConnectionLost("Broke a transfer off, as asked");
    const piece = buffer.bytes.subarray(0, wanted);
    const count = await reader.readFully(piece);
    file.write(offset, piece.subarray(0, count));
    offset += count;
    if (count < wanted) return;
    if (faults.slows) await faults.pace(count, session.signal);
  }
}

function assertNoDirectory(entry: Resolved): void {
  if (entry.stat !== undefined && isDirectory(entry.stat)) {
    throw new ChirpFailure(CHIRP_CODES.IS_DIR, `Cannot use directory ${entry.path} as a file`);
  }
}
