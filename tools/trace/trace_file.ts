/**
 * Trace files on disk.
 *
 * @module
 */
import { readTrace, type TraceRecord } from "../../lib/trace/mod.ts";
import { UsageError } from "../../lib/cli.ts";

/** All of a trace is held in memory: no more than this. */
const LIMITS = { maxBytes: 256 << 20 };

/**
 * Reads a trace file.
 *
 * @param path The file; `-` for standard input.
 * @returns Its records.
 * @throws {UsageError} When there is no such file.
 * @throws {TraceFormatError} When it is no trace.
 */
export async function readTraceFile(path: string): Promise<TraceRecord[]> {
  if (path === "-") return await Array.fromAsync(readTrace(Deno.stdin.readable, LIMITS));
  try {
    const file = await Deno.open(path);
    return await Array.fromAsync(readTrace(file.readable, LIMITS));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(`Cannot read ${path}: there is no such file`);
  }
}
