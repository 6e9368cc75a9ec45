/**
 * Whether a program can be started at all: asked beforehand, because a shell that fails to start it
 * ends with a status that the program itself could have returned.
 *
 * @module
 */

import { SHELL, shell } from "./shell.ts";

/** Bytes of a program that hold its interpreter line; Linux looks at no more. */
const FIRST_LINE_BYTES = 256;

/** Path of the interpreter that a script names, if the bytes begin a script. */
function interpreterOf(bytes: Uint8Array): string | undefined {
  return /^#![ \t]*([^\s\0]+)/.exec(new TextDecoder().decode(bytes))?.[1];
}

/** Reads the beginning of a file. */
async function firstBytes(path: string): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(FIRST_LINE_BYTES);
  return bytes.subarray(0, await file.read(bytes) ?? 0);
}

/** Says what keeps a program from starting; `undefined` where nothing does. */
async function fault(path: string): Promise<string | undefined> {
  const status = await Deno.stat(path);
  if (!status.isFile) return "it is not a regular file";
  if (((status.mode ?? 0) & 0o111) === 0) return "it is not executable";
  const interpreter = interpreterOf(await firstBytes(path));
  if (interpreter === undefined || interpreter === SHELL) return undefined;
  // Asked of the shell, for interpreters lie outside the folders that a component may read.
  const answer = await shell('[ -f "$1" ] && [ -x "$1" ] && echo yes; :', interpreter);
  return answer === "yes\n" ? undefined : `its interpreter ${interpreter} is missing`;
}

/**
 * Checks that a program can be started.
 *
 * @param path Absolute path of the program.
 * @throws {Error} When it is missing, not executable, or a script without an interpreter; the message
 * names it.
 */
export async function checkStartable(path: string): Promise<void> {
  let reason: string | undefined;
  try {
    reason = await fault(path);
  } catch (error) {
    throw new Error(`Cannot start ${path}: ${(error as Error).message}`, { cause: error });
  }
  if (reason !== undefined) throw new Error(`Cannot start ${path}: ${reason}`);
}
