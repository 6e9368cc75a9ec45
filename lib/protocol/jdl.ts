/**
 * The machine as a JDL (report, listing 2.4): what an agent tells of its host in a request for a job.
 *
 * @module
 */

/** What the JDL says of a machine. */
export interface HostDescription {
  /** Fully qualified host name. */
  readonly hostName: string;
  /** Version of the agent; the original says `0`. */
  readonly version: string;
  /** Kernel name and machine, such as `Linux-x86_64`. */
  readonly platform: string;
  /** Kernel release. */
  readonly kernelRelease: string;
  /** Free KiB where jobs run. */
  readonly localDiskKiB: number;
  /** Installed memory; this and the three below are left out of the JDL where they are 0. */
  readonly memoryMiB: number;
  /** Memory that no process and no cache uses. */
  readonly freeMemoryMiB: number;
  /** All swap space. */
  readonly swapMiB: number;
  /** Swap space that is not in use. */
  readonly freeSwapMiB: number;
}

/**
 * Writes a host JDL as the original does: one `Name=value;` a line, amounts that are zero left out.
 *
 * @param host The machine.
 * @returns The JDL.
 */
export function formatHostJdl(host: HostDescription): string {
  const lines = [
    `Type="machine"`,
    `Requirements=(other.Type=="Job")`,
    `WNHost=${quote(host.hostName)}`,
    `Version=${quote(host.version)}`,
    `LocalDiskSpace=${Math.floor(host.localDiskKiB)}`,
    `Uname=${quote(host.kernelRelease)}`,
  ];
  const amounts: readonly [string, number][] = [
    ["Swap", host.swapMiB],
    ["Memory", host.memoryMiB],
    ["FreeMemory", host.freeMemoryMiB],
    ["FreeSwap", host.freeSwapMiB],
  ];
  for (const [name, amount] of amounts) {
    if (Math.floor(amount) > 0) lines.push(`${name}=${Math.floor(amount)}`);
  }
  lines.push(`Platform=${quote(host.platform)}`);
  return `[\n${lines.map((line) => `${line};\n`).join("")}]\n`;
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

/** Most attributes that are read of one JDL. */
const MOST_ATTRIBUTES = 1000;
/** Longest JDL that is read, in characters. */
const LONGEST_JDL = 256 * 1024;
const NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/;

/**
 * Reads a JDL: names and the text of their expressions, strings still quoted.
 *
 * @param text `[ Name = expression; … ]`; the brackets and the last semicolon may be missing.
 * @returns Expression by name, as written.
 * @throws {SyntaxError} When the text is too long, has too many attributes, a name is no name, or a
 * string or bracket does not end.
 */
export function parseJdl(text: string): Map<string, string> {
  if (text.length > LONGEST_JDL) {
    throw new SyntaxError(`Cannot read JDL: longer than ${LONGEST_JDL} characters`);
  }
  const trimmed = text.trim();
  const framed = trimmed.startsWith("[") && trimmed.endsWith("]");
  const inner = framed ? trimmed.slice(1, -1) : trimmed;
  const attributes = new Map<string, string>();
  for (const statement of splitStatements(inner)) {
    const equals = statement.indexOf("=");
    const name = statement.slice(0, Math.max(0, equals)).trim();
    if (!NAME.test(name)) {
      throw new SyntaxError(
        `Cannot read JDL: no name in ${JSON.stringify(statement.slice(0, 80))}`,
      );
    }
    attributes.set(name, statement.slice(equals + 1).trim());
    if (attributes.size > MOST_ATTRIBUTES) {
      throw new SyntaxError(`Cannot read JDL: more than ${MOST_ATTRIBUTES} attributes`);
    }
  }
  return attributes;
}

/** Cuts at semicolons outside strings and brackets. */
function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '"') index = endOfString(text, index);
    else if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth--;
    else if (character === ";" && depth === 0) {
      statements.push(text.slice(start, index));
      start = index + 1;
    }
    if (depth < 0) throw new SyntaxError(`Cannot read JDL: stray "${character}" at ${index}`);
  }
  if (depth > 0) throw new SyntaxError("Cannot read JDL: a bracket does not end");
  statements.push(text.slice(start));
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== "");
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text.charAt(index) === "\\") index++;
    else if (text.charAt(index) === '"') return index;
  }
  throw new SyntaxError(`Cannot read JDL: the string at ${start} does not end`);
}

/**
 * The text of a string expression such as `"Linux-x86_64"`.
 *
 * @param expression An expression as {@linkcode parseJdl} gives it.
 * @returns The string without quotes; `undefined` where the expression is none.
 */
export function jdlString(expression: string | undefined): string | undefined {
  const match = expression === undefined ? null : /^"((?:[^"\\]|\\.)*)"$/s.exec(expression);
  return match?.[1]?.replace(/\\(.)/gs, "$1");
}
