/**
 * Files of a Chirp server in memory: nothing touches a disk, and a new server starts in no time.
 *
 * @module
 */

import { CHIRP_CODES } from "../../lib/chirp/codes.ts";
import { bytesOfName } from "../../lib/chirp/names.ts";
import type { ChirpStat } from "../../lib/chirp/stat.ts";
import { type Clock, systemClock } from "../../lib/clock.ts";
import { ChirpFailure, denied, invalid, missing } from "./failure.ts";
import { MemoryFile } from "./memory_file.ts";
import {
  BLOCK_BYTES,
  type DirectoryNode,
  type EntryNode,
  newNode,
  setPermissions,
  statOfNode,
  touch,
} from "./memory_node.ts";
import { PagedBytes } from "./paged_bytes.ts";
import {
  type FileOpening,
  LONGEST_NAME_BYTES,
  nameOf,
  parentOf,
  type Storage,
  type StoredFile,
  type StoreSpace,
} from "./storage.ts";

/** Magic number that Linux gives its own file system in memory (tmpfs). */
const TMPFS_TYPE = 0x01021994;

/** Blocks that a store in memory says it has (1 TiB); `capacity.ts` sets a real bound. */
const BLOCKS = 2 ** 28;

/** Entries that a store in memory can hold. */
const MOST_ENTRIES = 2 ** 20;

/** Options of {@linkcode MemoryStorage}. */
export interface MemoryStorageOptions {
  /** Gives entries their times; default the system's clock. */
  readonly clock?: Clock | undefined;
}

/** A tree of files in memory. */
export class MemoryStorage implements Storage {
  readonly #clock: Clock;
  readonly #root: DirectoryNode;
  #lastInode = 0;
  #entries = 0;

  /** @param options See {@linkcode MemoryStorageOptions}. */
  constructor(options: MemoryStorageOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#root = this.#newDirectory(0o700);
  }

  lstat(path: string): ChirpStat | undefined {
    const node = this.#find(path);
    return node === undefined ? undefined : statOfNode(node);
  }

  readLink(path: string): string {
    const node = this.#need(path);
    if (node.kind !== "link") throw invalid(`read ${path} as a link`);
    return node.target;
  }

  names(path: string): string[] {
    return [...this.#needDirectory(path).entries.keys()];
  }

  open(path: string, opening: FileOpening): StoredFile {
    const found = this.#find(path);
    if (found !== undefined && opening.create && opening.exclusive) throw exists(path);
    if (found === undefined && !opening.create) throw missing(path);
    const node = found ?? this.#newFile(path, opening.mode ?? 0o600);
    if (node.kind === "directory") throw isDirectory(path);
    if (node.kind === "link") throw denied(`open link ${path}`);
    return new MemoryFile(node, opening, () => this.#nowS());
  }

  makeDirectory(path: string, mode: number): void {
    const parent = this.#place(path);
    this.#add(parent, path, this.#newDirectory(mode));
    parent.links++;
  }

  removeDirectory(path: string): void {
    const node = this.#needDirectory(path);
    if (node === this.#root) throw new ChirpFailure(CHIRP_CODES.BUSY, "Cannot remove /");
    if (node.entries.size > 0) throw notEmpty(path);
    const parent = this.#needDirectory(parentOf(path));
    this.#drop(parent, path);
    parent.links--;
  }

  removeFile(path: string): void {
    if (this.#need(path).kind === "directory") throw isDirectory(path);
    this.#drop(this.#needDirectory(parentOf(path)), path);
  }

  rename(from: string, to: string): void {
    const node = this.#need(from);
    const target = this.#find(to);
    if (node === target) return;
    if (`${to}/`.startsWith(`${from === "/" ? "" : from}/`)) {
      throw invalid(`rename ${from} to ${to}`);
    }
    if (target !== undefined) {
      if (node.kind === "directory") this.removeDirectory(to);
      else this.removeFile(to);
    }
    const source = this.#needDirectory(parentOf(from));
    const place = this.#place(to);
    this.#drop(source, from);
    this.#add(place, to, node);
    if (node.kind !== "directory") {
      node.links++;
      return;
    }
    source.links--;
    place.links++;
  }

  link(from: string, to: string): void {
    const node = this.#need(from);
    if (node.kind === "directory") throw denied(`link directory ${from}`);
    this.#add(this.#place(to), to, node);
    node.links++;
    node.changedS = this.#nowS();
  }

  symlink(target: string, path: string): void {
    const place = this.#place(path);
    this.#add(place, path, { kind: "link", target, ...this.#newNode(0o777) });
  }

  setMode(path: string, mode: number): void {
    setPermissions(this.#need(path), mode, this.#nowS());
  }

  setTimes(path: string, accessS: number, modifiedS: number): void {
    const node = this.#need(path);
    node.accessedS = accessS;
    node.modifiedS = modifiedS;
    node.changedS = this.#nowS();
  }

  space(_path: string): StoreSpace {
    return {
      type: TMPFS_TYPE,
      blockSizeBytes: BLOCK_BYTES,
      blocks: BLOCKS,
      freeBlocks: BLOCKS,
      availableBlocks: BLOCKS,
      files: MOST_ENTRIES,
      freeFiles: MOST_ENTRIES - this.#entries,
    };
  }

  attributes(path: string): Map<string, Uint8Array> {
    return this.#need(path).attributes;
  }

  #find(path: string): EntryNode | undefined {
    let node: EntryNode | undefined = this.#root;
    if (path === "/") return node;
    for (const name of path.slice(1).split("/")) {
      if (node?.kind !== "directory") return undefined;
      node = node.entries.get(name);
    }
    return node;
  }

  #need(path: string): EntryNode {
    const node = this.#find(path);
    if (node === undefined) throw missing(path);
    return node;
  }

  #needDirectory(path: string): DirectoryNode {
    const node = this.#need(path);
    if (node.kind !== "directory") {
      throw new ChirpFailure(CHIRP_CODES.NOT_DIR, `Cannot use ${path} as a directory`);
    }
    return node;
  }

  /** The directory for a new entry, checked to have no such name yet and room for it. */
  #place(path: string): DirectoryNode {
    const parent = this.#needDirectory(parentOf(path));
    if (path === "/" || parent.entries.has(nameOf(path))) throw exists(path);
    if (bytesOfName(nameOf(path)).length > LONGEST_NAME_BYTES) {
      throw new ChirpFailure(CHIRP_CODES.NAME_TOO_LONG, `Name too long: ${path}`);
    }
    if (this.#entries >= MOST_ENTRIES) {
      throw new ChirpFailure(CHIRP_CODES.NO_SPACE, `No room for entry ${path}`);
    }
    return parent;
  }

  #newFile(path: string, mode: number): EntryNode {
    const node: EntryNode = { kind: "file", content: new PagedBytes(), ...this.#newNode(mode) };
    this.#add(this.#place(path), path, node);
    return node;
  }

  #newDirectory(mode: number): DirectoryNode {
    return { kind: "directory", entries: new Map(), ...this.#newNode(mode), links: 2 };
  }

  #newNode(mode: number): ReturnType<typeof newNode> {
    return newNode(++this.#lastInode, mode, this.#nowS());
  }

  #add(parent: DirectoryNode, path: string, node: EntryNode): void {
    parent.entries.set(nameOf(path), node);
    this.#entries++;
    touch(parent, this.#nowS());
  }

  #drop(parent: DirectoryNode, path: string): void {
    const node = parent.entries.get(nameOf(path));
    parent.entries.delete(nameOf(path));
    this.#entries--;
    touch(parent, this.#nowS());
    if (node !== undefined && node.kind !== "directory") node.links--;
  }

  #nowS(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}

function exists(path: string): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.ALREADY_EXISTS, `Something stands at ${path} already`);
}

function isDirectory(path: string): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.IS_DIR, `Cannot use directory ${path} as a file`);
}

function notEmpty(path: string): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.NOT_EMPTY, `Cannot remove ${path}, which is not empty`);
}
