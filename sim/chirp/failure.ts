/**
 * Failures as the protocol knows them: a result code for the client and a sentence for a log.
 *
 * @module
 */

import { CHIRP_CODES } from "../../lib/chirp/codes.ts";

/** A request that the server refuses; the client is told the code alone. */
export class ChirpFailure extends Error {
  override readonly name = "ChirpFailure";

  /**
   * @param code The protocol's negative result code.
   * @param message What was refused, with the offending value.
   * @param options The cause, where there is one.
   */
  constructor(readonly code: number, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * Codes of the operating system's errors. chirp_server answers -127 (unknown) and -11 (try again) to
 * some of them; real tools repeat such a request for an hour, so every lasting error has a final code
 * here.
 */
const CODE_OF_SYSTEM_ERROR: Readonly<Record<string, number>> = {
  EACCES: CHIRP_CODES.NOT_AUTHORIZED,
  EPERM: CHIRP_CODES.NOT_AUTHORIZED,
  EROFS: CHIRP_CODES.NOT_AUTHORIZED,
  ENOENT: CHIRP_CODES.DOESNT_EXIST,
  EEXIST: CHIRP_CODES.ALREADY_EXISTS,
  EFBIG: CHIRP_CODES.TOO_BIG,
  ENOSPC: CHIRP_CODES.NO_SPACE,
  EDQUOT: CHIRP_CODES.NO_SPACE,
  ENOMEM: CHIRP_CODES.NO_MEMORY,
  EMFILE: CHIRP_CODES.TOO_MANY_OPEN,
  ENFILE: CHIRP_CODES.TOO_MANY_OPEN,
  EBUSY: CHIRP_CODES.BUSY,
  EBADF: CHIRP_CODES.BAD_FD,
  EISDIR: CHIRP_CODES.IS_DIR,
  ENOTDIR: CHIRP_CODES.NOT_DIR,
  ENOTEMPTY: CHIRP_CODES.NOT_EMPTY,
  EXDEV: CHIRP_CODES.CROSS_DEVICE_LINK,
  ESPIPE: CHIRP_CODES.IS_A_PIPE,
  ENOTSUP: CHIRP_CODES.NOT_SUPPORTED,
  ENAMETOOLONG: CHIRP_CODES.NAME_TOO_LONG,
};

/** Numbers that the runtime gives in its message alone, without a name; as on Linux. */
const NAME_OF_ERROR_NUMBER: Readonly<Record<string, string>> = {
  "1": "EPERM",
  "12": "ENOMEM",
  "16": "EBUSY",
  "23": "ENFILE",
  "24": "EMFILE",
  "27": "EFBIG",
  "28": "ENOSPC",
  "30": "EROFS",
  "122": "EDQUOT",
};

/**
 * Finds the result code for anything that was thrown.
 *
 * @param error A {@linkcode ChirpFailure}, an error of the operating system, or something else.
 * @returns The code; -8 (invalid request) where the protocol has no better one.
 */
export function codeOf(error: unknown): number {
  if (error instanceof ChirpFailure) return error.code;
  if (!(error instanceof Error)) return CHIRP_CODES.INVALID_REQUEST;
  const number = /\(os error (\d+)\)/.exec(error.message)?.[1] ?? "";
  const name = "code" in error ? String(error.code) : NAME_OF_ERROR_NUMBER[number] ?? "";
  return CODE_OF_SYSTEM_ERROR[name] ?? CHIRP_CODES.INVALID_REQUEST;
}

/**
 * Makes the failure "no such file or directory".
 *
 * @param path The path that is missing.
 * @returns The failure.
 */
export function missing(path: string): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.DOESNT_EXIST, `No file or directory ${path}`);
}

/**
 * Makes the failure "not allowed".
 *
 * @param what The action and its path.
 * @returns The failure.
 */
export function denied(what: string): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.NOT_AUTHORIZED, `Not authorized: ${what}`);
}

/**
 * Makes the failure "bad request".
 *
 * @param what The offending value.
 * @returns The failure.
 */
export function invalid(what: string): ChirpFailure {
  return new ChirpFailure(CHIRP_CODES.INVALID_REQUEST, `Invalid request: ${what}`);
}
