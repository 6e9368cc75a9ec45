/**
 * Open files of a store in memory.
 *
 * @module
 */

import { CHIRP_CODES } from "../../lib/chirp/codes.ts";
import type { ChirpStat } from "../../lib/chirp/stat.ts";
import { ChirpFailure, invalid } from "./failure.ts";
import { type FileNode, setPermissions, statOfNode, touch } from "./memory_node.ts";
import type { FileOpening, StoredFile } from "./storage.ts";

/** Largest file in bytes (8 EiB cannot be counted exactly; no file system here is larger than this). */
const LARGEST_FILE_BYTES = 2 ** 50;

/** An open file in memory; it stays readable when its last name is removed. */
export class MemoryFile implements StoredFile {
  #node: FileNode | undefined;

  /**
   * @param node The file.
   * @param opening How it was opened.
   * @param nowS Tells the time, seconds since the epoch.
   */
  constructor(
    node: FileNode,
    private readonly opening: FileOpening,
    private readonly nowS: () => number,
  ) {
    this.#node = node;
    if (opening.truncate) this.#resize(node, 0);
  }

  read(offset: number, into: Uint8Array): number {
    const node = this.#open();
    if (!this.opening.read) throw badDescriptor("read from");
    return node.content.read(offset, into);
  }

  write(offset: number, bytes: Uint8Array): void {
    const node = this.#open();
    if (!this.opening.write) throw badDescriptor("write to");
    const start = this.opening.append ? node.content.sizeBytes : offset;
    assertFits(start + bytes.length);
    node.content.write(start, bytes);
    touch(node, this.nowS());
  }

  stat(): ChirpStat {
    return statOfNode(this.#open());
  }

  truncate(sizeBytes: number): void {
    const node = this.#open();
    if (!this.opening.write) throw invalid("cut a file that is open for reading only");
    this.#resize(node, sizeBytes);
  }

  setMode(mode: number): void {
    setPermissions(this.#open(), mode, this.nowS());
  }

  attributes(): Map<string, Uint8Array> {
    return this.#open().attributes;
  }

  /** Memory is as stable as it gets. */
  sync(): void {
    this.#open();
  }

  close(): void {
    this.#node = undefined;
  }

  #resize(node: FileNode, sizeBytes: number): void {
    assertFits(sizeBytes);
    node.content.truncate(sizeBytes);
    touch(node, this.nowS());
  }

  #open(): FileNode {
    if (this.#node === undefined) throw badDescriptor("use");
    return this.#node;
  }
}

function assertFits(sizeBytes: number): void {
  if (sizeBytes > LARGEST_FILE_BYTES) {
    throw new ChirpFailure(CHIRP_CODES.TOO_BIG, `Cannot hold a file of ${sizeBytes} bytes`);
  }
}

function badDescriptor(action: string): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.BAD_FD, `Cannot ${action} a file that is not open for it`);
}
