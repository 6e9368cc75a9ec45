/**
 * The format of traces: what components and an XMPP server said to each other, one JSON object a line.
 *
 * ```text
 * {"t":4.855,"conn":"agent","dir":"c2s","xml":"<message to='jm@site' id='1'>…</message>"}
 * ```
 *
 * - `t`: seconds since the recording began.
 * - `conn`: the TCP connection, named by the account that logged in on it; `agent#2` is the second
 *   connection of `agent`.
 * - `dir`: `c2s` from the component to the server, `s2c` from the server to the component. What one
 *   component sends to another stands in a trace twice, where both are recorded: once as it left,
 *   once as it arrived.
 * - `xml`: one piece of the stream as it stood on the wire: the header `<stream:stream …>` with the
 *   declaration before it, a child of the stream (a stanza, or a step of the negotiation), or the end
 *   `</stream:stream>`. Where a secret is masked, its text is `***`.
 *
 * The file is UTF-8; every line ends with a newline.
 *
 * @module
 */

/** Where a stanza goes: to the server or from it. */
export type TraceDirection = "c2s" | "s2c";

/** One piece of a recorded stream. */
export interface TraceLine {
  /** Seconds since the recording began. */
  readonly t: number;
  /** The connection, such as `agent` or `agent#2`. */
  readonly conn: string;
  /** From the component or to it. */
  readonly dir: TraceDirection;
  /** The piece as it stood on the wire. */
  readonly xml: string;
}

/** A line of a trace with its place in the file. */
export interface TraceRecord extends TraceLine {
  /** Number of the line, from 1. */
  readonly line: number;
}

/** A text is no trace; the message names the line. */
export class TraceFormatError extends SyntaxError {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "TraceFormatError";
  /** Exit code of a program that was given such a file: wrong usage. */
  readonly exitCode = 2;

  /**
   * Says what is wrong where.
   *
   * @param line Number of the line, from 1.
   * @param problem What is wrong, such as `"t" is no number`.
   */
  constructor(readonly line: number, problem: string) {
    super(`Cannot read trace, line ${line}: ${problem}`);
  }
}

const KEYS: ReadonlySet<string> = new Set(["t", "conn", "dir", "xml"]);
/** A recording of a century: what is beyond is no time. */
const LONGEST_SECONDS = 3.2e9;
const LONGEST_NAME = 1100;
// deno-lint-ignore no-control-regex -- control characters are exactly what must be refused
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/;

function parseObject(text: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TraceFormatError(line, `no JSON: ${JSON.stringify(text.slice(0, 60))}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TraceFormatError(line, "no JSON object");
  }
  return value as Readonly<Record<string, unknown>>;
}

function problemOf({ t, conn, dir, xml }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof t !== "number" || !(t >= 0 && t <= LONGEST_SECONDS)) {
    return `"t" is no number of seconds`;
  }
  if (
    typeof conn !== "string" || conn === "" || conn.length > LONGEST_NAME || CONTROLS.test(conn) ||
    !conn.isWellFormed()
  ) return `"conn" is no name`;
  if (dir !== "c2s" && dir !== "s2c") return `"dir" is neither "c2s" nor "s2c"`;
  if (typeof xml !== "string" || xml === "" || !xml.isWellFormed()) return `"xml" is no text`;
  return undefined;
}

/**
 * Reads one line. Nothing but the four members may stand in it; whether `xml` is well-formed is not
 * looked at here.
 *
 * @param text The line, without its end.
 * @param line Its number, from 1.
 * @returns The line.
 * @throws {TraceFormatError} When it is none.
 */
export function parseTraceLine(text: string, line: number): TraceRecord {
  const value = parseObject(text, line);
  for (const key of Object.keys(value)) {
    if (!KEYS.has(key)) throw new TraceFormatError(line, `unknown member ${JSON.stringify(key)}`);
  }
  const problem = problemOf(value);
  if (problem !== undefined) throw new TraceFormatError(line, problem);
  const { t, conn, dir, xml } = value as unknown as TraceLine;
  return { line, t, conn, dir, xml };
}

/**
 * Writes one line, its newline included.
 *
 * @param line The line.
 * @returns The text.
 * @throws {RangeError} When the line could not be read back.
 */
export function formatTraceLine(line: TraceLine): string {
  const { t, conn, dir, xml } = line;
  const problem = problemOf({ t, conn, dir, xml });
  if (problem !== undefined) throw new RangeError(`Cannot write trace line: ${problem}`);
  return `${JSON.stringify({ t, conn, dir, xml })}\n`;
}
