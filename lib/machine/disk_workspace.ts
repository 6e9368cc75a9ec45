/**
 * Work directories on the disk.
 *
 * Looks, renames and small texts do not give way, see `confined_folder.ts`; what may wait for the disk does: the
 * bytes of files, whole trees, and having something safely written.
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
  const { isFile } = Deno.statSync(path);
  // Opening a pipe that a job left would wait for its other end for ever.
  if (!isFile) throw new Deno.errors.NotSupported(`Cannot read ${path}: it is not a regular file`);
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(Math.min(file.statSync().size, LARGEST_TEXT_BYTES) + 1);
  let filled = 0;
  while (filled < bytes.length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  if (filled > LARGEST_TEXT_BYTES) throw new RangeError(`Cannot read ${path}: it is over 1 MiB`);
  return bytes.subarray(0, filled);
}

/** Writes what is small enough not to be worth another thread. */
function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let from = 0; from < bytes.length;) from += file.writeSync(bytes.subarray(from));
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

  makeDirectory(relativePath: string): Promise<void> {
    return Promise.try(() => this.#folder.makeDirectory(relativePath));
  }

  async remove(relativePath: string): Promise<void> {
    try {
      await removeTree(this.#entry(relativePath));
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
    await moveEntry(this.#entry(fromPath), target.#entry(toPath), this.#random);
  }

  async writeText(relativePath: string, text: string, mode = 0o644): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    const options = { mode, random: this.#random };
    await writeWhole(this.#entry(relativePath), (file) => writeAll(file, bytes), options);
  }

  async write(
    relativePath: string,
    content: AsyncIterable<Uint8Array>,
    mode = 0o644,
  ): Promise<void> {
    const options = { mode, random: this.#random };
    await writeWhole(this.#entry(relativePath), async (file) => {
      for await (const chunk of content) {
        for (let from = 0; from < chunk.length;) from += await file.write(chunk.subarray(from));
      }
    }, options);
  }

  async *read(relativePath: string): AsyncGenerator<Uint8Array> {
    yield* readFile(this.#folder.target(relativePath));
  }

  async readText(relativePath: string): Promise<string> {
    return new TextDecoder().decode(await readSmallFile(this.#folder.target(relativePath)));
  }

  exists(relativePath: string): Promise<boolean> {
    return Promise.try(() => {
      Deno.lstatSync(this.#folder.entry(relativePath));
      return true;
    }).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    });
  }

  size(relativePath: string): Promise<number> {
    return Promise.try(() => {
      const { isFile, size } = Deno.statSync(this.#folder.target(relativePath));
      if (isFile) return size;
      throw new Deno.errors.NotSupported(`Cannot size ${relativePath}: it is not a regular file`);
    });
  }

  setMode(relativePath: string, mode: number): Promise<void> {
    return Promise.try(() => Deno.chmodSync(this.#folder.target(relativePath), mode & 0o7777));
  }

  async list(relativePath: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(this.#folder.target(relativePath))) {
      names.push(name);
    }
    return names.sort();
  }

  async pack(directory: string, archive: string): Promise<number> {
    const from = this.#folder.target(directory);
    const to = this.#entry(archive);
    return await withTemporary(to, this.#random, async (temporary) => {
      const sizeBytes = await packDirectory(from, temporary, [to, temporary]);
      Deno.renameSync(temporary, to);
      return sizeBytes;
    });
  }

  async unpack(archive: string, directory: string): Promise<void> {
    const from = this.#folder.target(archive);
    await unpackInto(from, this.#folder.target(directory), this.#unpackLimits);
  }

  async *members(archive: string): AsyncGenerator<ArchiveMember> {
    yield* readMembers(this.#folder.target(archive), this.#unpackLimits);
  }

  /** Finds an entry that is to be changed as a whole, which the root is not. */
  #entry(relativePath: string): string {
    if (safeRelativePath(relativePath) === ".") {
      throw new UnsafePathError("Refused to change the root of a workspace");
    }
    return this.#folder.entry(relativePath);
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
