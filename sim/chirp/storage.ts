/**
 * The seam between the server and what keeps its files. Two stores stand behind it, a folder on disk
 * and memory; both pass the same contract suite.
 *
 * Paths are absolute inside the store (`/a/b`), already folded, and no name before the last is a
 * symbolic link: `resolve.ts` sees to that. All calls are synchronous, so that a right is
 * checked and used in one turn of the event loop, with no other client in between.
 *
 * @module
 */

import type { ChirpStat } from "../../lib/chirp/wire.ts";

/** How a file is opened. */
export interface FileOpening {
  /** Wants to read. */
  readonly read: boolean;
  /** Wants to write. */
  readonly write: boolean;
  /** Every write goes to the end of the file; default false. */
  readonly append?: boolean | undefined;
  /** Makes the file where it is missing; default false. */
  readonly create?: boolean | undefined;
  /** With `create`: an existing file is an error; default false. */
  readonly exclusive?: boolean | undefined;
  /** Empties the file; default false. */
  readonly truncate?: boolean | undefined;
  /** Permission bits of a new file; default 0600. */
  readonly mode?: number | undefined;
}

/** An open file; it stays readable when its last name is removed. */
export interface StoredFile {
  /** Reads at `offset` (bytes) into `into`; returns the bytes read, fewer than asked only at the end. */
  read(offset: number, into: Uint8Array): number;
  /** Writes all of `bytes` at `offset` (bytes); a hole before it reads as zeros. */
  write(offset: number, bytes: Uint8Array): void;
  /** Status of the file. */
  stat(): ChirpStat;
  /** Cuts or grows the file to `sizeBytes`. */
  truncate(sizeBytes: number): void;
  /** Sets the permission bits. */
  setMode(mode: number): void;
  /** Extended attributes of the file, to read and change; `undefined` where the store has none. */
  attributes(): Map<string, Uint8Array> | undefined;
  /** Brings written data to stable storage. */
  sync(): void;
  /** Closes the file; a second call does nothing. */
  close(): void;
}

/** Room in a store, as `statfs` tells it. */
export interface StoreSpace {
  /** Magic number of the file system. */
  readonly type: number;
  /** Bytes in a block. */
  readonly blockSizeBytes: number;
  /** Blocks in all. */
  readonly blocks: number;
  /** Free blocks. */
  readonly freeBlocks: number;
  /** Free blocks that an ordinary user may fill. */
  readonly availableBlocks: number;
  /** Inodes in all. */
  readonly files: number;
  /** Free inodes. */
  readonly freeFiles: number;
}

/** A tree of files. Every call throws an error that {@linkcode codeOf} of failure.ts understands. */
export interface Storage {
  /** Status of the entry itself (a final link is not followed); `undefined` where nothing stands. */
  lstat(path: string): ChirpStat | undefined;
  /** Target of a symbolic link. */
  readLink(path: string): string;
  /** Names in a directory, without `.` and `..`, in no particular order. */
  names(path: string): string[];
  /** Opens a plain file; never follows a link and never opens a directory or a device. */
  open(path: string, opening: FileOpening): StoredFile;
  /** Makes a directory with these permission bits. */
  makeDirectory(path: string, mode: number): void;
  /** Removes an empty directory. */
  removeDirectory(path: string): void;
  /** Removes a file or a link. */
  removeFile(path: string): void;
  /** Renames; replaces a file by a file, an empty directory by a directory. */
  rename(from: string, to: string): void;
  /** Gives a file a second name. */
  link(from: string, to: string): void;
  /** Makes a symbolic link; `target` is kept as it is. */
  symlink(target: string, path: string): void;
  /** Sets the permission bits of a file or directory. */
  setMode(path: string, mode: number): void;
  /** Sets the times of access and change, in whole seconds since the epoch. */
  setTimes(path: string, accessS: number, modifiedS: number): void;
  /** Room in the file system that holds `path`. */
  space(path: string): StoreSpace;
  /** Extended attributes of an entry, to read and change; `undefined` where the store has none. */
  attributes(path: string): Map<string, Uint8Array> | undefined;
}

/** Longest name of one entry in bytes, as on any Unix file system. */
export const LONGEST_NAME_BYTES = 255;

/**
 * Finds the directory of a path.
 *
 * @param path An absolute path.
 * @returns The path of the directory that holds it; `/` for `/`.
 */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/**
 * Finds the last name of a path.
 *
 * @param path An absolute path.
 * @returns The name; empty for `/`.
 */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * Puts a name behind a directory.
 *
 * @param directory An absolute path.
 * @param name One name.
 * @returns The path of the entry.
 */
export function childOf(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}
