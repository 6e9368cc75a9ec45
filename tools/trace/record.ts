/**
 * `trace record`: a proxy between components and an XMPP server that writes down what they say.
 *
 * @module
 */
import { EXIT, printErrorLine, printJson, printLine, UsageError } from "../../lib/cli.ts";
import { escapeControls } from "../../lib/log.ts";
import { type Address, formatAddress } from "./address.ts";
import { type ProxyOptions, type RecordingProxy, startProxy } from "./record/proxy.ts";
import { TraceWriter } from "./record/trace_writer.ts";

/** What `trace record` is told. */
export interface RecordOptions {
  readonly listen: Address;
  readonly to: Address;
  readonly out: string;
  readonly force: boolean;
  readonly secrets: boolean;
  readonly maxBytes: number | undefined;
  readonly json: boolean;
}

/**
 * Records until interrupted.
 *
 * @param options See {@linkcode RecordOptions}.
 * @param signal Ends the recording; what was said so far is in the file.
 * @returns The exit code.
 * @throws {UsageError} When the file exists or cannot be made, or nothing can listen at the address.
 */
export async function recordTrace(options: RecordOptions, signal: AbortSignal): Promise<number> {
  const { listen, to, out, secrets, maxBytes, json } = options;
  using file = openFile(out, options.force);
  const start = performance.now();
  const writer = new TraceWriter({
    write: (bytes) => writeAll(file, bytes),
    maxBytes,
    onFull: () => printErrorLine(`${out} has ${maxBytes} bytes: nothing more is recorded`),
  });
  {
    await using proxy = openProxy(out, {
      listen,
      to,
      writer,
      secrets,
      seconds: () => Math.round((performance.now() - start) * 1000) / 1e6,
      onProblem: (problem) => printErrorLine(escapeControls(problem)),
    });
    const at = formatAddress(proxy.address);
    (json ? printErrorLine : printLine)(
      `Recording ${at} → ${formatAddress(to)} into ${out}; Ctrl-C ends it`,
    );
    await aborted(signal);
  }
  writer.close();
  const { lines, bytes, names } = writer;
  if (json) printJson({ out, lines, bytes, connections: names });
  else {printLine(
      `${lines} lines of ${names.length} connections: ${escapeControls(names.join(", "))}`,
    );}
  return EXIT.done;
}

/** Makes the file, readable by its owner alone: jobs may carry secrets of their own. */
function openFile(path: string, force: boolean): Deno.FsFile {
  try {
    const mode = 0o600;
    return force
      ? Deno.openSync(path, { write: true, create: true, truncate: true, mode })
      : Deno.openSync(path, { write: true, createNew: true, mode });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new UsageError(`Cannot record into ${path}: it exists (--force replaces it)`);
    }
    throw new UsageError(`Cannot record into ${path}`, { cause: error });
  }
}

/** Listens; an address that is not free, or none of this machine, is for the person at the terminal to mend. */
function openProxy(out: string, options: ProxyOptions): RecordingProxy {
  try {
    return startProxy(options);
  } catch (error) {
    // Nothing was recorded: the next attempt shall find the place free.
    Deno.removeSync(out);
    throw new UsageError(`Cannot listen at ${formatAddress(options.listen)}`, { cause: error });
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  let left = bytes;
  while (left.length > 0) left = left.subarray(file.writeSync(left));
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
