/**
 * The local side of directory trees. What comes from a server is not trusted: no name and no link may lead
 * out of the folder that a tree is copied into, nor may a link that stands there already.
 *
 * @module
 */

import { join } from "@std/path";
import { FileTransferError } from "./file_transfer.ts";
import { PERMISSION_MASK } from "./transfer.ts";

/** How much of a tree is taken before it is refused. */
export interface TreeLimits {
  /** Most directories below each other. */
  readonly maxDepth: number;
  /** Most files, directories and links in all. */
  readonly maxEntries: number;
}

/** A file of a local tree. */
export interface LocalFile {
  /** Path below the tree's root, with `/` between names. */
  readonly path: string;
  /** Size in bytes. */
  readonly sizeBytes: number;
  /** Permission bits, where the system has them. */
  readonly mode: number | null;
}

/** What a local tree holds; parents come before what is in them. */
export interface LocalTree {
  /** Paths of the directories below the root. */
  readonly directories: readonly string[];
  /** Regular files; sockets, pipes and devices are left out. */
  readonly files: readonly LocalFile[];
  /** The links with their targets. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
}

/**
 * Refuses names that are no names of one entry in one folder.
 *
 * @param name A name from a server.
 * @throws {FileTransferError} `protocol`: it is empty, `.` or `..`, or holds a slash or NUL.
 */
export function requireSafeName(name: string): void {
  if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) {
    throw new FileTransferError("protocol", `Cannot accept the name ${JSON.stringify(name)}`);
  }
}

/**
 * Refuses links that could lead out of a tree. A `..` behind a name is refused too: the name may be a link
 * itself, and the `..` then be that of another directory.
 *
 * @param path Where the link stands, below the tree's root.
 * @param target Where it leads.
 * @throws {FileTransferError} `invalid-request`: it leads out, or might.
 */
export function requireLinkInside(path: string, target: string): void {
  const depth = path.split("/").length - 1;
  const names = target.split("/").filter((name) => name !== "" && name !== ".");
  const climbs = names.findIndex((name) => name !== "..");
  const ups = climbs < 0 ? names.length : climbs;
  const safe = !target.startsWith("/") && !target.includes("\0") && ups <= depth &&
    !names.slice(ups).includes("..");
  if (!safe || target === "") {
    throw new FileTransferError(
      "invalid-request",
      `Cannot accept the link ${path} → ${JSON.stringify(target)}: it may lead out of its tree`,
    );
  }
}

/**
 * Refuses names that the local disk could only keep under another name.
 *
 * @param path A path from a server.
 * @throws {FileTransferError} `invalid-request`: it is not UTF-8.
 */
export function requireText(path: string): void {
  if (!path.isWellFormed()) {
    throw new FileTransferError(
      "invalid-request",
      `Cannot keep the name ${JSON.stringify(path)}: it is not UTF-8`,
    );
  }
}

/**
 * Makes a directory within a tree; one that exists is fine, a link to one is not.
 *
 * @param path The local path.
 * @throws {Deno.errors.NotADirectory} Something else stands there.
 */
export function makeDirectorySync(path: string): void {
  try {
    Deno.mkdirSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if (!Deno.lstatSync(path).isDirectory) {
      throw new Deno.errors.NotADirectory(`${path} exists and is no directory`);
    }
  }
}

/**
 * Makes a file within a tree for writing, in place of a file or link that stands there.
 *
 * @param path The local path.
 * @param mode Permission bits; the owner can read it in any case.
 * @returns The open, empty file.
 */
export function createFileSync(path: string, mode: number): Deno.FsFile {
  const options = { write: true, createNew: true, mode: (mode & PERMISSION_MASK) | 0o400 };
  return replacingSync(path, () => Deno.openSync(path, options));
}

/**
 * Makes a link within a tree, in place of a file or link that stands there.
 *
 * @param path The local path.
 * @param target Where it leads; already found harmless.
 */
export function createLinkSync(path: string, target: string): void {
  replacingSync(path, () => Deno.symlinkSync(target, path));
}

/** Creates exclusively, which follows no link; removes what is in the way once. */
function replacingSync<T>(path: string, create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if (Deno.lstatSync(path).isDirectory) {
      throw new Deno.errors.IsADirectory(`${path} is a directory`);
    }
    Deno.removeSync(path);
    return create();
  }
}

/**
 * Looks at all that is in a local directory. Devices, pipes and sockets are passed over.
 *
 * @param root The directory.
 * @param limits Bounds.
 * @returns What it holds, names sorted.
 * @throws {FileTransferError} It is deeper or has more entries than the limits.
 * @throws {Deno.errors.NotFound} It does not exist; or another error of the disk.
 */
export async function readLocalTree(root: string, limits: TreeLimits): Promise<LocalTree> {
  const directories = [""];
  const files: LocalFile[] = [];
  const links: { path: string; target: string }[] = [];
  for (const directory of directories) {
    const entries = await Array.fromAsync(Deno.readDir(join(root, directory)));
    entries.sort((one, other) => one.name < other.name ? -1 : 1);
    for (const { name } of entries) {
      const path = directory === "" ? name : `${directory}/${name}`;
      const info = Deno.lstatSync(join(root, path));
      if (info.isDirectory) {
        requireDepth(root, path, limits);
        directories.push(path);
      } else if (info.isFile) {
        files.push({ path, sizeBytes: info.size, mode: info.mode });
      } else if (info.isSymlink) {
        links.push({ path, target: Deno.readLinkSync(join(root, path)) });
      }
    }
    requireCount(root, directories.length - 1 + files.length + links.length, limits);
  }
  return { directories: directories.slice(1), files, links };
}

/**
 * Refuses trees that are too deep.
 *
 * @param root The tree, for the message.
 * @param directory A directory below it.
 * @param limits Bounds.
 * @throws {FileTransferError} `too-big`.
 */
export function requireDepth(root: string, directory: string, limits: TreeLimits): void {
  if (directory.split("/").length > limits.maxDepth) {
    throw new FileTransferError(
      "too-big",
      `Cannot copy the tree ${root}: it is deeper than ${limits.maxDepth} directories`,
    );
  }
}

/**
 * Refuses trees that are too large.
 *
 * @param root The tree, for the message.
 * @param entries Entries so far.
 * @param limits Bounds.
 * @throws {FileTransferError} `too-big`.
 */
export function requireCount(root: string, entries: number, limits: TreeLimits): void {
  if (entries > limits.maxEntries) {
    throw new FileTransferError(
      "too-big",
      `Cannot copy the tree ${root}: it has more than ${limits.maxEntries} entries`,
    );
  }
}
