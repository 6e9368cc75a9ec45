/**
 * Configuration files of Perl's Log::Dispatch::Config, in the format of AppConfig.
 *
 * @module
 */

/** Longest line in characters. */
const LONGEST_LINE = 4096;
/** Most lines of a file. */
const MOST_LINES = 2000;

/** The file cannot be understood; `line` says where, counted from 1. */
export class DispatchSyntaxError extends SyntaxError {
  /** Name of the class, for logs. */
  override readonly name = "DispatchSyntaxError";
  /** Number of the line, from 1; 0 for the file as a whole. */
  readonly line: number;

  /**
   * Makes the error.
   *
   * @param message What was expected and what was found.
   * @param line Number of the line.
   */
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** One setting: its value and where it stands. */
export interface DispatchSetting {
  /** The value without quotes. */
  readonly value: string;
  /** Number of the line, from 1. */
  readonly line: number;
}

/** Settings by full name, such as `file.min_level`. */
export type DispatchSettings = ReadonlyMap<string, DispatchSetting>;

function unquote(text: string): string {
  const [, , inner] = /^(["'])(.*)\1$/s.exec(text) ?? [];
  return inner ?? text;
}

function readSetting(text: string, section: string, line: number): [string, DispatchSetting] {
  const [, name, value] = /^([\w.-]+)(?:\s*=\s*|\s+|$)(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    const found = JSON.stringify(text.slice(0, 60));
    throw new DispatchSyntaxError(
      `Expected \`name = value\` or \`[section]\`, found ${found}`,
      line,
    );
  }
  return [section === "" ? name : `${section}.${name}`, { value: unquote(value.trim()), line }];
}

/**
 * Reads the settings of a file: `name = value` lines, `[section]` lines that put their name before
 * those that follow, `#` comments, a backslash at the end of a line to go on with the next.
 *
 * @example
 * ```ts
 * import { parseDispatchText } from "./dispatch_text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const settings = parseDispatchText("dispatchers = file\n[file]\nmin_level = debug\n");
 * assertEquals(settings.get("file.min_level"), { value: "debug", line: 3 });
 * ```
 *
 * @param text The text of the file.
 * @returns The settings; of two with one name, the later.
 * @throws {DispatchSyntaxError} When a line cannot be understood or a limit is passed.
 */
export function parseDispatchText(text: string): DispatchSettings {
  const settings = new Map<string, DispatchSetting>();
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/, MOST_LINES + 1);
  if (lines.length > MOST_LINES) {
    throw new DispatchSyntaxError(`Expected at most ${MOST_LINES} lines`, MOST_LINES);
  }
  let section = "";
  let pending = "";
  for (const [index, content] of lines.entries()) {
    const line = index + 1;
    const joined = pending + content.trim();
    if (joined.length > LONGEST_LINE) {
      throw new DispatchSyntaxError(`Expected at most ${LONGEST_LINE} characters a line`, line);
    }
    const isContinued = joined.endsWith("\\") && !joined.startsWith("#") && line < lines.length;
    pending = isContinued ? `${joined.slice(0, -1).trimEnd()} ` : "";
    if (isContinued || joined === "" || joined.startsWith("#")) continue;
    const [, sectionName] = /^\[\s*([\w.-]*)\s*\]$/.exec(joined) ?? [];
    if (sectionName !== undefined) {
      section = sectionName;
      continue;
    }
    settings.set(...readSetting(joined, section, line));
  }
  return settings;
}
