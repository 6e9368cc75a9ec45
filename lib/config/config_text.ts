/**
 * The file format of the original (report, 4.2.2): one `VARIABLE VALUE` a line.
 *
 * Name and value are parted by white space, `#` begins a comment line, and only the first word
 * after the name counts. The last line for a name wins; a name alone unsets it.
 *
 * @module
 */

/** Longest line in characters. */
const LONGEST_LINE = 8192;
/** Most lines that are looked at. */
const MOST_LINES = 20_000;
/** Most complaints about one file; a binary file would have one a line. */
const MOST_COMPLAINTS = 20;

/** What a source says about one variable. */
export interface ConfigEntry {
  /** The value; `undefined` where the source unsets the variable. */
  readonly value: string | undefined;
  /** File and line, `environment` or flag that it stands in. */
  readonly where: string;
}

/** A complaint about one line. */
export interface LineComplaint {
  /** Number of the line, from 1. */
  readonly line: number;
  /** What is wrong with it. */
  readonly message: string;
}

/** A configuration file, read. */
export interface ConfigText {
  /** The last entry for each name. */
  readonly entries: ReadonlyMap<string, ConfigEntry>;
  /** Lines that cannot be understood; at most 20. */
  readonly errors: readonly LineComplaint[];
  /** Lines that may not mean what their writer thinks; at most 20. */
  readonly warnings: readonly LineComplaint[];
}

/** Shows a word from outside in a message: quoted, escaped, at most 60 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function complainAboutName(name: string): string | undefined {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return undefined;
  const [before] = name.split("=", 1);
  return before !== name && before !== undefined && before !== ""
    ? `Expected white space between name and value, as in ${quoted(`${before} VALUE`)}`
    : `Expected the name of a variable, found ${quoted(name)}`;
}

/**
 * Reads the text of a configuration file. Takes any text: what it cannot understand, it lists.
 *
 * @example
 * ```ts
 * import { parseConfigText } from "./config_text.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { entries } = parseConfigText("# Redis\nJM_REDIS_SERVER localhost\n", "jm.conf");
 * assertEquals(entries.get("JM_REDIS_SERVER"), { value: "localhost", where: "jm.conf line 2" });
 * ```
 *
 * @param text The text of the file.
 * @param path Its path, for the entries' `where`.
 * @returns Entries, errors and warnings.
 */
export function parseConfigText(text: string, path: string): ConfigText {
  const entries = new Map<string, ConfigEntry>();
  const errors: LineComplaint[] = [];
  const warnings: LineComplaint[] = [];
  const complain = (list: LineComplaint[], line: number, message: string) => {
    if (list.length < MOST_COMPLAINTS) list.push({ line, message });
  };
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/, MOST_LINES + 1);
  for (const [index, content] of lines.entries()) {
    const line = index + 1;
    if (line > MOST_LINES) {
      complain(errors, line, `Expected at most ${MOST_LINES} lines`);
      break;
    }
    if (content.length > LONGEST_LINE) {
      complain(errors, line, `Expected at most ${LONGEST_LINE} characters a line`);
      continue;
    }
    const [name = "", value, ...rest] = content.trim().split(/\s+/);
    if (name === "" || name.startsWith("#")) continue;
    const complaint = complainAboutName(name);
    if (complaint !== undefined) {
      complain(errors, line, complaint);
      continue;
    }
    entries.set(name, { value, where: `${path} line ${line}` });
    if (rest.length > 0 && !rest[0]?.startsWith("#")) {
      const ignored = `Ignored what follows the first word of the value of ${name}`;
      complain(warnings, line, ignored);
    }
  }
  return { entries, errors, warnings };
}
