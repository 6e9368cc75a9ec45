/**
 * A file tree in memory: what a disk does with names, links and rights, at once.
 *
 * @module
 */

import { safeRelativePath } from "../../lib/machine/safe_path.ts";
import { UnsafePathError } from "../../lib/machine/workspace.ts";

/** Links that are followed on one way, as Linux does. */
const MOST_LINKS = 40;

/** A file; hard links share one. */
export interface FileNode {
  /** Kind of the node. */
  readonly kind: "file";
  /** The content. */
  bytes: Uint8Array;
  /** Unix permission bits. */
  mode: number;
  /** Time of the last change, in milliseconds since the epoch. */
  modifiedMs: number;
}

/** A directory. */
export interface DirectoryNode {
  /** Kind of the node. */
  readonly kind: "directory";
  /** What stands in it, by name. */
  readonly entries: Map<string, TreeNode>;
  /** Unix permission bits. */
  mode: number;
  /** Time of the last change, in milliseconds since the epoch. */
  modifiedMs: number;
}

/** A symbolic link. */
export interface LinkNode {
  /** Kind of the node. */
  readonly kind: "link";
  /** What it contains. */
  readonly target: string;
  /** Time of the last change, in milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/** What may stand in a directory. */
export type TreeNode = FileNode | DirectoryNode | LinkNode;

/** Where an entry stands, or would stand. */
export interface Place {
  /** Directory of the entry. */
  readonly parent: DirectoryNode;
  /** Name in that directory. */
  readonly name: string;
  /** What stands there. */
  readonly node: TreeNode | undefined;
}

/** The tree; paths are relative to its top and checked as those of a disk workspace are. */
export class MemoryTree {
  /** The top directory. */
  readonly top: DirectoryNode;
  readonly #root: string;

  /**
   * Makes an empty tree.
   *
   * @param root Absolute path that links may name the top by.
   * @param modifiedMs Time of the top directory.
   */
  constructor(root: string, modifiedMs: number) {
    this.#root = root;
    this.top = { kind: "directory", entries: new Map(), mode: 0o755, modifiedMs };
  }

  /**
   * Finds an entry itself; a link in the last place is not followed.
   *
   * @param path The path.
   * @returns Its place, perhaps empty.
   * @throws {UnsafePathError} When the path is the top, or a link on the way leads out.
   * @throws {Deno.errors.NotFound} When a folder on the way is missing.
   */
  entry(path: string): Place {
    if (safeRelativePath(path) === ".") {
      throw new UnsafePathError("Refused to change the root of a workspace");
    }
    return this.#resolve(path, false);
  }

  /**
   * Finds what stands at a path, links followed.
   *
   * @param path The path.
   * @returns The file or directory.
   * @throws {UnsafePathError} When a link leads out.
   * @throws {Deno.errors.NotFound} When there is nothing.
   */
  target(path: string): FileNode | DirectoryNode {
    const { node } = this.#resolve(path, true);
    if (node !== undefined && node.kind !== "link") return node;
    throw new Deno.errors.NotFound(`Cannot find ${path}`);
  }

  /** Finds a file, links followed. */
  file(path: string): FileNode {
    const node = this.target(path);
    if (node.kind === "file") return node;
    throw new Deno.errors.NotSupported(`Cannot read ${path}: it is not a regular file`);
  }

  /** Finds a directory, links followed. */
  directory(path: string): DirectoryNode {
    const node = this.target(path);
    if (node.kind === "directory") return node;
    throw new Deno.errors.NotADirectory(`Cannot list ${path}: it is a file`);
  }

  /**
   * Makes a directory and its parents.
   *
   * @param path The path.
   * @param modifiedMs Time of what is made.
   * @returns The directory.
   * @throws {UnsafePathError} When a link on the way leads out.
   * @throws {Deno.errors.NotADirectory} When something else is in the way.
   */
  makeDirectory(path: string, modifiedMs: number): DirectoryNode {
    const safe = safeRelativePath(path);
    if (safe === ".") return this.top;
    const names = safe.split("/");
    for (let count = 1; count <= names.length; count++) {
      const below = names.slice(0, count).join("/");
      const { parent, name, node } = this.entry(below);
      if (node === undefined) {
        parent.entries.set(name, {
          kind: "directory",
          entries: new Map(),
          mode: 0o755,
          modifiedMs,
        });
      } else if (this.target(below).kind !== "directory") {
        throw new Deno.errors.NotADirectory(`Cannot make the directory ${below}: it is a file`);
      }
    }
    return this.directory(safe);
  }

  /**
   * Moves an entry, replacing a file, a link or an empty directory.
   *
   * @param fromPath The entry.
   * @param target The tree of its new place, which may be this one.
   * @param toPath Its new place.
   * @throws {Deno.errors.NotFound} When there is no such entry.
   * @throws {Error} When the new place is taken by another kind, or lies inside the entry.
   */
  move(fromPath: string, target: MemoryTree, toPath: string): void {
    const from = this.entry(fromPath);
    const to = target.entry(toPath);
    const { node } = from;
    if (node === undefined) throw new Deno.errors.NotFound(`Cannot find ${fromPath}`);
    if (to.node === node) return;
    const [isFolder, ontoFolder] = [node.kind === "directory", to.node?.kind === "directory"];
    if (to.node !== undefined && isFolder !== ontoFolder) {
      throw new Error(`Cannot move ${fromPath} to ${toPath}: one is a directory, one is not`);
    }
    if (to.node?.kind === "directory" && to.node.entries.size > 0) {
      throw new Error(`Cannot move ${fromPath} to ${toPath}: the directory is not empty`);
    }
    if (node.kind === "directory" && holds(node, to.parent)) {
      throw new Error(`Cannot move ${fromPath} to ${toPath}: it lies inside`);
    }
    from.parent.entries.delete(from.name);
    to.parent.entries.set(to.name, node);
  }

  /** Walks a path from the top. */
  #resolve(path: string, followLast: boolean): Place {
    const safe = safeRelativePath(path);
    const left = safe === "." ? [] : safe.split("/").reverse();
    let folders = [this.top];
    let links = 0;
    for (;;) {
      const parent = folders.at(-1) ?? this.top;
      const name = left.pop();
      if (name === undefined) return { parent, name: ".", node: parent };
      if (name === "." || name === "") continue;
      if (name === "..") {
        folders.pop();
        if (folders.length === 0) throw this.#leadsOut(path);
        continue;
      }
      const node = parent.entries.get(name);
      if (node?.kind === "link" && (followLast || left.length > 0)) {
        if (++links > MOST_LINKS) throw new Deno.errors.FilesystemLoop(`Cannot follow ${path}`);
        const steps = this.#steps(path, node.target);
        if (node.target.startsWith("/")) folders = [this.top];
        left.push(...steps.reverse());
      } else if (left.length === 0) {
        return { parent, name, node };
      } else if (node?.kind === "directory") {
        folders.push(node);
      } else {
        throw new Deno.errors.NotFound(`Cannot find ${path}`);
      }
    }
  }

  /** Names that a link leads through; an absolute one must name the top. */
  #steps(path: string, target: string): string[] {
    if (!target.startsWith("/")) return target.split("/");
    if (target !== this.#root && !target.startsWith(`${this.#root}/`)) throw this.#leadsOut(path);
    return target.slice(this.#root.length).split("/");
  }

  #leadsOut(path: string): UnsafePathError {
    return new UnsafePathError(`Refused the path ${JSON.stringify(path)}: it leads out`);
  }
}

/** True where one directory is the other or lies below it. */
function holds(directory: DirectoryNode, other: DirectoryNode): boolean {
  if (directory === other) return true;
  return [...directory.entries.values()].some((node) =>
    node.kind === "directory" && holds(node, other)
  );
}
