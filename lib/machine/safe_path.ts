/**
 * Names that may be trusted: pure checks that keep a path, and the target of a link, inside a folder.
 *
 * @module
 */

import { UnsafePathError } from "./workspace.ts";

/** Longest name of one entry in bytes, as Linux' NAME_MAX. */
const LONGEST_NAME_BYTES = 255;

/** Longest path in bytes, as Linux' PATH_MAX. */
const LONGEST_PATH_BYTES = 4096;

/** Characters of a refused path that an error message repeats. */
const QUOTED_CHARACTERS = 200;

const encoder = new TextEncoder();

/** Length of a text in UTF-8. */
function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/** Quotes a hostile text for a message: escaped, cut. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, QUOTED_CHARACTERS));
}

/** Says what is wrong with one name of a path; `undefined` where nothing is. */
function nameFault(name: string): string | undefined {
  if (name === "") return "it has an empty name";
  if (name === "..") return "it climbs up";
  if (byteLength(name) > LONGEST_NAME_BYTES) return "a name is over 255 bytes";
  return undefined;
}

/** Options of {@linkcode safeRelativePath}. */
export interface SafePathOptions {
  /**
   * Whether a name may hold a backslash: harmless on Linux, where a job may use it in file names, but
   * never found in names that components choose. Default: false.
   */
  readonly backslash?: boolean | undefined;
}

/** Says what is wrong with a text as a whole; `undefined` where nothing is. */
function textFault(text: string, backslash: boolean): string | undefined {
  if (text === "") return "it is empty";
  // A quarter of the limit in UTF-16 units can't exceed it in bytes; only longer texts are encoded.
  if (text.length > LONGEST_PATH_BYTES / 4 && byteLength(text) > LONGEST_PATH_BYTES) {
    return "it is over 4096 bytes";
  }
  // Lone surrogates would turn into another name on the way to the system.
  if (!text.isWellFormed()) return "it is not valid Unicode";
  if (text.startsWith("/")) return "it is absolute";
  if (text.includes("\0")) return "it has a NUL character";
  if (!backslash && text.includes("\\")) return "it has a backslash";
  return undefined;
}

/**
 * Checks that a path stays inside the folder it is relative to.
 *
 * Names `.` drop out, so that `./stdout` is `stdout`; a path of nothing else is the folder itself, `.`.
 * Refused are absolute paths, `..`, empty names, backslashes, NUL, lone surrogates, names over 255
 * bytes and paths over 4096 bytes.
 *
 * @param text The path, from any source.
 * @param options Whether backslashes are accepted.
 * @returns The same path without `.` names, or `.`.
 * @throws {UnsafePathError} When the path could leave the folder or is none.
 */
export function safeRelativePath(text: string, options: SafePathOptions = {}): string {
  const names: string[] = [];
  let fault = textFault(text, options.backslash ?? false);
  if (fault === undefined) {
    for (const name of text.split("/")) {
      if (name === ".") continue;
      fault ??= nameFault(name);
      names.push(name);
    }
  }
  if (fault !== undefined) throw new UnsafePathError(`Refused the path ${quoted(text)}: ${fault}`);
  return names.length === 0 ? "." : names.join("/");
}

/**
 * Checks that a symbolic link points into the folder that holds it.
 *
 * Steps up (`..`) are accepted only at the start of the target: there they go through the link's own
 * folders, which are real. After a name they could go through another link and arrive anywhere.
 *
 * @param linkPath Path of the link, as {@linkcode safeRelativePath} returns it.
 * @param target What the link contains.
 * @returns The path the link leads to, relative to the same folder.
 * @throws {UnsafePathError} When the target is absolute, leaves the folder or is no path.
 */
export function safeLinkTarget(linkPath: string, target: string): string {
  const fault = textFault(target, true);
  if (fault !== undefined) {
    throw new UnsafePathError(
      `Refused the link ${quoted(linkPath)} to ${quoted(target)}: ${fault}`,
    );
  }
  const folders = linkPath.split("/").slice(0, -1);
  const steps = target.split("/").filter((name) => name !== "." && name !== "");
  let up = 0;
  while (steps[up] === "..") up++;
  if (up > folders.length || steps.indexOf("..", up) !== -1) {
    throw new UnsafePathError(
      `Refused the link ${quoted(linkPath)} to ${quoted(target)}: it leads out`,
    );
  }
  const names = [...folders.slice(0, folders.length - up), ...steps.slice(up)];
  return names.length === 0 ? "." : safeRelativePath(names.join("/"), { backslash: true });
}
