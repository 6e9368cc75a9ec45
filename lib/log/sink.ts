/**
 * Where log records go: a file, a standard stream, memory.
 *
 * @module
 */

import { type LogFormat, type LogRecord, textFormat } from "./format.ts";
import { levelRank, type LogLevel } from "./level.ts";

/** Takes the log records of its level and above; disposing of it closes what it writes to. */
export interface LogSink extends Disposable {
  /** Least important level that it wants. */
  readonly minLevel: LogLevel;
  /** Takes a record of that level or above; never throws. */
  write(record: LogRecord): void;
}

/** Options of sinks that write lines. */
export interface LineSinkOptions {
  /** Least important level to write. Default: `info`. */
  readonly minLevel?: LogLevel | undefined;
  /** Most important level to write. Default: `emergency`. */
  readonly maxLevel?: LogLevel | undefined;
  /** Form of the lines. Default {@linkcode textFormat}. */
  readonly format?: LogFormat | undefined;
}

/** The part of a file or a standard stream that a sink needs. */
export interface SyncWriter {
  /** Writes the first bytes of `bytes`, at least one, and says how many. */
  writeSync(bytes: Uint8Array): number;
}

const encoder = new TextEncoder();

function writeAll(writer: SyncWriter, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(writer.writeSync(bytes));
}

/**
 * Writes lines to a writer at once, so that a crash loses none. A writer that fails (disk full, pipe
 * closed) costs the lines, not the component; the first line after says how many.
 *
 * @param writer File or standard stream; it stays open.
 * @param options Levels and form.
 * @returns The sink.
 */
export function lineSink(writer: SyncWriter, options: LineSinkOptions = {}): LogSink {
  const { minLevel = "info", maxLevel = "emergency", format = textFormat } = options;
  const maxRank = levelRank(maxLevel);
  let lostLines = 0;
  return {
    minLevel,
    write(record) {
      if (levelRank(record.level) > maxRank) return;
      try {
        if (lostLines > 0) {
          const message = `Lost ${lostLines} log lines that could not be written`;
          writeAll(writer, `${format({ ...record, level: "warning", message, fields: {} })}\n`);
          lostLines = 0;
        }
        writeAll(writer, `${format(record)}\n`);
      } catch {
        lostLines++;
      }
    },
    [Symbol.dispose]() {},
  };
}

/** Options of {@linkcode fileSink}. */
export interface FileSinkOptions extends LineSinkOptions {
  /** Whether to empty the file first. Default: false, lines are appended. */
  readonly truncate?: boolean | undefined;
  /** Permissions of a new file, such as `0o640`. Default: as the process's mask says. */
  readonly permissions?: number | undefined;
}

/**
 * Writes lines to a file, which is made if it does not exist.
 *
 * @param path The file.
 * @param options Levels, form and how to open the file.
 * @returns The sink; disposing it closes the file.
 * @throws {Deno.errors.NotFound} When its directory does not exist.
 * @throws {Deno.errors.PermissionDenied} When the file may not be written.
 */
export function fileSink(path: string, options: FileSinkOptions = {}): LogSink {
  const { truncate = false, permissions, ...lineOptions } = options;
  const file = Deno.openSync(path, {
    create: true,
    ...truncate ? { write: true, truncate } : { append: true },
    ...permissions === undefined ? {} : { mode: permissions },
  });
  return { ...lineSink(file, lineOptions), [Symbol.dispose]: () => file.close() };
}

/** A sink that keeps what it is given, for tests. */
export interface MemorySink extends LogSink {
  /** The newest records, oldest first. */
  readonly records: readonly LogRecord[];
}

/** Options of {@linkcode memorySink}. */
export interface MemorySinkOptions {
  /** Least important level to keep. Default: `debug`. */
  readonly minLevel?: LogLevel | undefined;
  /** Most records to keep; older ones go. Default: 10,000. */
  readonly capacity?: number | undefined;
}

/**
 * Keeps records in memory.
 *
 * @param options Levels and number of records.
 * @returns The sink.
 */
export function memorySink(options: MemorySinkOptions = {}): MemorySink {
  const { minLevel = "debug", capacity = 10_000 } = options;
  const records: LogRecord[] = [];
  return {
    minLevel,
    records,
    write(record) {
      if (records.length === capacity) records.shift();
      records.push(record);
    },
    [Symbol.dispose]() {},
  };
}
