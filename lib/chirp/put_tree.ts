/**
 * A local directory with all below it, to a server.
 *
 * @module
 */

import { join } from "@std/path";
import { readStat } from "./answers.ts";
import { readFullySync, sendBody } from "./body.ts";
import { CHIRP_CODES } from "./codes.ts";
import { type ChirpConnection, encodeLine } from "./connection.ts";
import { fileTransferErrorOf, Refusal } from "./failure.ts";
import { FileTransferError, type TransferOptions } from "./file_transfer.ts";
import { symlinkLine } from "./link_calls.ts";
import { type LocalTree, readLocalTree, type TreeLimits } from "./local_tree.ts";
import { batched, pipelined } from "./pipeline.ts";
import { ProgressMeter } from "./progress.ts";
import type { ChirpSession } from "./session.ts";
import { fileStatusOf } from "./stat.ts";
import { readStored, storeLine } from "./transfer.ts";
import { encodePath } from "./wire.ts";

/** What is stored in one turn. */
const FILES_AT_ONCE = { items: 256, bytes: 64 * 1024 * 1024 };
/** Files up to this size go out in one write with the request behind them, in bytes. */
const SMALL_FILE_BYTES = 64 * 1024;

/** From where to where a tree goes. */
interface Route {
  readonly session: ChirpSession;
  readonly remotePath: string;
  readonly localPath: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Copies a local tree into a remote directory, which is made if it is missing.
 *
 * @param session The connection and its queue.
 * @param localPath The local directory.
 * @param remotePath The remote directory.
 * @param options Bounds, signal and progress.
 * @returns The number of files.
 * @throws {FileTransferError} Something failed; what was copied before stays.
 */
export async function putTree(
  session: ChirpSession,
  localPath: string,
  remotePath: string,
  options: TransferOptions & TreeLimits,
): Promise<number> {
  const tree = await session.guard(
    `put the tree ${localPath}`,
    () => readLocalTree(localPath, options),
  );
  const progress = new ProgressMeter(remotePath, options.onProgress);
  progress.start(tree.files.reduce((sum, file) => sum + file.sizeBytes, 0));
  const route = { session, remotePath, localPath, signal: options.signal };
  await makeDirectories(route, tree.directories);
  for (const files of batched(tree.files, (file) => file.sizeBytes, FILES_AT_ONCE)) {
    await storeFiles(route, files.map((file) => file.path), progress);
  }
  await makeLinks(route, tree.links);
  progress.end();
  return tree.files.length;
}

/** Makes the root and all directories below it; those that exist must be directories. */
function makeDirectories(route: Route, directories: readonly string[]): Promise<void> {
  const { session, remotePath, signal } = route;
  const paths = [remotePath, ...directories.map((path) => `${remotePath}/${path}`)];
  return session.request({
    action: `put the tree ${remotePath}`,
    repeatable: true,
    signal,
    run: async (connection) => {
      const made = await pipelined(connection, paths, {
        action: (path) => session.describe(`make directory ${path}`),
        line: (path) => `mkdir ${encodePath(path)} 493`,
        read: () => readUnless(connection, CHIRP_CODES.ALREADY_EXISTS),
      });
      await requireDirectories(session, connection, paths.filter((_, index) => !made[index]));
    },
  });
}

/** To a server, a file in the place of a directory "exists already", too. */
async function requireDirectories(
  session: ChirpSession,
  connection: ChirpConnection,
  paths: readonly string[],
): Promise<void> {
  await pipelined(connection, paths, {
    action: (path) => session.describe(`make directory ${path}`),
    line: (path) => `stat ${encodePath(path)}`,
    read: async (_, path) => {
      // Whoever may put but not list is not told, and learns it from the first file.
      if (!(await readUnless(connection, CHIRP_CODES.NOT_AUTHORIZED))) return;
      if (fileStatusOf(await readStat(connection)).kind !== "directory") {
        const action = session.describe(`make directory ${path}`);
        throw new FileTransferError("not-directory", `${action}: a file has this name`);
      }
    },
  });
}

/** Makes links, each in place of the file or link that stands there. */
async function makeLinks(route: Route, links: LocalTree["links"]): Promise<void> {
  if (links.length === 0) return;
  const { session, remotePath, signal } = route;
  const steps = links.flatMap(({ path, target }) => [
    { path, line: () => `unlink ${encodePath(`${remotePath}/${path}`)}`, mayFail: true },
    { path, line: () => symlinkLine(target, `${remotePath}/${path}`), mayFail: false },
  ]);
  await session.request({
    action: `put the tree ${remotePath}`,
    repeatable: true,
    signal,
    run: (connection) =>
      pipelined(connection, steps, {
        action: ({ path }) => session.describe(`make link ${remotePath}/${path}`),
        line: ({ line }) => line(),
        read: async (_, { mayFail }) => {
          await connection.readResult().catch((error) => {
            if (!mayFail || !(error instanceof Refusal)) throw error;
          });
        },
      }),
  });
}

/** A file that is open for its upload. */
interface Upload extends Disposable {
  readonly file: Deno.FsFile;
  readonly sizeBytes: number;
  /** The request that begins it. */
  readonly request: Uint8Array;
}

/**
 * Stores files one after another. A server must not be sent a file's bytes before it agreed to take them
 * (it would take them for requests), but the request for the next file may follow right behind them: so
 * each file costs one way there and back, not two. What is stored stays stored when the connection breaks.
 */
function storeFiles(
  { session, remotePath, localPath, signal }: Route,
  paths: readonly string[],
  progress: ProgressMeter,
): Promise<void> {
  let done = 0;
  let interrupted = false;
  let bytesDone = progress.bytes;
  const open = (index: number): Upload | undefined => {
    const path = paths[index];
    return path === undefined
      ? undefined
      : openUpload(join(localPath, path), `${remotePath}/${path}`);
  };
  const storeAll = async (connection: ChirpConnection) => {
    let upload = open(done);
    if (upload !== undefined) await connection.send(upload.request);
    while (upload !== undefined) {
      using current = upload;
      using stack = new DisposableStack();
      await connection.readResult();
      interrupted = true;
      const next = open(done + 1);
      if (next !== undefined) stack.use(next);
      await sendUpload(connection, current, next, (bytes) => progress.add(bytes));
      await readStored(connection, current.sizeBytes);
      interrupted = false;
      bytesDone = progress.bytes;
      done++;
      stack.move();
      upload = next;
    }
  };
  return session.request({
    action: `put the tree ${remotePath}`,
    repeatable: true,
    signal,
    passing: (failure) => interrupted && failure.code === "already-exists",
    run: async (connection, attempt) => {
      if (attempt > 0) progress.rewind(bytesDone);
      try {
        await storeAll(connection);
      } catch (error) {
        throw fileTransferErrorOf(error, session.describe(`put ${remotePath}/${paths[done]}`));
      }
    },
  });
}

/** Sends a file's bytes and the next file's request. */
async function sendUpload(
  connection: ChirpConnection,
  { file, sizeBytes }: Upload,
  next: Upload | undefined,
  onStep: (bytes: number) => void,
): Promise<void> {
  const request = next?.request ?? new Uint8Array();
  if (sizeBytes > SMALL_FILE_BYTES) {
    await sendBody(connection, file, sizeBytes, onStep);
    await connection.send(request);
  } else {
    const bytes = new Uint8Array(sizeBytes + request.length);
    readFullySync(file, bytes.subarray(0, sizeBytes));
    bytes.set(request, sizeBytes);
    await connection.send(bytes);
    onStep(sizeBytes);
  }
}

function openUpload(localPath: string, remotePath: string): Upload {
  const file = Deno.openSync(localPath);
  try {
    const { size, mode } = file.statSync();
    const request = encodeLine(storeLine(remotePath, mode, size));
    return { file, sizeBytes: size, request, [Symbol.dispose]: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Reads an answer without more to it; false where it is the one refusal that is expected. */
async function readUnless(connection: ChirpConnection, code: number): Promise<boolean> {
  try {
    await connection.readResult();
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === code) return false;
    throw error;
  }
}
