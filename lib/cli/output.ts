/**
 * Writing to standard output and standard error.
 *
 * @module
 */

const encoder = new TextEncoder();

function writeAll(stream: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  let bytes = encoder.encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    // Whoever read our output has seen enough, as `head` does: no failure of ours.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Writes text to standard output; a reader that has gone away is no error. */
export function print(text: string): void {
  writeAll(Deno.stdout, text);
}

/** Writes a line to standard output. */
export function printLine(line: string): void {
  print(`${line}\n`);
}

/** Writes a line to standard error. */
export function printErrorLine(line: string): void {
  writeAll(Deno.stderr, `${line}\n`);
}

/**
 * Writes a value as one line of JSON, the last line of a program that was run with `--json`.
 *
 * @param value Anything that JSON can hold; a bigint is written as text.
 */
export function printJson(value: unknown): void {
  const line = JSON.stringify(value, (_, inner) => typeof inner === "bigint" ? `${inner}` : inner);
  printLine(line);
}
