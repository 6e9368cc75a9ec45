/**
 * The seam to AliEn's central services, in the form that JAliEn publishes for its clients: commands and
 * answers as JSON over a WebSocket (`alien.websockets.WebsocketEndpoint`, `JSONPrintWriter`; the client
 * `alienpy` speaks the same).
 *
 * @module
 */
import { type GridCallOptions, GridError } from "../adapter.ts";

/** One command of the grid's shell (`alien.shell.commands.JAliEnCommand…`). */
export interface AlienCalls extends AsyncDisposable {
  /**
   * Calls a command.
   *
   * @param command Its name, such as `ls`.
   * @param options Options and arguments, as words.
   * @param how What can end the call early.
   * @returns The answer, whatever its exit code.
   * @throws {GridError} When there is no answer.
   */
  call(command: string, options: readonly string[], how?: GridCallOptions): Promise<AlienAnswer>;
}

/** What a command answers. */
export interface AlienAnswer {
  /** 0, or an error number of the system (`alien.shell.ErrNo`). */
  readonly exitCode: number;
  /** What went wrong, in words; empty where nothing did. */
  readonly error: string;
  /** Fields by name; `message` is what a person would read. */
  readonly results: readonly Readonly<Record<string, string>>[];
}

/** Error numbers (`alien.shell.ErrNo`) that are told apart. */
export const ERRNO = {
  ENOENT: 2,
  ESRCH: 3,
  EIO: 5,
  EAGAIN: 11,
  EBUSY: 16,
  EINVAL: 22,
  EBADR: 53,
  EBADFD: 77,
  EREMOTEIO: 121,
  EDQUOT: 122,
} as const;

/** Errors that may pass: the services are busy, or cannot reach each other. */
const PASSING = new Set<number>([ERRNO.EIO, ERRNO.EAGAIN, ERRNO.EBUSY, ERRNO.EREMOTEIO]);

/** Most fields that are read of one answer. */
const MOST_RESULTS = 100_000;

/**
 * Reads an answer: `{"metadata": {"exitcode": "0", "error": "", …}, "results": [{…}]}`. Numbers and lists
 * among the fields become their JSON text.
 *
 * @param text The message.
 * @throws {SyntaxError} When it is none.
 */
export function parseAnswer(text: string): AlienAnswer {
  const { metadata, results } = Object(JSON.parse(text)) as Record<string, unknown>;
  const { exitcode, error } = Object(metadata) as Record<string, unknown>;
  if (!/^-?\d{1,6}$/.test(`${exitcode}`) || !Array.isArray(results)) {
    throw new SyntaxError(`Cannot read an answer of AliEn: ${text.slice(0, 80)}`);
  }
  if (results.length > MOST_RESULTS) {
    throw new SyntaxError(`Cannot read an answer of AliEn: over ${MOST_RESULTS} results`);
  }
  return {
    exitCode: Number(exitcode),
    error: typeof error === "string" ? error : "",
    results: results.map((result) =>
      Object.fromEntries(
        // Some of `ps`' names end in a blank.
        Object.entries(Object(result)).map(([name, value]) => [name.trim(), textOf(value)]),
      )
    ),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

/**
 * Makes an error of an answer.
 *
 * @param what What was tried, such as `stat /alice/a`.
 * @param answer The answer.
 */
export function answerError(what: string, { exitCode, error }: AlienAnswer): GridError {
  return new GridError(`AliEn refuses ${what}: ${error || "no reason is given"} (${exitCode})`, {
    transient: PASSING.has(exitCode),
  });
}
