/**
 * What a job's archive is made of.
 *
 * @module
 */

/** What a member is; devices, sockets and pipes are neither packed nor unpacked. */
export type MemberType = "file" | "directory" | "symlink" | "hardlink";

/** One entry of an archive. */
export interface ArchiveMember {
  /** Path below the packed directory, as `safeRelativePath` returns it; `.` is the directory itself. */
  readonly path: string;
  /** What it is. */
  readonly type: MemberType;
  /** Unix permission bits. */
  readonly mode: number;
  /** Time of the last change, in milliseconds since the epoch. */
  readonly modifiedMs: number;
  /** Size of a file's content; 0 for all else. */
  readonly sizeBytes: number;
  /** What a symbolic link contains; the path of the linked member for a hard link. */
  readonly linkTarget?: string | undefined;
  /**
   * A file's bytes, each chunk in memory of its own; may turn out shorter or longer than `sizeBytes`
   * while packing.
   */
  readonly content: () => AsyncIterable<Uint8Array>;
}
