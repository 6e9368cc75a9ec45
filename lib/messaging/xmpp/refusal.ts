/**
 * Which failures are final: trying again would only lock the account or annoy the server.
 *
 * @module
 */
import { LinkRefusedError } from "../link.ts";
import { ScramError } from "./scram.ts";

/** SASL conditions (RFC 6120, 6.5) that another attempt cannot cure. */
const FINAL_CONDITIONS: ReadonlySet<unknown> = new Set([
  "account-disabled",
  "credentials-expired",
  "encryption-required",
  "incorrect-encoding",
  "invalid-authzid",
  "invalid-mechanism",
  "malformed-request",
  "mechanism-too-weak",
  "not-authorized",
]);

/** Codes of errors that say that a certificate was not accepted (OpenSSL's names, and Node's). */
const CERTIFICATE_CODE =
  /^(CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME)/;

function property(error: unknown, name: string): unknown {
  return typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;
}

/**
 * Makes any thrown value an error; a final failure becomes a {@linkcode LinkRefusedError}.
 *
 * @param thrown What ended a connection.
 * @returns The error to report.
 */
export function judgeFailure(thrown: unknown): Error {
  if (thrown instanceof LinkRefusedError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(`Connection failed: ${thrown}`);
  if (error instanceof ScramError) {
    return new LinkRefusedError(error.message, { cause: error });
  }
  const condition = property(error, "condition");
  if (error.name === "SASLError" && FINAL_CONDITIONS.has(condition)) {
    return new LinkRefusedError(`Cannot log in: ${error.message}`, { cause: error });
  }
  const code = property(error, "code");
  if (typeof code === "string" && CERTIFICATE_CODE.test(code)) {
    return new LinkRefusedError(`Cannot trust server's certificate: ${error.message}`, {
      cause: error,
    });
  }
  return error;
}
