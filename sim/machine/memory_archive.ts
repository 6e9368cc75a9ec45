/**
 * Archives of directories in memory: the same bytes as those of the disk, with no stream that waits
 * for the system.
 *
 * @module
 */

import { gunzipSync } from "node:zlib";
import {
  ArchiveError,
  packMembers,
  type UnpackLimits,
  unpackMembers,
} from "../../lib/machine/archive.ts";
import type { ArchiveMember } from "../../lib/machine/archive_member.ts";
import type { DirectoryNode, Place, TreeNode } from "./memory_tree.ts";

/** Bytes of headers and padding that a member adds to an archive, at most about. */
const BYTES_PER_MEMBER = 16 * 1024;

/** Content of all members that have none. */
async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Content of a file. */
async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** Yields a node and all below it, but for the archive's own place. */
async function* walk(node: TreeNode, path: string, archive: Place): AsyncGenerator<ArchiveMember> {
  const { kind, modifiedMs } = node;
  const common = { path, modifiedMs, sizeBytes: 0, content: nothing };
  if (kind === "file") {
    const { bytes, mode } = node;
    yield { ...common, type: kind, mode, sizeBytes: bytes.length, content: () => whole(bytes) };
  } else if (kind === "link") {
    yield { ...common, type: "symlink", mode: 0o777, linkTarget: node.target };
  } else {
    yield { ...common, type: kind, mode: node.mode };
    for (const name of [...node.entries.keys()].sort()) {
      const child = node.entries.get(name);
      if (child === undefined || (node === archive.parent && name === archive.name)) continue;
      yield* walk(child, path === "." ? name : `${path}/${name}`, archive);
    }
  }
}

/** Joins chunks; they are copied. */
export async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  // Chunks may be reused by their source, so each one is copied.
  const parts = await Array.fromAsync(chunks, (chunk) => chunk.slice());
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    bytes.set(part, filled);
    filled += part.length;
  }
  return bytes;
}

/**
 * Packs a directory.
 *
 * @param directory The directory.
 * @param archive Where the archive will stand; left out.
 * @returns The archive's bytes.
 */
export function packTree(directory: DirectoryNode, archive: Place): Promise<Uint8Array> {
  return joined(packMembers(walk(directory, ".", archive)));
}

/** Decompresses an archive, up to what its limits allow. */
function decompress(archive: Uint8Array, limits: UnpackLimits): Uint8Array {
  const { entries = 100_000, totalBytes = 2 ** 30 } = limits;
  const maxOutputLength = Math.min(totalBytes + entries * BYTES_PER_MEMBER, 2 ** 32);
  try {
    return gunzipSync(archive, { maxOutputLength });
  } catch (error) {
    throw new ArchiveError(`Cannot read the archive: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Finds or makes the folders of a member below a directory; they must be real. */
function makeFolders(directory: DirectoryNode, names: readonly string[]): DirectoryNode {
  let folder = directory;
  for (const name of names) {
    const present: TreeNode = folder.entries.get(name) ??
      { kind: "directory", entries: new Map(), mode: 0o755, modifiedMs: folder.modifiedMs };
    if (present.kind !== "directory") {
      throw new ArchiveError(`Cannot unpack into ${name}: a file or link is in its place`);
    }
    folder.entries.set(name, present);
    folder = present;
  }
  return folder;
}

/** Puts a node below a directory, unless a directory stands there. */
function put(directory: DirectoryNode, path: string, node: TreeNode): void {
  const names = path.split("/");
  const folder = makeFolders(directory, names.slice(0, -1));
  const name = names.at(-1) ?? "";
  if (folder.entries.get(name)?.kind === "directory") {
    throw new ArchiveError(`Cannot unpack ${path}: a directory is in its place`);
  }
  folder.entries.set(name, node);
}

/**
 * Reads the members of an archive.
 *
 * @param archive The archive's bytes.
 * @param limits Limits on what is accepted.
 * @returns The members.
 * @throws {UnsafePathError} When a name or link leads out.
 * @throws {ArchiveError} When the archive is damaged, over a limit, or holds a device.
 */
export async function* readMembers(
  archive: Uint8Array,
  limits: UnpackLimits,
): AsyncGenerator<ArchiveMember> {
  yield* unpackMembers(whole(decompress(archive, limits)), limits);
}

/**
 * Unpacks an archive into a directory, replacing files; links are made last, as on the disk.
 *
 * @param archive The archive's bytes.
 * @param directory The directory.
 * @param limits Limits on what is accepted.
 * @throws {UnsafePathError} When a name or link leads out.
 * @throws {ArchiveError} When the archive is damaged, over a limit, or holds a device.
 */
export async function unpackTree(
  archive: Uint8Array,
  directory: DirectoryNode,
  limits: UnpackLimits,
): Promise<void> {
  const files = new Map<string, TreeNode>();
  const links: [string, TreeNode][] = [];
  for await (const member of readMembers(archive, limits)) {
    const { path, type, mode, modifiedMs, linkTarget = "" } = member;
    if (path === ".") continue;
    if (type === "directory") {
      const made = makeFolders(directory, path.split("/"));
      made.mode = mode | 0o700;
      made.modifiedMs = modifiedMs;
    } else if (type === "symlink") {
      links.push([path, { kind: "link", target: linkTarget, modifiedMs }]);
    } else {
      const node = type === "file"
        ? { kind: type, bytes: await joined(member.content()), mode, modifiedMs }
        : files.get(linkTarget);
      if (node === undefined) {
        throw new ArchiveError(
          `Cannot unpack ${path}: it links to ${linkTarget}, which is no member`,
        );
      }
      put(directory, path, node);
      files.set(path, node);
    }
  }
  for (const [path, link] of links) put(directory, path, link);
}
