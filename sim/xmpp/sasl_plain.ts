/**
 * PLAIN (RFC 4616).
 *
 * @module
 */
import {
  MALFORMED,
  NOT_AUTHORIZED,
  type SaslContext,
  type SaslExchange,
  type SaslReply,
} from "./sasl_exchange.ts";

/** A login with the password as it is. */
export class PlainExchange implements SaslExchange {
  readonly #context: SaslContext;

  /**
   * @param context The server's accounts and domain.
   */
  constructor(context: SaslContext) {
    this.#context = context;
  }

  step(said: string | undefined): SaslReply {
    if (said === undefined) return { type: "challenge", text: "" };
    const [authzid, user, password, ...rest] = said.split("\0");
    if (authzid === undefined || user === undefined || password === undefined || rest.length > 0) {
      return MALFORMED;
    }
    const { accounts, domain } = this.#context;
    const own = authzid === "" || authzid.toLowerCase() === `${user}@${domain}`.toLowerCase();
    return own && accounts.check(user, password) ? { type: "success", user } : NOT_AUTHORIZED;
  }
}
