/**
 * The last lines of a program: signals, exit codes, and errors as people want to read them.
 *
 * @module
 */

import { ConfigError } from "../config/config_error.ts";
import { escapeControls } from "../log/escape.ts";
import { EXIT, exitCodeOf, InterruptedError } from "./exit_code.ts";
import { printErrorLine } from "./output.ts";

/** Options of {@linkcode runMain}. */
export interface MainOptions {
  /** Name of the program, before its errors. */
  readonly name: string;
  /** Whether errors show their stack. Default: whether `COPILOT_DEBUG` is set. */
  readonly debug?: boolean | undefined;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return escapeControls(String(error));
  // The message of a ConfigError is made of several lines on purpose, and escapes values itself.
  if (error instanceof ConfigError) return error.message;
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return escapeControls(`${error.message || error.name}${cause}`);
}

/**
 * Describes an error for the person at the terminal.
 *
 * @param error What was thrown.
 * @param options Name of the program, and whether to show the stack.
 * @returns One line; more for a {@linkcode ConfigError} and with `debug`.
 */
export function errorText(error: unknown, options: MainOptions): string {
  const { name, debug = Boolean(Deno.env.get("COPILOT_DEBUG")) } = options;
  const isFault = exitCodeOf(error) === undefined;
  const message = messageOf(error);
  if (error instanceof ConfigError && !debug) return message;
  const text = isFault ? `${name}: Failed: ${message}` : `${name}: ${message}`;
  if (debug && error instanceof Error) return `${text}\n${error.stack ?? ""}`;
  return isFault ? `${text} (COPILOT_DEBUG=1 shows where)` : text;
}

function fail(error: unknown, options: MainOptions): never {
  printErrorLine(errorText(error, options));
  Deno.exit(exitCodeOf(error) ?? EXIT.failed);
}

/** Turns the first signal into an abort; a second ends the program at once. */
function abortOnSignals(controller: AbortController): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (controller.signal.aborted) Deno.exit(EXIT.interrupted);
      controller.abort(new InterruptedError(signal));
    });
  }
}

/**
 * Runs a program to its end and exits with its code. SIGINT and SIGTERM abort the signal that `main`
 * is given; a second one ends the program at once. What `main` throws, and what nobody caught, is
 * printed as one plain line without a stack; `COPILOT_DEBUG` in the environment shows it.
 *
 * Exit codes: what `main` returns; of an error its `exitCode`, 3 for failures to connect, 130 when
 * interrupted, else 1.
 *
 * @param main The program.
 * @param options Its name.
 * @returns Never: the process ends.
 */
export async function runMain(
  main: (signal: AbortSignal) => Promise<number>,
  options: MainOptions,
): Promise<never> {
  const controller = new AbortController();
  abortOnSignals(controller);
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    fail(event.reason, options);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    fail(event.error, options);
  });
  try {
    Deno.exit(await main(controller.signal));
  } catch (error) {
    fail(error, options);
  }
}
