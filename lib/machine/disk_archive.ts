/**
 * Archives of directories on the disk: what is packed is walked without following links, what is
 * unpacked never passes through one.
 *
 * @module
 */

import { constants, createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { ArchiveError, packMembers, type UnpackLimits, unpackMembers } from "./archive.ts";
import type { ArchiveMember } from "./archive_member.ts";

/** Bytes per read of a file. */
const READ_BYTES = 256 * 1024;

/**
 * No link in the last place of the path, and no waiting for the other end of a pipe: the job may have
 * put either there since the directory was read.
 */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** True for entries that vanished or may not be read; `tar` leaves them out, too. */
function leavesOut(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "EACCES" || code === "ELOOP" || code === "ENXIO";
}

/** Reads a file in chunks, each in memory of its own. */
async function* readChunks(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(READ_BYTES), 0, READ_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Permission bits and time of an entry, as members carry them. */
function attributes(status: { readonly mode: number | null; readonly mtime: Date | null }) {
  return { mode: (status.mode ?? 0o644) & 0o7777, modifiedMs: status.mtime?.getTime() ?? 0 };
}

/**
 * Reads a regular file, chunk by chunk; a link in the last place of the path is refused.
 *
 * @param path Absolute path of the file.
 * @throws {Deno.errors.NotSupported} When it is no regular file.
 */
export async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, READ_FLAGS).catch((error) => {
    if (error.code !== "ENOENT") throw error;
    throw new Deno.errors.NotFound(`Cannot read ${path}: there is no such file`);
  });
  try {
    if (!(await file.stat()).isFile()) {
      throw new Deno.errors.NotSupported(`Cannot read ${path}: it is not a regular file`);
    }
    yield* readChunks(file);
  } finally {
    await file.close();
  }
}

/** Yields an entry and all below it, or nothing where it cannot be read. */
async function* walk(
  root: string,
  path: string,
  excluded: ReadonlySet<string>,
): AsyncGenerator<ArchiveMember> {
  const place = path === "." ? root : `${root}/${path}`;
  if (excluded.has(place)) return;
  try {
    const status = await Deno.lstat(place);
    if (status.isFile) {
      yield* walkFile(place, path);
    } else if (status.isSymlink) {
      const linkTarget = await Deno.readLink(place);
      yield { path, type: "symlink", ...attributes(status), sizeBytes: 0, linkTarget, content };
    } else if (status.isDirectory) {
      yield { path, type: "directory", ...attributes(status), sizeBytes: 0, content };
      const names = await Array.fromAsync(Deno.readDir(place), (entry) => entry.name);
      for (const name of names.sort()) {
        yield* walk(root, path === "." ? name : `${path}/${name}`, excluded);
      }
    }
  } catch (error) {
    if (!leavesOut(error)) throw error;
  }
}

/** Content of all members that have none. */
async function* content(): AsyncGenerator<Uint8Array> {}

/** Yields one file, open until the next member is asked for. */
async function* walkFile(place: string, path: string): AsyncGenerator<ArchiveMember> {
  const file = await open(place, READ_FLAGS);
  try {
    const status = await file.stat();
    if (!status.isFile()) return;
    const content = () => readChunks(file);
    yield { path, type: "file", ...attributes(status), sizeBytes: status.size, content };
  } finally {
    await file.close();
  }
}

/**
 * Packs a directory into a new file.
 *
 * Members come in the order of their names, a directory before what it holds. Links are stored as
 * links; devices, sockets, pipes and what may not be read are left out, as is a file whose name is not
 * UTF-8. A file that changes its size meanwhile is cut or padded to the size it had.
 *
 * @param directory Absolute path of the directory.
 * @param archive Absolute path of the archive; nothing may stand there.
 * @param excluded Absolute paths that are left out, such as the archive's.
 * @returns Size of the archive in bytes.
 */
export async function packDirectory(
  directory: string,
  archive: string,
  excluded: readonly string[],
): Promise<number> {
  using file = await Deno.open(archive, { write: true, createNew: true });
  let sizeBytes = 0;
  for await (const chunk of packMembers(walk(directory, ".", new Set(excluded)))) {
    for (let from = 0; from < chunk.length;) from += await file.write(chunk.subarray(from));
    sizeBytes += chunk.length;
  }
  return sizeBytes;
}

/** Removes what stands in a member's way, unless it is a directory. */
async function clear(place: string): Promise<void> {
  try {
    if ((await Deno.lstat(place)).isDirectory) {
      throw new ArchiveError(`Cannot unpack ${place}: a directory is in its place`);
    }
    await Deno.remove(place);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Puts members into a directory; links and the attributes of directories come last. */
class Unpacker {
  readonly #root: string;
  /** Folders that were seen to be real, not links; nobody makes a link before `finish`. */
  readonly #folders = new Set(["."]);
  readonly #files = new Set<string>();
  readonly #links: ArchiveMember[] = [];
  readonly #directories: ArchiveMember[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  /** Puts one member into its place, or keeps it for later. */
  async add(member: ArchiveMember): Promise<void> {
    if (member.path === ".") return;
    if (member.type === "directory") {
      await this.#makeFolder(member.path);
      this.#directories.push(member);
    } else if (member.type === "symlink") {
      this.#links.push(member);
    } else {
      const place = await this.#place(member.path);
      if (member.type === "file") await this.#writeFile(place, member);
      else await this.#linkFile(place, member);
      this.#files.add(member.path);
    }
  }

  /** Makes the links, then gives directories their rights and times. */
  async finish(): Promise<void> {
    for (const { path, linkTarget = "" } of this.#links) {
      const place = await this.#place(path);
      await clear(place);
      await Deno.symlink(linkTarget, place);
    }
    for (const { path, mode, modifiedMs } of this.#directories.reverse()) {
      const place = `${this.#root}/${path}`;
      // The owner keeps the right to look into it and to remove it.
      await Deno.chmod(place, mode | 0o700);
      await Deno.utime(place, new Date(modifiedMs), new Date(modifiedMs));
    }
  }

  /** Makes the folders that lead to a path, and tells its absolute path. */
  async #place(path: string): Promise<string> {
    const cut = path.lastIndexOf("/");
    if (cut !== -1) await this.#makeFolder(path.slice(0, cut));
    return `${this.#root}/${path}`;
  }

  async #makeFolder(path: string): Promise<void> {
    if (this.#folders.has(path)) return;
    const place = await this.#place(path);
    try {
      await Deno.mkdir(place, { mode: 0o700 });
      await Deno.chmod(place, 0o755);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      if (!(await Deno.lstat(place)).isDirectory) {
        throw new ArchiveError(`Cannot unpack ${place}: a file or link is in its place`);
      }
    }
    this.#folders.add(path);
  }

  async #writeFile(place: string, member: ArchiveMember): Promise<void> {
    await clear(place);
    {
      using file = await Deno.open(place, { write: true, createNew: true, mode: 0o600 });
      for await (const chunk of member.content()) {
        for (let from = 0; from < chunk.length;) from += await file.write(chunk.subarray(from));
      }
    }
    await Deno.chmod(place, member.mode);
    await Deno.utime(place, new Date(member.modifiedMs), new Date(member.modifiedMs));
  }

  async #linkFile(place: string, { path, linkTarget = "" }: ArchiveMember): Promise<void> {
    if (!this.#files.has(linkTarget) || linkTarget === path) {
      throw new ArchiveError(
        `Cannot unpack ${path}: it links to ${linkTarget}, which is no member`,
      );
    }
    await clear(place);
    await Deno.link(`${this.#root}/${linkTarget}`, place);
  }
}

/**
 * Reads the members of an archive, one after the other.
 *
 * @param archive Absolute path of the archive.
 * @param limits Limits on what is accepted.
 * @returns The members; each one's content is to be read, or left, before the next is asked for.
 * @throws {UnsafePathError} When a name or link leads out.
 * @throws {ArchiveError} When the archive is damaged, over a limit, or holds a device.
 */
export async function* readMembers(
  archive: string,
  limits: UnpackLimits,
): AsyncGenerator<ArchiveMember> {
  const compressed = createReadStream(archive, { highWaterMark: READ_BYTES });
  const bytes = createGunzip({ chunkSize: READ_BYTES });
  compressed.on("error", (error) => bytes.destroy(error)).pipe(bytes);
  try {
    yield* unpackMembers(bytes, limits);
  } finally {
    compressed.destroy();
    bytes.destroy();
  }
}

/**
 * Unpacks an archive into a directory, replacing files that stand there. What was unpacked before an
 * error stays.
 *
 * @param archive Absolute path of the archive.
 * @param directory Absolute path of the directory.
 * @param limits Limits on what is accepted.
 * @throws {UnsafePathError} When a name or link leads out.
 * @throws {ArchiveError} When the archive is damaged, over a limit, or holds a device.
 */
export async function unpackInto(
  archive: string,
  directory: string,
  limits: UnpackLimits,
): Promise<void> {
  const unpacker = new Unpacker(directory);
  for await (const member of readMembers(archive, limits)) await unpacker.add(member);
  await unpacker.finish();
}
