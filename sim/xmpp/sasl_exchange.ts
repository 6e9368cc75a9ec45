/**
 * The words of a SASL exchange (RFC 4422; RFC 6120, 6), for each mechanism to speak.
 *
 * @module
 */
import type { Random } from "../../lib/random.ts";
import type { Accounts } from "./accounts.ts";

/** Why a login failed (RFC 6120, 6.5). */
export type SaslFailure =
  | "aborted"
  | "encryption-required"
  | "incorrect-encoding"
  | "invalid-mechanism"
  | "malformed-request"
  | "not-authorized";

/** What the server says next. */
export type SaslReply =
  | { readonly type: "challenge"; readonly text: string }
  | { readonly type: "success"; readonly user: string; readonly text?: string | undefined }
  | { readonly type: "failure"; readonly condition: SaslFailure };

/** One login, step by step. */
export interface SaslExchange {
  /** Takes what the client said; `undefined` for an empty first step. */
  step(said: string | undefined): SaslReply;
}

/** What an exchange needs of its server. */
export interface SaslContext {
  /** Who may log in. */
  readonly accounts: Accounts;
  /** The domain that is served. */
  readonly domain: string;
  /** Source of nonces. */
  readonly random: Random;
}

/** The failure that tells nothing: wrong password, unknown account, wrong proof. */
export const NOT_AUTHORIZED: SaslReply = { type: "failure", condition: "not-authorized" };
/** The failure of a client that does not keep to the mechanism. */
export const MALFORMED: SaslReply = { type: "failure", condition: "malformed-request" };
