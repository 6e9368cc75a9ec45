/**
 * A remote directory with all below it, to the local disk.
 *
 * @module
 */

import { join } from "@std/path";
import { type ChirpEntry, readEntries } from "./answers.ts";
import { receiveBody } from "./body.ts";
import { readlinkLine, readTarget } from "./link_calls.ts";
import type { TransferOptions } from "./file_transfer.ts";
import {
  createFileSync,
  createLinkSync,
  makeDirectorySync,
  requireCount,
  requireDepth,
  requireLinkInside,
  requireSafeName,
  requireText,
  type TreeLimits,
} from "./local_tree.ts";
import { batched, pipelined } from "./pipeline.ts";
import { ProgressMeter } from "./progress.ts";
import type { ChirpSession } from "./session.ts";
import { encodePath, fileStatusOf } from "./wire.ts";

/** Listings that are asked for in one turn. */
const LISTINGS_AT_ONCE = 32;
/** What is fetched in one turn, and again in whole when the connection breaks. */
const FILES_AT_ONCE = { items: 256, bytes: 16 * 1024 * 1024 };

/** From where to where a tree goes. */
interface Route {
  readonly session: ChirpSession;
  readonly remotePath: string;
  readonly localPath: string;
  readonly signal: AbortSignal | undefined;
}

/** A file of a remote tree. */
interface RemoteFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mode: number;
}

/** What a remote tree holds; parents come before what is in them. */
interface RemoteTree {
  readonly directories: readonly string[];
  readonly files: readonly RemoteFile[];
  readonly links: readonly string[];
}

/**
 * Copies a remote tree into a local directory, which is made if it is missing.
 *
 * @param session The connection and its queue.
 * @param remotePath The remote directory.
 * @param localPath The local directory.
 * @param options Bounds, signal and progress.
 * @returns The number of files.
 * @throws {FileTransferError} Something failed, or would lead out of the local directory; what was copied
 * before stays.
 */
export async function getTree(
  session: ChirpSession,
  remotePath: string,
  localPath: string,
  options: TransferOptions & TreeLimits,
): Promise<number> {
  const tree = await listTree(session, remotePath, options);
  const progress = new ProgressMeter(remotePath, options.onProgress);
  progress.start(tree.files.reduce((sum, file) => sum + file.sizeBytes, 0));
  await session.guard(`get the tree ${remotePath}`, () => {
    makeRootSync(localPath);
    for (const path of tree.directories) makeDirectorySync(join(localPath, path));
  });
  const route = { session, remotePath, localPath, signal: options.signal };
  for (const files of batched(tree.files, (file) => file.sizeBytes, FILES_AT_ONCE)) {
    await fetchFiles(route, files, progress);
  }
  // Links come last, so that no file is written through one.
  await fetchLinks(route, tree.links);
  progress.end();
  return tree.files.length;
}

/** The root may be reached by a link: it is the caller's own word, not the server's. */
function makeRootSync(localPath: string): void {
  try {
    Deno.mkdirSync(localPath);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if (!Deno.statSync(localPath).isDirectory) {
      throw new Deno.errors.NotADirectory(`${localPath} exists and is no directory`);
    }
  }
}

async function listTree(
  session: ChirpSession,
  root: string,
  options: TransferOptions & TreeLimits,
): Promise<RemoteTree> {
  const directories = [""];
  const files: RemoteFile[] = [];
  const links: string[] = [];
  for (let next = 0; next < directories.length;) {
    const group = directories.slice(next, next + LISTINGS_AT_ONCE);
    next += group.length;
    const listings = await listDirectories(session, root, group, options);
    for (const [index, entries] of listings.entries()) {
      const directory = group[index] ?? "";
      for (const { name, stat } of entries) {
        requireSafeName(name);
        const path = directory === "" ? name : `${directory}/${name}`;
        requireText(path);
        const { kind, size, mode } = fileStatusOf(stat);
        if (kind === "directory") {
          requireDepth(root, path, options);
          directories.push(path);
        } else if (kind === "file") files.push({ path, sizeBytes: size, mode });
        else if (kind === "link") links.push(path);
      }
      requireCount(root, directories.length - 1 + files.length + links.length, options);
    }
  }
  return { directories: directories.slice(1), files, links };
}

function listDirectories(
  session: ChirpSession,
  root: string,
  directories: readonly string[],
  options: TransferOptions & TreeLimits,
): Promise<ChirpEntry[][]> {
  return session.request({
    action: `list the tree ${root}`,
    repeatable: true,
    signal: options.signal,
    run: async (connection) => {
      connection.listings += directories.length;
      return await pipelined(connection, directories, {
        action: (directory) => session.describe(`list ${below(root, directory)}`),
        line: (directory) => `getlongdir ${encodePath(below(root, directory))}`,
        read: async () => {
          await connection.readResult();
          return await readEntries(connection, options.maxEntries);
        },
      });
    },
  });
}

/** A server counts its answers as the file was when it was opened, which may not be as it was listed. */
function fetchFiles(
  { session, remotePath, localPath, signal }: Route,
  files: readonly RemoteFile[],
  progress: ProgressMeter,
): Promise<unknown> {
  const bytesBefore = progress.bytes;
  return session.request({
    action: `get the tree ${remotePath}`,
    repeatable: true,
    signal,
    run: (connection, attempt) => {
      if (attempt > 0) progress.rewind(bytesBefore);
      return pipelined(connection, files, {
        action: ({ path }) => session.describe(`get ${below(remotePath, path)}`),
        line: ({ path }) => `getfile ${encodePath(below(remotePath, path))}`,
        read: async (_, { path, mode }) => {
          const lengthBytes = await connection.readResult();
          using file = createFileSync(join(localPath, path), mode);
          await receiveBody(connection, file, lengthBytes, (bytes) => progress.add(bytes));
        },
      });
    },
  });
}

function fetchLinks(
  { session, remotePath, localPath, signal }: Route,
  links: readonly string[],
): Promise<unknown> {
  if (links.length === 0) return Promise.resolve();
  return session.request({
    action: `get the tree ${remotePath}`,
    repeatable: true,
    signal,
    run: (connection) =>
      pipelined(connection, links, {
        action: (path) => session.describe(`get the link ${below(remotePath, path)}`),
        line: (path) => readlinkLine(below(remotePath, path)),
        read: async (_, path) => {
          const target = await readTarget(connection);
          requireText(target);
          requireLinkInside(path, target);
          createLinkSync(join(localPath, path), target);
        },
      }),
  });
}

/** Joins a path to the tree's root; the empty path is the root. */
function below(root: string, path: string): string {
  return path === "" ? root : `${root}/${path}`;
}
