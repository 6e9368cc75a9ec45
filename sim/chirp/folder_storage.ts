/**
 * Files of a Chirp server in a folder on disk, laid out as chirp_server does: either program can take
 * the folder over from the other.
 *
 * @module
 */

import * as fs from "node:fs";
import { CHIRP_CODES } from "../../lib/chirp/codes.ts";
import type { ChirpStat } from "../../lib/chirp/wire.ts";
import { ChirpFailure, denied } from "./failure.ts";
import {
  type FileOpening,
  parentOf,
  type Storage,
  type StoredFile,
  type StoreSpace,
} from "./storage.ts";

/** Blocks are counted in units of 512 bytes, whatever the file system's own block is. */
const STAT_BLOCK_BYTES = 512;

/**
 * A folder as a store. It trusts no link: the final name is opened with `O_NOFOLLOW`, and once a file
 * is open its directory must still be the one that was asked for, before anything is cut or written.
 */
export class FolderStorage implements Storage {
  readonly #root: string;

  /**
   * @param root Path of the folder; it is made where it is missing.
   * @throws {Deno.errors.NotADirectory} When something else stands there.
   */
  constructor(root: string) {
    Deno.mkdirSync(root, { recursive: true, mode: 0o700 });
    const real = Deno.realPathSync(root);
    this.#root = real === "/" ? "" : real;
  }

  lstat(path: string): ChirpStat | undefined {
    try {
      return statOf(Deno.lstatSync(this.#locate(path)));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
        return undefined;
      }
      throw error;
    }
  }

  readLink(path: string): string {
    return Deno.readLinkSync(this.#locate(path));
  }

  names(path: string): string[] {
    return Array.from(Deno.readDirSync(this.#locate(path)), (entry) => entry.name);
  }

  open(path: string, opening: FileOpening): StoredFile {
    const location = this.#locate(path);
    const descriptor = fs.openSync(location, flagsOf(opening), opening.mode ?? 0o600);
    try {
      const status = fs.fstatSync(descriptor);
      if (status.isDirectory()) {
        throw new ChirpFailure(CHIRP_CODES.IS_DIR, `Cannot open directory ${path} as a file`);
      }
      if (!status.isFile()) throw denied(`open device ${path}`);
      this.#assertUnmoved(path);
      if (opening.truncate) fs.ftruncateSync(descriptor, 0);
    } catch (error) {
      fs.closeSync(descriptor);
      throw error;
    }
    return new FolderFile(descriptor);
  }

  makeDirectory(path: string, mode: number): void {
    Deno.mkdirSync(this.#locate(path), { mode });
  }

  removeDirectory(path: string): void {
    fs.rmdirSync(this.#locate(path));
  }

  removeFile(path: string): void {
    fs.unlinkSync(this.#locate(path));
  }

  rename(from: string, to: string): void {
    Deno.renameSync(this.#locate(from), this.#locate(to));
  }

  link(from: string, to: string): void {
    Deno.linkSync(this.#locate(from), this.#locate(to));
  }

  symlink(target: string, path: string): void {
    Deno.symlinkSync(target, this.#locate(path));
  }

  setMode(path: string, mode: number): void {
    Deno.chmodSync(this.#locate(path), mode);
  }

  setTimes(path: string, accessS: number, modifiedS: number): void {
    Deno.utimeSync(this.#locate(path), accessS, modifiedS);
  }

  space(path: string): StoreSpace {
    const space = fs.statfsSync(this.#locate(path));
    return {
      type: space.type,
      blockSizeBytes: space.bsize,
      blocks: space.blocks,
      freeBlocks: space.bfree,
      availableBlocks: space.bavail,
      files: space.files,
      freeFiles: space.ffree,
    };
  }

  /** The runtime has no call for extended attributes of files. */
  attributes(_path: string): undefined {
    return undefined;
  }

  /** Bytes that are not UTF-8 cannot stand in a name here: the runtime writes each as U+FFFD. */
  #locate(path: string): string {
    return this.#root + path.toWellFormed();
  }

  /** Another program may have put a link in place of a directory since the path was resolved. */
  #assertUnmoved(path: string): void {
    const directory = this.#locate(parentOf(path)).replace(/(.)\/$/, "$1");
    if (Deno.realPathSync(directory) !== directory) throw denied(`open ${path}, its folder moved`);
  }
}

/** An open file on disk. */
class FolderFile implements StoredFile {
  #descriptor: number | undefined;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  read(offset: number, into: Uint8Array): number {
    let done = 0;
    while (done < into.length) {
      const count = fs.readSync(this.#open(), into, done, into.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  write(offset: number, bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) {
      done += fs.writeSync(this.#open(), bytes, done, bytes.length - done, offset + done);
    }
  }

  stat(): ChirpStat {
    return statOf(fs.fstatSync(this.#open()));
  }

  truncate(sizeBytes: number): void {
    fs.ftruncateSync(this.#open(), sizeBytes);
  }

  setMode(mode: number): void {
    fs.fchmodSync(this.#open(), mode);
  }

  /** The runtime has no call for extended attributes of files. */
  attributes(): undefined {
    return undefined;
  }

  sync(): void {
    fs.fsyncSync(this.#open());
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    fs.closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): number {
    if (this.#descriptor === undefined) {
      throw new ChirpFailure(CHIRP_CODES.BAD_FD, "Cannot use a closed file");
    }
    return this.#descriptor;
  }
}

/**
 * Flags for `open(2)`. A pipe must not make the whole server wait, hence the non-blocking one; the
 * runtime makes and appends to files only with write access, so a file to be made has it.
 */
function flagsOf(opening: FileOpening): number {
  const { O_RDWR, O_WRONLY, O_RDONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } =
    fs.constants;
  const write = opening.write || opening.create;
  const access = write ? (opening.read ? O_RDWR : O_WRONLY) : O_RDONLY;
  return access | O_NOFOLLOW | O_NONBLOCK | (opening.append && write ? O_APPEND : 0) |
    (opening.create ? O_CREAT : 0) | (opening.create && opening.exclusive ? O_EXCL : 0);
}

function statOf(info: Deno.FileInfo | fs.Stats): ChirpStat {
  return {
    device: BigInt(info.dev),
    inode: BigInt(info.ino ?? 0),
    mode: info.mode ?? 0,
    links: info.nlink ?? 1,
    userId: info.uid ?? 0,
    groupId: info.gid ?? 0,
    specialDevice: BigInt(info.rdev ?? 0),
    sizeBytes: info.size,
    blockSizeBytes: info.blksize ?? 4096,
    blocks: info.blocks ?? Math.ceil(info.size / STAT_BLOCK_BYTES),
    accessedS: secondsOf(info.atime),
    modifiedS: secondsOf(info.mtime),
    changedS: secondsOf(info.ctime),
  };
}

function secondsOf(date: Date | null): number {
  return date === null ? 0 : Math.floor(date.getTime() / 1000);
}
