/**
 * What goes wrong below a file operation, and how it becomes the error that callers see.
 *
 * @module
 */

import { messageOf } from "../error_message.ts";
import { fileTransferErrorFor } from "./codes.ts";
import { FileTransferError, type FileTransferErrorCode } from "./file_transfer.ts";

/** The server answered with a negative code; the connection is in step and stays usable. */
export class Refusal extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "Refusal";

  /**
   * Keeps the bare answer; {@linkcode fileTransferErrorOf} puts it into words.
   *
   * @param code One of `CHIRP_CODES`.
   */
  constructor(readonly code: number) {
    super(`Refused with ${code}`);
  }
}

/** The connection cannot be used any more: it was never made, was lost, is stuck or out of step. */
export class ConnectionFailure extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "ConnectionFailure";

  /**
   * Says why; {@linkcode fileTransferErrorOf} adds what was being done.
   *
   * @param code What kind of failure.
   * @param reason Why, to be put behind the action.
   * @param options The cause, where there is one.
   */
  constructor(readonly code: FileTransferErrorCode, reason: string, options?: ErrorOptions) {
    super(reason, options);
  }
}

/**
 * Puts the action to whatever went wrong below it.
 *
 * @param error What was caught.
 * @param action What was tried: `Cannot get /f from chirp://host:9094`.
 * @returns An error for the caller; one that names its action already is returned as it is.
 */
export function fileTransferErrorOf(error: unknown, action: string): FileTransferError {
  if (error instanceof FileTransferError) return error;
  if (error instanceof Refusal) return fileTransferErrorFor(error.code, action);
  const message = messageOf(error);
  const code = error instanceof ConnectionFailure ? error.code : localCodeOf(error);
  return new FileTransferError(code, `${action}: ${message}`, { cause: error });
}

/** What an error of the local file system, or of the caller's words, is called at this seam. */
function localCodeOf(error: unknown): FileTransferErrorCode {
  if (error instanceof SyntaxError) return "invalid-request";
  if (error instanceof Deno.errors.NotFound) return "not-found";
  if (error instanceof Deno.errors.AlreadyExists) return "already-exists";
  if (error instanceof Deno.errors.PermissionDenied) return "not-authorized";
  if (error instanceof Deno.errors.NotCapable) return "not-authorized";
  if (error instanceof Deno.errors.IsADirectory) return "is-directory";
  if (error instanceof Deno.errors.NotADirectory) return "not-directory";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return "no-space";
  if (code === "EFBIG") return "too-big";
  if (code === "ENAMETOOLONG") return "name-too-long";
  return "unknown";
}
