/**
 * Job archives, `ID.tgz`: gzip-compressed tar streams, written as the original's `tar cvzf` wrote them
 * and read with suspicion, for they come from strangers. Where members come from and go to is the
 * workspaces' matter.
 *
 * @module
 */

import { type Pack, pack } from "tar-stream";
import { messageOf } from "../error_message.ts";
import type { ArchiveMember, MemberType } from "./archive_member.ts";
import { gzip } from "./gzip.ts";
import { safeLinkTarget, safeRelativePath } from "./safe_path.ts";
import { readTar, type TarEntry } from "./tar_reader.ts";
import { UnsafePathError } from "./workspace.ts";

/** Limits on what is unpacked. */
export interface UnpackLimits {
  /** Most members. Default: 100,000. */
  readonly entries?: number | undefined;
  /** Most bytes of content in all. Default: 64 GiB. */
  readonly totalBytes?: number | undefined;
}

/** An archive that is damaged, too large, or holds what no job archive holds. */
export class ArchiveError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "ArchiveError";
}

/** Latest time that a tar header's field of 32 bits holds, in seconds. */
const LATEST_SECONDS = 2 ** 31 - 1;

/** Latest time that is read, in seconds: the year 9999. */
const LATEST_READ_SECONDS = 253_402_300_799;

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
function drained(stream: ReturnType<Pack["entry"]>): Promise<void> {
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

/** Member types by the flags that tar gives them. */
const TYPES: Readonly<Record<string, MemberType>> = {
  "0": "file",
  "7": "file",
  "1": "hardlink",
  "2": "symlink",
  "5": "directory",
};

/** Names of types that are refused. */
const REFUSED_TYPES: Readonly<Record<string, string>> = {
  "3": "a character device",
  "4": "a block device",
  "6": "a pipe",
};

/** Turns whatever a reader of archives throws into an {@linkcode ArchiveError}. */
function archiveError(error: unknown): Error {
  if (error instanceof UnsafePathError || error instanceof ArchiveError) return error;
  const reason = messageOf(error);
  return new ArchiveError(`Cannot read the archive: ${reason}`, { cause: error });
}

/** Yields a member's content; its errors are the archive's. */
async function* contentOf({ content }: TarEntry): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    throw archiveError(error);
  }
}

/** Checks an entry and makes a member of it. */
function checkedMember(entry: TarEntry): ArchiveMember {
  const { name, linkName, typeFlag, mode, sizeBytes } = entry;
  const path = safeRelativePath(name.replace(/\/+$/, "") || name, { backslash: true });
  const type = TYPES[typeFlag];
  if (type === undefined) {
    const what = REFUSED_TYPES[typeFlag] ?? `of the unknown type ${JSON.stringify(typeFlag)}`;
    throw new ArchiveError(`Refused the member ${JSON.stringify(path)}: it is ${what}`);
  }
  if (path === "." && type !== "directory") {
    throw new UnsafePathError(`Refused the member ${JSON.stringify(name)}: it has no name`);
  }
  if (type === "symlink") safeLinkTarget(path, linkName);
  return {
    path,
    type,
    mode: mode & 0o777,
    modifiedMs: Math.min(entry.modifiedSeconds, LATEST_READ_SECONDS) * 1000,
    sizeBytes,
    content: () => contentOf(entry),
    ...(type === "symlink" ? { linkTarget: linkName } : {}),
    ...(type === "hardlink" ? { linkTarget: safeRelativePath(linkName, { backslash: true }) } : {}),
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
  let seen = 0;
  let sizeBytes = 0;
  try {
    for await (const entry of readTar(bytes)) {
      const member = checkedMember(entry);
      if (++seen > entries) throw new ArchiveError(`Refused an archive of over ${entries} members`);
      sizeBytes += member.sizeBytes;
      if (sizeBytes > totalBytes) {
        throw new ArchiveError(`Refused an archive of over ${totalBytes} bytes of content`);
      }
      yield member;
    }
  } catch (error) {
    throw archiveError(error);
  }
}
