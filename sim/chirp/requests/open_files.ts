/**
 * Requests on open files: open, close, pread, pwrite and what else takes a descriptor.
 *
 * @module
 */

import { CHIRP_CODES } from "../../../lib/chirp/codes.ts";
import { formatStat } from "../../../lib/chirp/stat.ts";
import { LONGEST_IO } from "../../../lib/chirp/wire.ts";
import { ChirpFailure, denied, invalid, missing } from "../failure.ts";
import { fileMode, newFileMode } from "../modes.ts";
import { isDirectory, type Resolved } from "../resolve.ts";
import type { OpenEntry, Session } from "../session.ts";
import { receiveData, sendFile } from "../transfer.ts";
import { formatSpace } from "./metadata.ts";
import { DONE, request, type RequestTable } from "./request.ts";

/** Reads up to this size, in bytes, need not ask first how long the file is. */
const SMALL_READ_BYTES = 64 * 1024;

/** Requests on open files. */
export const openFileRequests: RequestTable = {
  open: request(["path", "word", "number"], (session, path, flags, mode) => {
    const entry = openEntry(session, path, new Set(flags), mode);
    const descriptor = session.addOpen(entry);
    session.writer.line(descriptor);
    session.writer.line(formatStat(statOf(session, entry)));
  }),

  close: request(["number"], (session, descriptor) => {
    session.close(descriptor);
    return DONE;
  }),

  pread: request(["number", "number", "number"], async (session, descriptor, length, offset) => {
    const file = session.readableFile(descriptor);
    if (length < 0 || offset < 0) throw invalid(`read of ${length} bytes at ${offset}`);
    if (length <= SMALL_READ_BYTES && !session.server.faults.slows) {
      using buffer = session.server.buffers.lend();
      const count = file.read(offset, buffer.bytes.subarray(0, length));
      session.writer.line(count);
      session.writer.bytes(buffer.bytes.subarray(0, count));
      return;
    }
    const count = Math.max(0, Math.min(length, LONGEST_IO, file.stat().sizeBytes - offset));
    session.writer.line(count);
    await sendFile(session, file, offset, count);
  }),

  pwrite: request(["number", "number", "number"], async (session, descriptor, length, offset) => {
    if (length < 0) throw invalid(`write of ${length} bytes`);
    const storedBytes = Math.min(length, LONGEST_IO);
    await receiveData(session, length, (done, piece) => {
      const file = session.writableFile(descriptor);
      if (offset < 0) throw invalid(`write at ${offset}`);
      if (done < storedBytes) file.write(offset + done, piece.subarray(0, storedBytes - done));
    });
    if (length === 0) session.writableFile(descriptor);
    return storedBytes;
  }),

  fstat: request(["number"], (session, descriptor) => {
    const line = formatStat(statOf(session, session.opened(descriptor)));
    session.writer.line(DONE);
    session.writer.line(line);
  }),

  fstatfs: request(["number"], (session, descriptor) => {
    const entry = session.opened(descriptor);
    if (entry.kind !== "directory") {
      throw new ChirpFailure(CHIRP_CODES.NOT_DIR, `Cannot measure the room in file ${entry.path}`);
    }
    const line = formatSpace(session.storage.space(entry.path));
    session.writer.line(DONE);
    session.writer.line(line);
  }),

  fsync: request(["number"], (session, descriptor) => {
    const entry = session.opened(descriptor);
    if (entry.kind === "file") entry.file.sync();
    return DONE;
  }),

  ftruncate: request(["number", "number"], (session, descriptor, sizeBytes) => {
    if (sizeBytes < 0) throw invalid(`size ${sizeBytes}`);
    const entry = session.opened(descriptor);
    if (entry.kind !== "file" || !entry.writable) throw invalid(`cut ${entry.path}, not writable`);
    entry.file.truncate(sizeBytes);
    return DONE;
  }),

  fchmod: request(["number", "number"], (session, descriptor, mode) => {
    const entry = session.opened(descriptor);
    if (entry.kind === "file") entry.file.setMode(fileMode(mode));
    return DONE;
  }),

  // Files belong to the server's user whatever a client says, and chirp_server checks nothing here.
  fchown: request(["number", "number", "number"], () => DONE),
};

function openEntry(
  session: Session,
  path: string,
  flags: ReadonlySet<string>,
  mode: number,
): OpenEntry {
  const changes = ["w", "c", "t", "a"].some((flag) => flags.has(flag));
  const write = flags.has("w");
  const read = flags.has("r") || !write;
  const entry = session.find(path, { garbled: !changes });
  if (entry.stat !== undefined && isDirectory(entry.stat)) {
    return openDirectory(session, entry, changes);
  }
  if (read) session.access.demand(entry, "r");
  const create = flags.has("c");
  const onlyNew = changes && session.access.demandWrite(entry).onlyNew;
  if (onlyNew && !create) throw denied(`change ${path}`);
  if (entry.stat === undefined && !create) throw missing(path);
  const file = session.storage.open(entry.path, {
    read,
    write,
    create,
    append: flags.has("a"),
    exclusive: onlyNew || flags.has("x"),
    truncate: write && flags.has("t"),
    mode: newFileMode(mode),
  });
  return { kind: "file", path: entry.path, file, readable: read, writable: write };
}

/** A directory can be opened to be looked at, and for nothing else. */
function openDirectory(session: Session, entry: Resolved, changes: boolean): OpenEntry {
  if (changes) {
    throw new ChirpFailure(CHIRP_CODES.IS_DIR, `Cannot open directory ${entry.path} to change it`);
  }
  session.access.demand(entry, "l");
  return { kind: "directory", path: entry.path };
}

function statOf(session: Session, entry: OpenEntry) {
  if (entry.kind === "file") return entry.file.stat();
  const stat = session.storage.lstat(entry.path);
  if (stat === undefined) throw missing(entry.path);
  return stat;
}
