/**
 * The negative answers of the Chirp protocol and what they mean to a caller.
 *
 * @module
 */

import { FileTransferError, type FileTransferErrorCode } from "./file_transfer.ts";

/** The protocol's result codes; an answer of 0 or more is a success. */
export const CHIRP_CODES = {
  NOT_AUTHENTICATED: -1,
  NOT_AUTHORIZED: -2,
  DOESNT_EXIST: -3,
  ALREADY_EXISTS: -4,
  TOO_BIG: -5,
  NO_SPACE: -6,
  NO_MEMORY: -7,
  INVALID_REQUEST: -8,
  TOO_MANY_OPEN: -9,
  BUSY: -10,
  TRY_AGAIN: -11,
  BAD_FD: -12,
  IS_DIR: -13,
  NOT_DIR: -14,
  NOT_EMPTY: -15,
  CROSS_DEVICE_LINK: -16,
  OFFLINE: -17,
  TIMED_OUT: -18,
  DISCONNECTED: -19,
  GRP_UNREACHABLE: -20,
  NO_SUCH_JOB: -21,
  IS_A_PIPE: -22,
  NOT_SUPPORTED: -23,
  NAME_TOO_LONG: -24,
  UNKNOWN: -127,
} as const;

/** Name of a result code. */
export type ChirpCodeName = keyof typeof CHIRP_CODES;

interface Meaning {
  readonly code: FileTransferErrorCode;
  /** Why, to be put behind the action. */
  readonly reason: string;
}

const MEANINGS: Readonly<Record<ChirpCodeName, Meaning>> = {
  NOT_AUTHENTICATED: { code: "not-authenticated", reason: "not authenticated" },
  NOT_AUTHORIZED: { code: "not-authorized", reason: "not authorized" },
  DOESNT_EXIST: { code: "not-found", reason: "no such file or directory" },
  ALREADY_EXISTS: { code: "already-exists", reason: "it exists already" },
  TOO_BIG: { code: "too-big", reason: "too big for the server" },
  NO_SPACE: { code: "no-space", reason: "no space left on the server" },
  NO_MEMORY: { code: "busy", reason: "the server is out of memory" },
  INVALID_REQUEST: { code: "invalid-request", reason: "the server calls the request invalid" },
  TOO_MANY_OPEN: { code: "busy", reason: "too many open files" },
  BUSY: { code: "busy", reason: "it is busy" },
  TRY_AGAIN: { code: "busy", reason: "the server asks to try again" },
  BAD_FD: { code: "invalid-request", reason: "the file is not open for this" },
  IS_DIR: { code: "is-directory", reason: "it is a directory" },
  NOT_DIR: { code: "not-directory", reason: "it is not a directory" },
  NOT_EMPTY: { code: "not-empty", reason: "the directory is not empty" },
  CROSS_DEVICE_LINK: { code: "invalid-request", reason: "the paths are on different devices" },
  OFFLINE: { code: "unreachable", reason: "the storage is offline" },
  TIMED_OUT: { code: "timed-out", reason: "the server ran into a time limit" },
  DISCONNECTED: { code: "disconnected", reason: "the server lost a connection" },
  GRP_UNREACHABLE: { code: "unreachable", reason: "the server of groups is unreachable" },
  NO_SUCH_JOB: { code: "not-found", reason: "no such job" },
  IS_A_PIPE: { code: "invalid-request", reason: "it is a pipe" },
  NOT_SUPPORTED: { code: "invalid-request", reason: "the server does not support it" },
  NAME_TOO_LONG: { code: "name-too-long", reason: "the name is too long" },
  UNKNOWN: { code: "unknown", reason: "the server could not say why" },
};

const NAME_OF_CODE: ReadonlyMap<number, ChirpCodeName> = new Map(
  (Object.keys(CHIRP_CODES) as ChirpCodeName[]).map((name) => [CHIRP_CODES[name], name]),
);

/**
 * Makes the error that a negative answer stands for.
 *
 * @param code The server's answer; numbers that the protocol does not know count as unknown.
 * @param action What was tried, to begin the message with: `Cannot get /f from chirp://host:9094`.
 * @returns The error, to be thrown.
 */
export function fileTransferErrorFor(code: number, action: string): FileTransferError {
  const meaning = MEANINGS[NAME_OF_CODE.get(code) ?? "UNKNOWN"];
  return new FileTransferError(meaning.code, `${action}: ${meaning.reason} (${code})`);
}
