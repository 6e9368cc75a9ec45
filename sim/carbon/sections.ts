/**
 * Carbon's own configuration files: sections of `key = value`.
 *
 * @module
 */

/** A section, such as `[default]`. */
export interface Section {
  /** What stands in the brackets. */
  readonly name: string;
  /** Values by key in lower case. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Reads sections in the order of the text. Lines that begin with `#` or `;` are comments.
 *
 * @param text The file's text.
 * @returns The sections.
 * @throws {SyntaxError} When a line is neither, or a key stands before the first section.
 */
export function parseSections(text: string): Section[] {
  const sections: { name: string; values: Map<string, string> }[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const name = /^\[(.+)\]$/.exec(line)?.[1];
    const [, key, value] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) sections.push({ name, values: new Map() });
    else if (key === undefined || value === undefined || sections.length === 0) {
      throw new SyntaxError(`Cannot read line ${index + 1}: "${line}"`);
    } else sections.at(-1)?.values.set(key.toLowerCase(), value);
  }
  return sections;
}
