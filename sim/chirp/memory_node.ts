/**
 * Entries of a store in memory: files, directories and links, with the numbers that `stat` tells.
 *
 * @module
 */

import { type ChirpStat, FILE_TYPE } from "../../lib/chirp/stat.ts";
import type { PagedBytes } from "./paged_bytes.ts";

/** Bytes in a block, for the block counts in answers. */
export const BLOCK_BYTES = 4096;

/** Permission bits of `st_mode`. */
const PERMISSIONS = 0o7777;

/** What all entries have. */
interface CommonNode {
  /** Number of the entry, never used twice. */
  readonly inode: number;
  /** Extended attributes. */
  readonly attributes: Map<string, Uint8Array>;
  /** Permission bits. */
  permissions: number;
  /** Names that the entry has; a directory counts itself and its subdirectories as well. */
  links: number;
  /** Time of the last read, seconds since the epoch. */
  accessedS: number;
  /** Time of the last change of the content, seconds since the epoch. */
  modifiedS: number;
  /** Time of the last change of the entry, seconds since the epoch. */
  changedS: number;
}

/** A plain file. */
export interface FileNode extends CommonNode {
  readonly kind: "file";
  readonly content: PagedBytes;
}

/** A directory. */
export interface DirectoryNode extends CommonNode {
  readonly kind: "directory";
  readonly entries: Map<string, EntryNode>;
}

/** A symbolic link. */
export interface LinkNode extends CommonNode {
  readonly kind: "link";
  readonly target: string;
}

/** Any entry. */
export type EntryNode = FileNode | DirectoryNode | LinkNode;

/**
 * Makes what all entries have.
 *
 * @param inode Number of the entry.
 * @param mode Permission bits; others are dropped.
 * @param nowS The time, seconds since the epoch.
 * @returns The common part.
 */
export function newNode(inode: number, mode: number, nowS: number): CommonNode {
  return {
    inode,
    attributes: new Map(),
    permissions: mode & PERMISSIONS,
    links: 1,
    accessedS: nowS,
    modifiedS: nowS,
    changedS: nowS,
  };
}

/**
 * Changes an entry's permission bits.
 *
 * @param node The entry.
 * @param mode The new bits.
 * @param nowS The time, seconds since the epoch.
 */
export function setPermissions(node: EntryNode, mode: number, nowS: number): void {
  node.permissions = mode & PERMISSIONS;
  node.changedS = nowS;
}

/**
 * Notes that an entry's content has changed.
 *
 * @param node The entry.
 * @param nowS The time, seconds since the epoch.
 */
export function touch(node: EntryNode, nowS: number): void {
  node.modifiedS = nowS;
  node.changedS = nowS;
}

/**
 * Describes an entry.
 *
 * @param node The entry.
 * @returns What `stat` tells of it.
 */
export function statOfNode(node: EntryNode): ChirpStat {
  const heldBytes = node.kind === "file" ? node.content.heldBytes : 0;
  return {
    device: 0n,
    inode: BigInt(node.inode),
    mode: FILE_TYPE[node.kind] | node.permissions,
    links: node.links,
    userId: 0,
    groupId: 0,
    specialDevice: 0n,
    sizeBytes: sizeOf(node),
    blockSizeBytes: BLOCK_BYTES,
    blocks: Math.ceil(heldBytes / 512),
    accessedS: node.accessedS,
    modifiedS: node.modifiedS,
    changedS: node.changedS,
  };
}

function sizeOf(node: EntryNode): number {
  switch (node.kind) {
    case "file":
      return node.content.sizeBytes;
    case "directory":
      return BLOCK_BYTES;
    case "link":
      return new TextEncoder().encode(node.target).length;
  }
}
