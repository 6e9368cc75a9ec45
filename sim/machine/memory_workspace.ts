/**
 * Work directories in memory: the tree of a disk, links and rights included, without a disk. Nothing
 * in it waits for the system, so that it keeps step with virtual time.
 *
 * @module
 */

import { type Clock, systemClock } from "../../lib/clock.ts";
import type { UnpackLimits } from "../../lib/machine/archive.ts";
import type { ArchiveMember } from "../../lib/machine/archive_member.ts";
import { safeRelativePath } from "../../lib/machine/safe_path.ts";
import { UnsafePathError, type Workspace } from "../../lib/machine/workspace.ts";
import { joined, packTree, readMembers, unpackTree } from "./memory_archive.ts";
import { MemoryTree } from "./memory_tree.ts";

/** Largest text that `readText` returns, as on the disk. */
const LARGEST_TEXT_BYTES = 2 ** 20;

/** Options of {@linkcode MemoryWorkspace}. */
export interface MemoryWorkspaceOptions {
  /** Absolute path that `path()` puts before names. Default: `/memory`. */
  readonly root?: string | undefined;
  /** Clock of the files' times. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Limits on archives that are unpacked. Default: 100,000 members, 1 GiB of content. */
  readonly unpackLimits?: UnpackLimits | undefined;
}

/** Runs something at once, with its failure as a rejection. */
function promised<T>(work: () => T): Promise<T> {
  return Promise.try(work);
}

/** A workspace in memory. */
export class MemoryWorkspace implements Workspace {
  readonly #root: string;
  readonly #clock: Clock;
  readonly #unpackLimits: UnpackLimits;
  readonly #tree: MemoryTree;

  /**
   * Makes an empty workspace.
   *
   * @param options Root name, clock, limits.
   */
  constructor(options: MemoryWorkspaceOptions = {}) {
    this.#root = options.root ?? "/memory";
    this.#clock = options.clock ?? systemClock;
    this.#unpackLimits = { totalBytes: 2 ** 30, ...options.unpackLimits };
    this.#tree = new MemoryTree(this.#root, this.#clock.now());
  }

  path(relativePath: string): string {
    const safe = safeRelativePath(relativePath);
    return safe === "." ? this.#root : `${this.#root}/${safe}`;
  }

  /**
   * Turns an absolute path of this workspace back, for programs and file transfers in memory.
   *
   * @param path A path that `path` returned, or one below it.
   * @returns The path relative to the root.
   * @throws {UnsafePathError} When the path is not of this workspace.
   */
  relativePath(path: string): string {
    if (path === this.#root) return ".";
    if (path.startsWith(`${this.#root}/`)) {
      return safeRelativePath(path.slice(this.#root.length + 1));
    }
    throw new UnsafePathError(`Refused the path ${JSON.stringify(path)}: it is not in memory`);
  }

  makeDirectory(relativePath: string): Promise<void> {
    return promised(() => {
      this.#tree.makeDirectory(relativePath, this.#clock.now());
    });
  }

  remove(relativePath: string): Promise<void> {
    return promised(() => {
      try {
        const { parent, name } = this.#tree.entry(relativePath);
        parent.entries.delete(name);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    });
  }

  move(fromPath: string, toPath: string): Promise<void> {
    return this.moveTo(this, fromPath, toPath);
  }

  moveTo(target: Workspace, fromPath: string, toPath: string): Promise<void> {
    return promised(() => {
      if (!(target instanceof MemoryWorkspace)) {
        throw new TypeError(`Cannot move ${fromPath}: the other workspace is not in memory`);
      }
      this.#tree.move(fromPath, target.#tree, toPath);
    });
  }

  writeText(relativePath: string, text: string, mode = 0o644): Promise<void> {
    return this.writeBytes(relativePath, new TextEncoder().encode(text), mode);
  }

  /**
   * Writes a file, as a program or a file transfer would.
   *
   * @param relativePath The file; its folder must exist.
   * @param bytes The content, not copied.
   * @param mode Unix permission bits. Default: 0o644.
   */
  writeBytes(relativePath: string, bytes: Uint8Array, mode = 0o644): Promise<void> {
    return promised(() => {
      const { parent, name, node } = this.#tree.entry(relativePath);
      if (node?.kind === "directory") {
        throw new Deno.errors.IsADirectory(`Cannot write ${relativePath}: it is a directory`);
      }
      const modifiedMs = this.#clock.now();
      parent.entries.set(name, { kind: "file", bytes, mode: mode & 0o7777, modifiedMs });
    });
  }

  async write(
    relativePath: string,
    content: AsyncIterable<Uint8Array>,
    mode = 0o644,
  ): Promise<void> {
    await this.writeBytes(relativePath, await joined(content), mode);
  }

  async *read(relativePath: string): AsyncGenerator<Uint8Array> {
    yield await this.readBytes(relativePath);
  }

  readText(relativePath: string): Promise<string> {
    return promised(() => {
      const { bytes } = this.#tree.file(relativePath);
      if (bytes.length <= LARGEST_TEXT_BYTES) return new TextDecoder().decode(bytes);
      throw new RangeError(`Cannot read ${relativePath}: it is over 1 MiB`);
    });
  }

  /**
   * Reads a file of any size.
   *
   * @param relativePath The file.
   * @returns Its content, not copied.
   */
  readBytes(relativePath: string): Promise<Uint8Array> {
    return promised(() => this.#tree.file(relativePath).bytes);
  }

  exists(relativePath: string): Promise<boolean> {
    return promised(() => {
      if (safeRelativePath(relativePath) === ".") return true;
      try {
        return this.#tree.entry(relativePath).node !== undefined;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return false;
        throw error;
      }
    });
  }

  size(relativePath: string): Promise<number> {
    return promised(() => this.#tree.file(relativePath).bytes.length);
  }

  setMode(relativePath: string, mode: number): Promise<void> {
    return promised(() => {
      this.#tree.target(relativePath).mode = mode & 0o7777;
    });
  }

  /**
   * Looks at an entry's permission bits.
   *
   * @param relativePath The entry; links are followed.
   * @returns The Unix permission bits.
   */
  mode(relativePath: string): Promise<number> {
    return promised(() => this.#tree.target(relativePath).mode);
  }

  list(relativePath: string): Promise<string[]> {
    return promised(() => [...this.#tree.directory(relativePath).entries.keys()].sort());
  }

  /**
   * Makes a symbolic link, as a job may: its target is not checked.
   *
   * @param relativePath Where the link stands.
   * @param target What it contains.
   */
  link(relativePath: string, target: string): Promise<void> {
    return promised(() => {
      const { parent, name } = this.#tree.entry(relativePath);
      parent.entries.set(name, { kind: "link", target, modifiedMs: this.#clock.now() });
    });
  }

  async pack(directory: string, archive: string): Promise<number> {
    const from = this.#tree.directory(directory);
    const bytes = await packTree(from, this.#tree.entry(archive));
    await this.writeBytes(archive, bytes);
    return bytes.length;
  }

  async unpack(archive: string, directory: string): Promise<void> {
    const { bytes } = this.#tree.file(archive);
    await unpackTree(bytes, this.#tree.directory(directory), this.#unpackLimits);
  }

  async *members(archive: string): AsyncGenerator<ArchiveMember> {
    yield* readMembers(this.#tree.file(archive).bytes, this.#unpackLimits);
  }
}
