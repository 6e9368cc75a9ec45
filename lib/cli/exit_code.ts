/**
 * Exit codes, the same for every role and tool.
 *
 * @module
 */

/** Exit codes by meaning. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** A check or a job failed, or the program has a fault. */
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** A peer (XMPP server, Redis, Chirp …) cannot be reached. */
  unreachable: 3,
  /** Ended by SIGINT or SIGTERM before the work was done. */
  interrupted: 130,
} as const;

/** The reason of the abort signal when a system signal ends the program. */
export class InterruptedError extends Error {
  /** Name of the class, for logs. */
  override readonly name = "InterruptedError";
  /** Exit code of a program that ends with this error. */
  readonly exitCode: number = EXIT.interrupted;

  /**
   * Makes the error.
   *
   * @param signal The signal received.
   */
  constructor(signal: Deno.Signal) {
    super(`Interrupted by ${signal}`);
  }
}

/** Wrong usage that only shows after the command line is parsed, such as two flags that exclude each other. */
export class UsageError extends Error {
  /** Name of the class, for logs. */
  override readonly name = "UsageError";
  /** Exit code of a program that ends with this error. */
  readonly exitCode: number = EXIT.usage;
}

/** A server or peer cannot be reached, or lets nobody in. */
export class UnreachableError extends Error {
  /** Name of the class, for logs. */
  override readonly name = "UnreachableError";
  /** Exit code of a program that ends with this error. */
  readonly exitCode: number = EXIT.unreachable;
}

/** Most links of a chain of causes that are followed. */
const DEEPEST_CAUSE = 8;

/** Error codes of Node's sockets that mean "nobody there". */
const UNREACHABLE_CODES: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
]);

function isUnreachable(error: Error): boolean {
  return error instanceof Deno.errors.ConnectionRefused ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.NetworkUnreachable ||
    error instanceof Deno.errors.NotConnected ||
    error instanceof Deno.errors.TimedOut ||
    ("code" in error && UNREACHABLE_CODES.has(error.code));
}

/**
 * Finds the exit code that an error stands for: its own `exitCode` where it has one, 3 for failures
 * to connect, 130 for an abort. The error's causes are asked where the error itself says nothing.
 *
 * @param error What was thrown.
 * @returns The exit code, or `undefined` for an error of no known kind: a fault of the program.
 */
export function exitCodeOf(error: unknown): number | undefined {
  let current = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && current instanceof Error; depth++) {
    if ("exitCode" in current && typeof current.exitCode === "number") return current.exitCode;
    if (isUnreachable(current)) return EXIT.unreachable;
    if (current.name === "AbortError") return EXIT.interrupted;
    current = current.cause;
  }
  return undefined;
}
