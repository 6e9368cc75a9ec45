/**
 * The seam to local directories: an agent's work directories, a manager's Chirp and done-job
 * directories. Every path is relative to the workspace's root and cannot leave it.
 *
 * @module
 */

import type { ArchiveMember } from "./archive_member.ts";

/** A path that would leave its folder, or is not a name at all. */
export class UnsafePathError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "UnsafePathError";
}

/** A folder, confined. Missing entries reject with `Deno.errors.NotFound`. */
export interface Workspace {
  /** Absolute path of an entry, for programs and file transfers; checks confinement. */
  path(relativePath: string): string;
  /** Makes a directory and its parents. */
  makeDirectory(relativePath: string): Promise<void>;
  /** Removes an entry with all below it; nothing happens where there is none. */
  remove(relativePath: string): Promise<void>;
  /** Moves an entry, replacing a file; parents of the new place must exist. */
  move(fromPath: string, toPath: string): Promise<void>;
  /**
   * Moves a file into another workspace of the same kind, across file systems too: after a crash it
   * is whole at one of the two places. Replaces a file; parents of the new place must exist.
   */
  moveTo(target: Workspace, fromPath: string, toPath: string): Promise<void>;
  /** Writes a small file, whole or not at all. `mode`: Unix permission bits, default 0o644. */
  writeText(relativePath: string, text: string, mode?: number): Promise<void>;
  /** Reads a small text file, up to 1 MiB. */
  readText(relativePath: string): Promise<string>;
  /**
   * Writes a file of any size, whole or not at all; parents must exist.
   *
   * @param relativePath The file.
   * @param content Its bytes; an error in them leaves the place as it was.
   * @param mode Unix permission bits. Default: 0o644.
   */
  write(relativePath: string, content: AsyncIterable<Uint8Array>, mode?: number): Promise<void>;
  /** Reads a file of any size, chunk by chunk; what hinders it is told at the first chunk. */
  read(relativePath: string): AsyncIterable<Uint8Array>;
  /** True where an entry exists. */
  exists(relativePath: string): Promise<boolean>;
  /** Size of a file in bytes. */
  size(relativePath: string): Promise<number>;
  /** Sets the Unix permission bits of an entry. */
  setMode(relativePath: string, mode: number): Promise<void>;
  /** Names in a directory, sorted. */
  list(relativePath: string): Promise<string[]>;
  /**
   * Packs a directory into a gzip-compressed tar archive, streaming; members begin with `./`.
   *
   * @param directory The directory to pack.
   * @param archive Where the archive is written; may lie inside the directory and is then left out.
   * @returns Size of the archive in bytes.
   */
  pack(directory: string, archive: string): Promise<number>;
  /** Unpacks such an archive into a directory, confined to it; links that lead out are refused. */
  unpack(archive: string, directory: string): Promise<void>;
  /**
   * Reads the members of such an archive, streaming, without unpacking it; names and links are checked
   * as there.
   *
   * @returns The members; each one's content is to be read, or left, before the next is asked for.
   */
  members(archive: string): AsyncIterable<ArchiveMember>;
}
