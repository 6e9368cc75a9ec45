/**
 * The line of 13 numbers that describes a file on the wire (the answer to `stat`, `lstat`, `open` and
 * the entries of `getlongdir`).
 *
 * @module
 */

import type { FileStatus } from "./file_transfer.ts";

/** What a server tells about a file, in the order of the line. */
export interface ChirpStat {
  /** Device number; means nothing outside the server. */
  readonly device: bigint;
  /** Inode number; may need all 64 bits. */
  readonly inode: bigint;
  /** Type and permission bits, as in Unix. */
  readonly mode: number;
  /** Number of hard links. */
  readonly links: number;
  /** Owner on the server's machine. */
  readonly userId: number;
  /** Group on the server's machine. */
  readonly groupId: number;
  /** Device that a device file stands for. */
  readonly specialDevice: bigint;
  /** Size in bytes. */
  readonly sizeBytes: number;
  /** Preferred size of a read or write in bytes. */
  readonly blockSizeBytes: number;
  /** Blocks of 512 bytes in use. */
  readonly blocks: number;
  /** Time of the last read, seconds since the epoch. */
  readonly accessedS: number;
  /** Time of the last change of the content, seconds since the epoch. */
  readonly modifiedS: number;
  /** Time of the last change of the inode, seconds since the epoch. */
  readonly changedS: number;
}

/** The type bits of {@linkcode ChirpStat.mode}. */
export const FILE_TYPE = { mask: 0o170000, file: 0o100000, directory: 0o040000, link: 0o120000 };

const DECIMAL = /^[+-]?\d{1,20}$/;
const WORDS = 13;

/**
 * Writes a stat line.
 *
 * @param stat The 13 values.
 * @returns The line, without the line feed.
 */
export function formatStat(stat: ChirpStat): string {
  return `${stat.device} ${stat.inode} ${stat.mode} ${stat.links} ${stat.userId} ${stat.groupId} ` +
    `${stat.specialDevice} ${stat.sizeBytes} ${stat.blockSizeBytes} ${stat.blocks} ` +
    `${stat.accessedS} ${stat.modifiedS} ${stat.changedS}`;
}

/**
 * Reads a stat line; words after the 13th are ignored, as the protocol's other readers do.
 *
 * @param line The line, without the line feed.
 * @returns The 13 values.
 * @throws {SyntaxError} Fewer than 13 decimal numbers, or one too large for its field.
 */
export function parseStat(line: string): ChirpStat {
  const words = line.trim().split(/[ \t]+/);
  if (words.length < WORDS) {
    throw new SyntaxError(`Cannot read a stat line of ${words.length} words: ${quote(line)}`);
  }
  const word = (index: number): string => {
    const text = words[index] ?? "";
    if (!DECIMAL.test(text)) {
      throw new SyntaxError(`Cannot read ${quote(text)} as a number of a stat line`);
    }
    return text;
  };
  const whole = (index: number): number => {
    const value = Number(word(index));
    if (!Number.isSafeInteger(value)) {
      throw new SyntaxError(`Cannot hold ${word(index)} of a stat line exactly`);
    }
    return value;
  };
  const wide = (index: number): bigint => BigInt(word(index).replace("+", ""));
  return {
    device: wide(0),
    inode: wide(1),
    mode: whole(2),
    links: whole(3),
    userId: whole(4),
    groupId: whole(5),
    specialDevice: wide(6),
    sizeBytes: whole(7),
    blockSizeBytes: whole(8),
    blocks: whole(9),
    accessedS: whole(10),
    modifiedS: whole(11),
    changedS: whole(12),
  };
}

/**
 * Says what a stat line means for a user of the file.
 *
 * @param stat The 13 values.
 * @returns Kind, size, permissions and time.
 */
export function fileStatusOf(stat: ChirpStat): FileStatus {
  return {
    kind: kindOf(stat.mode),
    size: stat.sizeBytes,
    mode: stat.mode & 0o7777,
    modifiedMs: stat.modifiedS * 1000,
  };
}

function kindOf(mode: number): FileStatus["kind"] {
  switch (mode & FILE_TYPE.mask) {
    case FILE_TYPE.file:
      return "file";
    case FILE_TYPE.directory:
      return "directory";
    case FILE_TYPE.link:
      return "link";
    default:
      return "other";
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
