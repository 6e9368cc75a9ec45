/**
 * The parts that answers are made of, read from a connection.
 *
 * @module
 */

import type { ChirpConnection } from "./connection.ts";
import { nameOfBytes } from "./names.ts";
import { type ChirpStat, parseStat } from "./stat.ts";

/** An entry of a directory, described. */
export interface ChirpEntry {
  /** Name within the directory. */
  readonly name: string;
  /** What it is; of a link, not of its target. */
  readonly stat: ChirpStat;
}

/** What a server tells about the file system under its root. */
export interface ChirpSpace {
  /** Size of a block in bytes. */
  readonly blockSizeBytes: number;
  /** Blocks in all. */
  readonly blocks: number;
  /** Blocks that nobody uses. */
  readonly freeBlocks: number;
  /** Blocks that the server's user may still take. */
  readonly availableBlocks: number;
  /** Files that fit. */
  readonly files: number;
  /** Files that still fit. */
  readonly freeFiles: number;
}

/**
 * Reads counted data: a number and so many bytes, with nothing behind them.
 *
 * @param connection Where from.
 * @param limitBytes The most that is taken.
 * @returns The bytes.
 * @throws {Refusal} The server refused.
 * @throws {ConnectionFailure} The connection's own failure, or more bytes than the limit.
 */
export async function readCounted(
  connection: ChirpConnection,
  limitBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const length = await connection.readResult();
  if (length > limitBytes) {
    connection.outOfStep(`${length} bytes came where ${limitBytes} are the limit`);
  }
  const bytes = new Uint8Array(length);
  await connection.readFully(bytes);
  return bytes;
}

/**
 * Reads a stat line.
 *
 * @param connection Where from.
 * @returns The 13 values.
 * @throws {ConnectionFailure} The connection's own failure, or a line that is none.
 */
export async function readStat(connection: ChirpConnection): Promise<ChirpStat> {
  const line = await connection.readLine();
  try {
    return parseStat(line);
  } catch (error) {
    if (error instanceof SyntaxError) connection.outOfStep(error.message);
    throw error;
  }
}

/**
 * Reads a line of seven numbers about the server's space.
 *
 * @param connection Where from.
 * @returns The values that mean something to a client.
 * @throws {ConnectionFailure} The connection's own failure, or a line that is none.
 */
export async function readSpace(connection: ChirpConnection): Promise<ChirpSpace> {
  const line = await connection.readLine();
  const numbers = line.split(" ").map(Number);
  if (numbers.length < 7 || numbers.some(Number.isNaN)) {
    connection.outOfStep(`Cannot read the line ${JSON.stringify(line.slice(0, 80))} about space`);
  }
  const [, blockSizeBytes = 0, blocks = 0, freeBlocks = 0, availableBlocks = 0] = numbers;
  const [files = 0, freeFiles = 0] = numbers.slice(5);
  return { blockSizeBytes, blocks, freeBlocks, availableBlocks, files, freeFiles };
}

/**
 * Reads lines up to the empty one that ends them.
 *
 * @param connection Where from.
 * @param limit The most lines that are taken.
 * @returns The lines as text, byte for byte but for what is no UTF-8 (see `names.ts`).
 * @throws {ConnectionFailure} The connection's own failure, or too many lines.
 */
export async function readLines(connection: ChirpConnection, limit: number): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const line = await connection.readRawLine();
    if (line.length === 0) return lines;
    if (lines.length === limit) connection.outOfStep(`more than ${limit} lines came`);
    lines.push(nameOfBytes(line));
  }
}

/**
 * Reads a listing with stat lines, but for `.` and `..`.
 *
 * @param connection Where from.
 * @param limit The most entries that are taken.
 * @returns The entries, in the server's order.
 * @throws {ConnectionFailure} The connection's own failure, or too many entries.
 */
export async function readEntries(
  connection: ChirpConnection,
  limit: number,
): Promise<ChirpEntry[]> {
  const entries: ChirpEntry[] = [];
  for (;;) {
    const line = await connection.readRawLine();
    if (line.length === 0) return entries;
    const name = nameOfBytes(line);
    const stat = await readStat(connection);
    if (name === "." || name === "..") continue;
    if (entries.length === limit) connection.outOfStep(`more than ${limit} entries came`);
    entries.push({ name, stat });
  }
}
