/**
 * Work directories on the disk.
 *
 * Permissions: `--allow-read` and `--allow-write` for the root. Unpacking an archive that holds symbolic
 * links, and moving links between file systems, take both without a path: Deno grants links to nothing
 * less.
 *
 * @module
 */

import { type Random, systemRandom } from "../random.ts";
import { moveEntry, removeTree, withTemporary, writeWhole } from "./_disk_files.ts";
import type { UnpackLimits } from "./archive.ts";
import type { ArchiveMember } from "./archive_member.ts";
import { ConfinedFolder } from "./confined_folder.ts";
import { packDirectory, readFile, readMembers, unpackInto } from "./disk_archive.ts";
import { safeRelativePath } from "./safe_path.ts";
import { UnsafePathError, type Workspace } from "./workspace.ts";

/** Largest text that `readText` returns. */
const LARGEST_TEXT_BYTES = 2 ** 20;

/** Options of {@linkcode diskWorkspace}. */
export interface DiskWorkspaceOptions {
  /** Source of temporary names. Default: the system's. */
  readonly random?: Random | undefined;
  /** Limits on archives that are unpacked. Default: those of `unpackMembers`. */
  readonly unpackLimits?: UnpackLimits | undefined;
}

/** Reads a file of bounded size. */
async function readSmallFile(path: string): Promise<Uint8Array> {
  const { isFile } = await Deno.stat(path);
  // Opening a pipe that a job left would wait for its other end for ever.
  if (!isFile) throw new Deno.errors.NotSupported(`Cannot read ${path}: it is not a regular file`);
  using file = await Deno.open(path);
  const bytes = new Uint8Array(Math.min((await file.stat()).size, LARGEST_TEXT_BYTES) + 1);
  let filled = 0;
  while (filled < bytes.length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  if (filled > LARGEST_TEXT_BYTES) throw new RangeError(`Cannot read ${path}: it is over 1 MiB`);
  return bytes.subarray(0, filled);
}

/** A workspace on the disk. */
class DiskWorkspace implements Workspace {
  readonly #folder: ConfinedFolder;
  readonly #random: Random;
  readonly #unpackLimits: UnpackLimits;

  constructor(root: string, options: DiskWorkspaceOptions) {
    this.#folder = new ConfinedFolder(root);
    this.#random = options.random ?? systemRandom;
    this.#unpackLimits = options.unpackLimits ?? {};
  }

  path(relativePath: string): string {
    return this.#folder.join(relativePath);
  }

  async makeDirectory(relativePath: string): Promise<void> {
    await this.#folder.makeDirectory(relativePath);
  }

  async remove(relativePath: string): Promise<void> {
    try {
      await removeTree(await this.#entry(relativePath));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async move(fromPath: string, toPath: string): Promise<void> {
    await this.moveTo(this, fromPath, toPath);
  }

  async moveTo(target: Workspace, fromPath: string, toPath: string): Promise<void> {
    if (!(target instanceof DiskWorkspace)) {
      throw new TypeError(`Cannot move ${fromPath}: the other workspace is not on the disk`);
    }
    await moveEntry(await this.#entry(fromPath), await target.#entry(toPath), this.#random);
  }

  async writeText(relativePath: string, text: string, mode = 0o644): Promise<void> {
    const path = await this.#entry(relativePath);
    await writeWhole(path, [new TextEncoder().encode(text)], mode, this.#random);
  }

  async write(
    relativePath: string,
    content: AsyncIterable<Uint8Array>,
    mode = 0o644,
  ): Promise<void> {
    await writeWhole(await this.#entry(relativePath), content, mode, this.#random);
  }

  async *read(relativePath: string): AsyncGenerator<Uint8Array> {
    yield* readFile(await this.#folder.target(relativePath));
  }

  async readText(relativePath: string): Promise<string> {
    return new TextDecoder().decode(await readSmallFile(await this.#folder.target(relativePath)));
  }

  async exists(relativePath: string): Promise<boolean> {
    try {
      await Deno.lstat(await this.#folder.entry(relativePath));
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  async size(relativePath: string): Promise<number> {
    const status = await Deno.stat(await this.#folder.target(relativePath));
    if (status.isFile) return status.size;
    throw new Deno.errors.NotSupported(`Cannot size ${relativePath}: it is not a regular file`);
  }

  async setMode(relativePath: string, mode: number): Promise<void> {
    await Deno.chmod(await this.#folder.target(relativePath), mode & 0o7777);
  }

  async list(relativePath: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(await this.#folder.target(relativePath))) {
      names.push(name);
    }
    return names.sort();
  }

  async pack(directory: string, archive: string): Promise<number> {
    const from = await this.#folder.target(directory);
    const to = await this.#entry(archive);
    return await withTemporary(to, this.#random, async (temporary) => {
      const sizeBytes = await packDirectory(from, temporary, [to, temporary]);
      await Deno.rename(temporary, to);
      return sizeBytes;
    });
  }

  async unpack(archive: string, directory: string): Promise<void> {
    const from = await this.#folder.target(archive);
    await unpackInto(from, await this.#folder.target(directory), this.#unpackLimits);
  }

  async *members(archive: string): AsyncGenerator<ArchiveMember> {
    yield* readMembers(await this.#folder.target(archive), this.#unpackLimits);
  }

  /** Finds an entry that is to be changed as a whole, which the root is not. */
  async #entry(relativePath: string): Promise<string> {
    if (safeRelativePath(relativePath) === ".") {
      throw new UnsafePathError("Refused to change the root of a workspace");
    }
    return await this.#folder.entry(relativePath);
  }
}

/**
 * Opens a workspace on the disk.
 *
 * @param root Absolute path of its folder; `makeDirectory(".")` makes it.
 * @param options Source of temporary names, limits on archives.
 * @returns The workspace; it holds nothing open.
 * @throws {UnsafePathError} When the root is not absolute.
 */
export function diskWorkspace(root: string, options: DiskWorkspaceOptions = {}): Workspace {
  return new DiskWorkspace(root, options);
}
