/**
 * Job archives, `ID.tgz`: gzip-compressed tar streams, written as the original's `tar cvzf` wrote them
 * and read with suspicion, for they come from strangers. Where members come from and go to is the
 * workspaces' matter.
 *
 * @module
 */

import { extract, type Header, type Pack, pack } from "tar-stream";
import { gzip } from "./gzip.ts";
import { safeLinkTarget, safeRelativePath } from "./safe_path.ts";
import { UnsafePathError } from "./workspace.ts";

/** What a member is; devices, sockets and pipes are neither packed nor unpacked. */
export type MemberType = "file" | "directory" | "symlink" | "hardlink";

/** One entry of an archive. */
export interface ArchiveMember {
  /** Path below the packed directory, as `safeRelativePath` returns it; `.` is the directory itself. */
  readonly path: string;
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

/** Limits on what is unpacked. */
export interface UnpackLimits {
  /** Most members. Default: 100,000. */
  readonly entries?: number | undefined;
  /** Most bytes of content in all. Default: 64 GiB. */
  readonly totalBytes?: number | undefined;
}

/** An archive that is damaged, too large, or holds what no job archive holds. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}

/** Latest time that a tar header's field of 32 bits holds, in seconds. */
const LATEST_SECONDS = 2 ** 31 - 1;

/** File type bits beside a mode, without which tar-stream takes mode 0 for "not given". */
const REGULAR_FILE_BITS = 0o100000;

const PADDING = new Uint8Array(64 * 1024);

/** Yields exactly `sizeBytes` bytes: a file that grew while it was read is cut, one that shrank padded. */
async function* exactly(
  content: AsyncIterable<Uint8Array>,
  sizeBytes: number,
): AsyncGenerator<Uint8Array> {
  let leftBytes = sizeBytes;
  if (leftBytes > 0) {
    for await (const chunk of content) {
      const part = chunk.length > leftBytes ? chunk.subarray(0, leftBytes) : chunk;
      leftBytes -= part.length;
      yield part;
      if (leftBytes === 0) return;
    }
  }
  for (; leftBytes > 0; leftBytes -= Math.min(leftBytes, PADDING.length)) {
    yield PADDING.subarray(0, Math.min(leftBytes, PADDING.length));
  }
}

/** Waits until a stream takes more, or is closed. */
function drained(stream: ReturnType<Pack["entry"]> | ReturnType<typeof extract>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => {
    stream.off("drain", wake).off("close", wake);
    resolve();
  };
  stream.on("drain", wake).on("close", wake);
  return promise;
}

/** The name a member has in an archive: `./`, `./name`, `./folder/`. */
function memberName(member: ArchiveMember): string {
  if (member.path === ".") return "./";
  return `./${member.path}${member.type === "directory" ? "/" : ""}`;
}

/** Adds one member and waits until the archive has taken it. */
async function addMember(archive: Pack, member: ArchiveMember): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const seconds = Math.floor(member.modifiedMs / 1000);
  const entry = archive.entry({
    name: memberName(member),
    type: member.type === "hardlink" ? "link" : member.type,
    mode: member.mode | REGULAR_FILE_BITS,
    mtime: new Date(Math.min(Math.max(seconds, 0), LATEST_SECONDS) * 1000),
    size: member.type === "file" ? member.sizeBytes : 0,
    ...(member.linkTarget === undefined ? {} : { linkname: member.linkTarget }),
  }, (error) => error ? reject(error) : resolve());
  if (member.type === "file") {
    promise.catch(() => {});
    for await (const chunk of exactly(member.content(), member.sizeBytes)) {
      if (entry.write(chunk)) continue;
      await drained(entry);
      if (entry.destroyed) break;
    }
    entry.end(null);
  }
  await promise;
}

/** Writes a tar stream; ends early, and stops the source, when its reader does. */
async function* tar(members: AsyncIterable<ArchiveMember>): AsyncGenerator<Uint8Array> {
  const archive = pack();
  const fill = async () => {
    for await (const member of members) await addMember(archive, member);
    archive.finalize();
  };
  const filled = fill().catch((error) => archive.destroy(error));
  try {
    yield* archive as AsyncIterable<Uint8Array>;
  } finally {
    archive.destroy();
    await filled;
  }
}

/**
 * Packs members into an archive.
 *
 * @param members The members, a directory before what it holds.
 * @returns The archive's bytes, in chunks of up to about 256 KiB.
 * @throws What the members throw.
 */
export function packMembers(members: AsyncIterable<ArchiveMember>): AsyncGenerator<Uint8Array> {
  return gzip(tar(members));
}

/** Member types by the names that tar-stream gives them. */
const TYPES: Readonly<Record<string, MemberType>> = {
  "file": "file",
  "contiguous-file": "file",
  "directory": "directory",
  "symlink": "symlink",
  "link": "hardlink",
};

/** Checks a header and makes a member of it. */
function checkedMember(header: Header, content: AsyncIterable<Uint8Array>): ArchiveMember {
  const path = safeRelativePath(header.name.replace(/\/+$/, "") || header.name, {
    backslash: true,
  });
  const type = TYPES[header.type];
  if (type === undefined) {
    throw new ArchiveError(`Refused the member ${JSON.stringify(path)}: it is a ${header.type}`);
  }
  if (path === "." && type !== "directory") {
    throw new UnsafePathError(`Refused the member ${JSON.stringify(header.name)}: it has no name`);
  }
  const target = header.linkname ?? "";
  if (type === "symlink") safeLinkTarget(path, target);
  return {
    path,
    type,
    mode: header.mode & 0o777,
    modifiedMs: header.mtime.getTime(),
    sizeBytes: header.size,
    content: () => content,
    ...(type === "symlink" ? { linkTarget: target } : {}),
    ...(type === "hardlink" ? { linkTarget: safeRelativePath(target, { backslash: true }) } : {}),
  };
}

/**
 * Reads an archive's members. Names and links are checked: none leads out of the directory that the
 * members are unpacked into, as long as it is unpacked member by member and links are made last.
 *
 * @param bytes The tar stream, already decompressed.
 * @param limits Limits on what is accepted.
 * @returns The members; each one's content is to be read, or left, before the next is asked for.
 * @throws {UnsafePathError} When a name or a link leads out.
 * @throws {ArchiveError} When the archive is damaged, over a limit, or holds a device.
 */
export async function* unpackMembers(
  bytes: AsyncIterable<Uint8Array>,
  limits: UnpackLimits = {},
): AsyncGenerator<ArchiveMember> {
  const { entries = 100_000, totalBytes = 64 * 2 ** 30 } = limits;
  const archive = extract();
  const feed = async () => {
    for await (const chunk of bytes) {
      if (archive.destroyed) return;
      if (archive.write(chunk)) continue;
      await drained(archive);
    }
    archive.end(null);
  };
  const fed = feed().catch((error) => archive.destroy(error));
  let seen = 0;
  let sizeBytes = 0;
  try {
    for await (const entry of archive) {
      const member = checkedMember(entry.header, entry as AsyncIterable<Uint8Array>);
      if (++seen > entries) throw new ArchiveError(`Refused an archive of over ${entries} members`);
      sizeBytes += member.sizeBytes;
      if (sizeBytes > totalBytes) {
        throw new ArchiveError(`Refused an archive of over ${totalBytes} bytes of content`);
      }
      yield member;
      entry.resume();
    }
  } catch (error) {
    if (error instanceof UnsafePathError || error instanceof ArchiveError) throw error;
    throw new ArchiveError(`Cannot read the archive: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    archive.destroy();
    await fed;
  }
}
