/**
 * What a command of AliEn's shell gets and gives (`alien.shell.commands.JAliEnBaseCommand`).
 *
 * @module
 */
import type { AlienSession, CentralServices } from "../central_services.ts";

/** What a command works on. */
export interface CommandCall {
  readonly services: CentralServices;
  readonly session: AlienSession;
  /** Options and arguments, as they came. */
  readonly options: readonly string[];
}

/** Its answer. */
export interface CommandReply {
  /** An error number of `alien.shell.ErrNo`; 0 where nothing went wrong. */
  readonly exitCode: number;
  readonly error: string;
  readonly results: readonly Readonly<Record<string, unknown>>[];
}

/** A command. */
export type Command = (call: CommandCall) => CommandReply;

/** Answers. */
export function done(...results: Readonly<Record<string, unknown>>[]): CommandReply {
  return { exitCode: 0, error: "", results };
}

/** Refuses. */
export function failed(exitCode: number, error: string): CommandReply {
  return { exitCode, error, results: [] };
}

/**
 * Parts options from arguments.
 *
 * @param words What came.
 * @param withValue Options that a value follows.
 */
export function readOptions(words: readonly string[], withValue: readonly string[]) {
  const options = new Map<string, string>();
  const args: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (!/^-{1,2}[A-Za-z]/.test(word)) args.push(word);
    else {
      const name = word.replace(/^-+/, "");
      options.set(name, withValue.includes(name) ? words[++index] ?? "" : "");
    }
  }
  return { options, args };
}

/** Absolute path without `.`, `..` and trailing slash; relative ones begin at the current directory. */
export function absolutePath(path: string, { directory }: AlienSession, home: string): string {
  const full = path.startsWith("/")
    ? path
    : path.startsWith("~")
    ? `${home}${path.slice(1)}`
    : `${directory}${path}`;
  const parts: string[] = [];
  for (const part of full.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
