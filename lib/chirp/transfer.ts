/**
 * One file, in one request, between a server and the disk.
 *
 * @module
 */

import { dirname, join } from "@std/path";
import { type Random, randomHex } from "../random.ts";
import { receiveBody, sendBody } from "./body.ts";
import type { ChirpConnection } from "./connection.ts";
import type { ProgressMeter } from "./progress.ts";
import { encodePath } from "./wire.ts";

/** Mode bits that go from one side to the other. */
export const PERMISSION_MASK = 0o777;

/**
 * Fetches a file: into a temporary neighbour first, which then takes the place of the local file.
 *
 * @param connection Where from.
 * @param remotePath Which file.
 * @param localPath Where to.
 * @param progress Told how far it is.
 * @param random Names the temporary file.
 * @throws {Refusal} The server refused.
 * @throws {ConnectionFailure} The connection is lost or stuck.
 * @throws {Deno.errors.NotFound} The local directory is missing; or another error of the disk.
 */
export async function fetchFile(
  connection: ChirpConnection,
  remotePath: string,
  localPath: string,
  progress: ProgressMeter,
  random: Random,
): Promise<void> {
  refuseSpecialFile(localPath);
  await connection.sendLine(`getfile ${encodePath(remotePath)}`);
  const lengthBytes = await connection.readResult();
  progress.start(lengthBytes);
  const temporaryPath = join(dirname(localPath), `.chirp-${randomHex(random, 16)}.part`);
  const file = await Deno.open(temporaryPath, { write: true, createNew: true });
  try {
    try {
      await receiveBody(connection, file, lengthBytes, (bytes) => progress.add(bytes));
    } finally {
      file.close();
    }
    await Deno.rename(temporaryPath, localPath);
  } catch (error) {
    await Deno.remove(temporaryPath).catch(() => {});
    throw error;
  }
  progress.end();
}

/**
 * Stores a file. The server truncates what was there before it says that data may come, and deletes the
 * file when the data breaks off.
 *
 * @param connection Where to.
 * @param localPath Which file.
 * @param remotePath Where to.
 * @param progress Told how far it is.
 * @param onAgreed Told when the server takes the file: from then on it may hold a broken one.
 * @throws {Refusal} The server refused.
 * @throws {ConnectionFailure} The connection is lost or stuck.
 * @throws {Deno.errors.NotFound} The local file is missing; or another error of the disk.
 */
export async function storeFile(
  connection: ChirpConnection,
  localPath: string,
  remotePath: string,
  progress: ProgressMeter,
  onAgreed: () => void,
): Promise<void> {
  using file = await Deno.open(localPath);
  const { isFile, isDirectory, size, mode } = await file.stat();
  if (isDirectory) throw new Deno.errors.IsADirectory(`${localPath} is a directory`);
  if (!isFile) throw new SyntaxError(`${localPath} is neither file nor directory`);
  await connection.sendLine(storeLine(remotePath, mode, size));
  await connection.readResult();
  onAgreed();
  progress.start(size);
  await sendBody(connection, file, size, (bytes) => progress.add(bytes));
  await readStored(connection, size);
  progress.end();
}

/**
 * Makes the request that begins an upload.
 *
 * @param remotePath Where to.
 * @param mode Mode of the local file, where its system has modes.
 * @param sizeBytes Size of the local file in bytes.
 * @returns The line.
 */
export function storeLine(remotePath: string, mode: number | null, sizeBytes: number): string {
  return `putfile ${encodePath(remotePath)} ${(mode ?? 0o600) & PERMISSION_MASK} ${sizeBytes}`;
}

/**
 * Reads the answer that ends an upload.
 *
 * @param connection Where from.
 * @param sizeBytes Bytes that were sent.
 * @throws {Refusal} The server could not keep them.
 * @throws {ConnectionFailure} The connection is lost or stuck, or the server counts otherwise.
 */
export async function readStored(connection: ChirpConnection, sizeBytes: number): Promise<void> {
  const storedBytes = await connection.readResult();
  if (storedBytes !== sizeBytes) {
    connection.outOfStep(`the server stored ${storedBytes} of ${sizeBytes} bytes`);
  }
}

/** A rename would put a plain file in place of a device such as `/dev/null`, for all who use it. */
function refuseSpecialFile(localPath: string): void {
  let info: Deno.FileInfo;
  try {
    info = Deno.lstatSync(localPath);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (info.isDirectory) throw new Deno.errors.IsADirectory(`${localPath} is a directory`);
  if (!info.isFile && !info.isSymlink) {
    throw new SyntaxError(
      `${localPath} is a device, a pipe or a socket, none that may be replaced`,
    );
  }
}
