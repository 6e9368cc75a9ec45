/**
 * Requests about an entry named by its path: stat, access, chmod, utime, truncate, hashes and the like.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { RightLetter } from "../../../lib/chirp/acl.ts";
import { CHIRP_CODES } from "../../../lib/chirp/codes.ts";
import { bytesOfName } from "../../../lib/chirp/names.ts";
import { type ChirpStat, formatStat } from "../../../lib/chirp/stat.ts";
import { sleep } from "../../../lib/clock.ts";
import { ChirpFailure, denied, invalid, missing } from "../failure.ts";
import { directoryMode, fileMode } from "../modes.ts";
import { isDirectory, isLink, type Resolved, type ResolveOptions } from "../resolve.ts";
import type { Session } from "../session.ts";
import type { StoreSpace } from "../storage.ts";
import { answerBytes, DONE, request, type RequestTable } from "./request.ts";
import { openForReading } from "./whole_files.ts";

/** Bits of `access`. */
const READ_BIT = 4;
const WRITE_BIT = 2;
const EXECUTE_BIT = 1;

/** Bytes hashed in one turn of the event loop, so that other connections are served in between. */
const HASH_TURN_BYTES = 16 * 1024 * 1024;

/** Requests about entries. */
export const metadataRequests: RequestTable = {
  stat: request(["path"], (session, path) => answerStat(session, path)),
  lstat: request(["path"], (session, path) => answerStat(session, path, { follow: false })),

  statfs: request(["path"], (session, path) => {
    const entry = session.find(path, { garbled: true });
    session.access.demand(entry, "l");
    if (!isDirectory(statOf(entry))) {
      throw new ChirpFailure(CHIRP_CODES.NOT_DIR, `Cannot measure the room in file ${path}`);
    }
    const line = formatSpace(session.storage.space(entry.path));
    session.writer.line(DONE);
    session.writer.line(line);
  }),

  access: request(["path", "number"], (session, path, bits) => {
    const entry = session.find(path, { garbled: true });
    session.access.demand(entry, ...lettersOf(entry, bits));
    const { mode } = statOf(entry);
    if ((bits & EXECUTE_BIT) !== 0 && (mode & 0o111) === 0) throw denied(`execute ${path}`);
    return DONE;
  }),

  chmod: request(["path", "number"], (session, path, mode) => {
    const entry = session.find(path);
    session.access.demandChange(entry);
    const bits = isDirectory(statOf(entry)) ? directoryMode(mode) : fileMode(mode);
    session.storage.setMode(entry.path, bits);
    return DONE;
  }),

  chown: request(["path", "number", "number"], (session, path) => keepOwner(session, path, true)),
  lchown: request(["path", "number", "number"], (session, path) => keepOwner(session, path, false)),

  utime: request(["path", "number", "number"], (session, path, accessS, modifiedS) => {
    const entry = session.find(path);
    session.access.demandChange(entry);
    statOf(entry);
    session.storage.setTimes(entry.path, accessS, modifiedS);
    return DONE;
  }),

  truncate: request(["path", "number"], (session, path, sizeBytes) => {
    const entry = session.find(path);
    session.access.demandChange(entry);
    if (sizeBytes < 0) throw invalid(`size ${sizeBytes}`);
    const file = session.storage.open(entry.path, { read: false, write: true });
    try {
      file.truncate(sizeBytes);
    } finally {
      file.close();
    }
    return DONE;
  }),

  readlink: request(["path", "number"], (session, path, mostBytes) => {
    const entry = session.find(path, { follow: false, garbled: true });
    session.access.demand(entry, "r");
    if (!isLink(statOf(entry)) || mostBytes <= 0) throw invalid(`read ${path} as a link`);
    answerBytes(session, bytesOfName(session.storage.readLink(entry.path)).subarray(0, mostBytes));
  }),

  md5: request(["path"], (session, path) => answerHash(session, "md5", path)),

  hash: request(["word", "path"], (session, algorithm, path) => {
    if (algorithm !== "md5" && algorithm !== "sha1") throw invalid(`hash ${algorithm}`);
    return answerHash(session, algorithm, path);
  }),

  localpath: request(["path"], (session, path) => {
    const entry = session.find(path, { garbled: true });
    session.access.demand(entry, "l");
    statOf(entry);
    answerBytes(session, bytesOfName(path));
  }),

  // Replicas exist only in clusters of servers.
  setrep: request(["path", "number"], (session, path) => {
    session.access.demandChange(session.find(path));
    throw invalid(`replicas of ${path}`);
  }),
};

/**
 * Writes a line that tells the room in a store.
 *
 * @param space The room.
 * @returns The line, without its line feed.
 */
export function formatSpace(space: StoreSpace): string {
  return `${space.type} ${space.blockSizeBytes} ${space.blocks} ${space.freeBlocks} ` +
    `${space.availableBlocks} ${space.files} ${space.freeFiles}`;
}

/**
 * Insists that something stands at a path.
 *
 * @param entry What was found there.
 * @returns Its status.
 * @throws {ChirpFailure} -3 when it is a free place.
 */
export function statOf(entry: Resolved): ChirpStat {
  if (entry.stat === undefined) throw missing(entry.path);
  return entry.stat;
}

function answerStat(session: Session, path: string, options: ResolveOptions = {}): void {
  const entry = session.find(path, { ...options, garbled: true });
  session.access.demand(entry, "l");
  const line = formatStat(statOf(entry));
  session.writer.line(DONE);
  session.writer.line(line);
}

/** Files belong to the server's user whatever a client says; chirp_server does not even look. */
function keepOwner(session: Session, path: string, follow: boolean): number {
  const entry = session.find(path, { follow });
  session.access.demandChange(entry);
  return DONE;
}

function lettersOf(entry: Resolved, bits: number): RightLetter[] {
  const letters: RightLetter[] = [];
  if ((bits & READ_BIT) !== 0 || bits === 0) letters.push("r");
  if ((bits & WRITE_BIT) !== 0) letters.push("w");
  if ((bits & EXECUTE_BIT) !== 0) {
    letters.push(entry.stat !== undefined && isDirectory(entry.stat) ? "l" : "x");
  }
  return letters;
}

async function answerHash(session: Session, algorithm: string, path: string): Promise<void> {
  const { buffers, clock } = session.server;
  const file = openForReading(session, path);
  try {
    using buffer = buffers.lend();
    const hash = createHash(algorithm);
    for (let offset = 0;;) {
      const count = file.read(offset, buffer.bytes);
      hash.update(buffer.bytes.subarray(0, count));
      offset += count;
      if (count < buffer.bytes.length) break;
      if (offset % HASH_TURN_BYTES === 0) await sleep(clock, 0, { signal: session.signal });
    }
    answerBytes(session, hash.digest());
  } finally {
    file.close();
  }
}
