/**
 * A grid's steps as configured commands: argument lists with places for values, run without a shell,
 * limited in time, their output kept in the log.
 *
 * @module
 */
import type { Logger } from "../../log.ts";
import { type GridCallOptions, GridError } from "../adapter.ts";
import { type CommandRunner, TIMED_OUT } from "./command_runner.ts";

/** Argument lists by step. `{name}` in an argument stands for a value; the program is given as it is. */
export type CommandBook = Readonly<Record<string, readonly string[]>>;

/** Exit status with which a command says "never": `EX_DATAERR` of `sysexits.h`. Any other may pass. */
const REFUSED = 65;
/** Characters of an output that go into a log line or an error. */
const LONGEST_TOLD = 2000;

const PLACE = /\{([A-Za-z][A-Za-z0-9]*)\}/g;

/** Options of {@linkcode GridCommands}. */
export interface GridCommandsOptions {
  /** Name of the grid, for errors. */
  readonly grid: string;
  /** The commands. */
  readonly book: CommandBook;
  /** Runs them. */
  readonly runner: CommandRunner;
  /** Longest time of one. Default: 600,000 ms. */
  readonly timeoutMs?: number | undefined;
  /** Told what they print. */
  readonly log: Logger;
}

/** What a command printed. */
export interface CommandOutput {
  /** Standard output. */
  readonly stdout: string;
  /** Standard error. */
  readonly stderr: string;
}

/** The commands of one grid. */
export class GridCommands {
  readonly #options: GridCommandsOptions;

  /**
   * Nothing is run yet.
   *
   * @param options See {@linkcode GridCommandsOptions}.
   */
  constructor(options: GridCommandsOptions) {
    this.#options = options;
  }

  /** True where a step is configured. */
  has(step: string): boolean {
    return Object.hasOwn(this.#options.book, step);
  }

  /**
   * Runs a step.
   *
   * @param step Name of the step in the book.
   * @param values What the places of its arguments stand for; those without a value stay as they are.
   * @param options What it reads on its standard input (default: nothing); what can end the call early.
   * @returns What it printed.
   * @throws {GridError} When it is not configured, its time runs out, or its exit status is not 0.
   */
  async run(
    step: string,
    values: Readonly<Record<string, string>>,
    { input, signal }: GridCallOptions & { readonly input?: string | undefined } = {},
  ): Promise<CommandOutput> {
    const { grid, book, runner, timeoutMs = 600_000, log } = this.#options;
    const argv = Object.hasOwn(book, step) ? book[step] : undefined;
    if (argv === undefined) {
      throw new GridError(`No command is configured for the step ${step} of ${grid}`, {
        transient: true,
      });
    }
    const [program = "", ...args] = argv;
    const filled = [program, ...args.map((text) => fill(text, values))];
    const { code, stdout, stderr } = await runner.run(filled, { timeoutMs, input, signal });
    // Some programs complain on the standard output.
    const told = beginning(stderr.trim() || (code === 0 ? "" : stdout.trim()));
    if (told !== "") log.info(`${step}: ${told}`);
    if (code === 0) return { stdout, stderr };
    const how = code === TIMED_OUT ? `took over ${timeoutMs} ms` : `exited with ${code}`;
    throw new GridError(`The command for ${step} of ${grid} ${how}: ${told || "it said nothing"}`, {
      transient: code !== REFUSED,
    });
  }
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  // A NUL would end the argument: no program can be given one.
  const filled = text.replace(PLACE, (place, name) => {
    return Object.hasOwn(values, name) ? values[name]?.replaceAll("\0", "") ?? place : place;
  });
  // What a stranger has named must not become an option.
  return text.startsWith("-") ? filled : filled.replace(/^-+/, "");
}

function beginning(text: string): string {
  return text.length > LONGEST_TOLD ? `${text.slice(0, LONGEST_TOLD)} …` : text;
}

/** Steps whose arguments have a place for a value. */
export function stepsThatShow(value: string, book: CommandBook): readonly string[] {
  return Object.keys(book).filter((step) => book[step]?.some((arg) => arg.includes(`{${value}}`)));
}

/**
 * Reads a book of commands: a JSON object of argument lists.
 *
 * @param text The JSON text.
 * @param steps Names that may stand in it.
 * @param needed Those that must. Default: none.
 * @returns The book.
 * @throws {SyntaxError} When it is none; the message names the step.
 */
export function parseCommandBook(
  text: string,
  steps: readonly string[],
  needed: readonly string[] = [],
): CommandBook {
  const book: unknown = JSON.parse(text);
  if (typeof book !== "object" || book === null || Array.isArray(book)) {
    throw new SyntaxError("Cannot read the commands: not an object of argument lists by step");
  }
  for (const [step, argv] of Object.entries(book)) {
    if (!steps.includes(step)) {
      throw new SyntaxError(`Cannot read the commands: ${step} is none of ${steps.join(", ")}`);
    }
    const isList = Array.isArray(argv) && argv.length > 0 &&
      argv.every((word) => typeof word === "string" && !word.includes("\0"));
    if (!isList || argv[0] === "") {
      throw new SyntaxError(`Cannot read the command for ${step}: not a list of words`);
    }
  }
  const missing = needed.find((step) => !Object.hasOwn(book, step));
  if (missing !== undefined) {
    throw new SyntaxError(`Cannot do without a command for ${missing}`);
  }
  return book as CommandBook;
}
