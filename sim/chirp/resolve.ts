/**
 * From a path that a client sent to an entry of the store: symbolic links are followed one name at a
 * time, always inside the root. An absolute target starts at the root and `..` never climbs above it,
 * so no link leads out, whoever made it.
 *
 * @module
 */

import { CHIRP_CODES } from "../../lib/chirp/codes.ts";
import { bytesOfName } from "../../lib/chirp/names.ts";
import { type ChirpStat, FILE_TYPE } from "../../lib/chirp/stat.ts";
import { ChirpFailure, invalid, missing } from "./failure.ts";
import { childOf, LONGEST_NAME_BYTES, parentOf, type Storage } from "./storage.ts";

/** An entry, or the free place for one. */
export interface Resolved {
  /** Its path, with no link in it (the last name may be one if links were not followed). */
  readonly path: string;
  /** Its status; `undefined` where nothing stands there. The directory above it does exist. */
  readonly stat: ChirpStat | undefined;
}

/** Options of {@linkcode resolvePath}. */
export interface ResolveOptions {
  /** Follows a link that is the last name; default true. */
  readonly follow?: boolean | undefined;
  /**
   * Looks for names as the real tools garble them, every byte from 0x80 sent as 0xFF; only for requests
   * that change nothing. Default: false.
   */
  readonly garbled?: boolean | undefined;
}

/** Most links that one path may lead through. */
const MOST_LINKS = 100;

/** How a byte 0xFF that is no UTF-8 stands in a name. */
const GARBLED_BYTE = "\udcff";

/** Longest name whose bytes need no counting: one UTF-16 unit is at most three bytes of UTF-8. */
const SURELY_SHORT = Math.floor(LONGEST_NAME_BYTES / 3);

/**
 * Finds the entry that a path stands for.
 *
 * @param storage The store.
 * @param path The path, absolute and folded.
 * @param options See {@linkcode ResolveOptions}.
 * @returns The entry or the free place.
 * @throws {ChirpFailure} -3 when a name before the last is missing or no directory, -8 after too many
 * links and for a free place whose name no listing could carry, -24 for a name that is too long.
 */
export function resolvePath(
  storage: Storage,
  path: string,
  options: ResolveOptions = {},
): Resolved {
  const { follow = true, garbled = false } = options;
  const pending = path.split("/").reverse();
  let current = "/";
  let stat: ChirpStat | undefined;
  let links = 0;
  while (pending.length > 0) {
    const name = pending.pop() ?? "";
    if (name === "" || name === ".") continue;
    if (name === "..") {
      current = parentOf(current);
      stat = undefined;
      continue;
    }
    if (stat !== undefined && !isDirectory(stat)) throw missing(path);
    assertShort(name);
    let entry = childOf(current, name);
    stat = storage.lstat(entry);
    if (stat === undefined && garbled) [entry, stat] = ungarbled(storage, current, name);
    const last = pending.every((rest) => rest === "" || rest === ".");
    if (stat === undefined && !last) throw missing(path);
    if (stat === undefined && /[\r\n]/.test(name)) throw invalid(`name ${JSON.stringify(name)}`);
    if (stat !== undefined && isLink(stat) && (!last || follow)) {
      if (++links > MOST_LINKS) throw invalid(`path ${path} with more than ${MOST_LINKS} links`);
      const target = storage.readLink(entry);
      pending.push(...target.split("/").reverse());
      if (target.startsWith("/")) current = "/";
      stat = undefined;
      continue;
    }
    current = entry;
  }
  return { path: current, stat: stat ?? storage.lstat(current) };
}

/**
 * Tells whether a status is that of a directory.
 *
 * @param stat The status.
 * @returns Whether it is.
 */
export function isDirectory(stat: ChirpStat): boolean {
  return (stat.mode & FILE_TYPE.mask) === FILE_TYPE.directory;
}

/**
 * Tells whether a status is that of a symbolic link.
 *
 * @param stat The status.
 * @returns Whether it is.
 */
export function isLink(stat: ChirpStat): boolean {
  return (stat.mode & FILE_TYPE.mask) === FILE_TYPE.link;
}

/**
 * Tells whether a status is that of a plain file.
 *
 * @param stat The status.
 * @returns Whether it is.
 */
export function isFile(stat: ChirpStat): boolean {
  return (stat.mode & FILE_TYPE.mask) === FILE_TYPE.file;
}

function assertShort(name: string): void {
  if (name.length > SURELY_SHORT && bytesOfName(name).length > LONGEST_NAME_BYTES) {
    throw new ChirpFailure(CHIRP_CODES.NAME_TOO_LONG, `Name too long: ${name}`);
  }
}

/** The one entry of a directory that a garbled name fits, or the free place of that name. */
function ungarbled(
  storage: Storage,
  directory: string,
  name: string,
): [entry: string, stat: ChirpStat | undefined] {
  const free = childOf(directory, name);
  if (!name.includes(GARBLED_BYTE)) return [free, undefined];
  const wanted = bytesOfName(name);
  const fitting = storage.names(directory).filter((other) => fits(wanted, bytesOfName(other)));
  if (fitting.length !== 1) return [free, undefined];
  const entry = childOf(directory, fitting[0] ?? name);
  return [entry, storage.lstat(entry)];
}

function fits(wanted: Uint8Array, name: Uint8Array): boolean {
  return wanted.length === name.length &&
    wanted.every((byte, index) =>
      byte === 0xff ? (name[index] ?? 0) >= 0x80 : byte === name[index]
    );
}
