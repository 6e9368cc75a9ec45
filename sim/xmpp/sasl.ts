/**
 * The SASL mechanisms that the server speaks.
 *
 * @module
 */
import { DigestMd5Exchange } from "./sasl_digest_md5.ts";
import type { SaslContext, SaslExchange } from "./sasl_exchange.ts";
import { PlainExchange } from "./sasl_plain.ts";
import { ScramExchange } from "./sasl_scram.ts";

/** Mechanisms that a server can offer. */
export type SaslMechanism = "SCRAM-SHA-256" | "SCRAM-SHA-1" | "DIGEST-MD5" | "PLAIN";

/** All of them, the strongest first. */
export const SASL_MECHANISMS: readonly SaslMechanism[] = [
  "SCRAM-SHA-256",
  "SCRAM-SHA-1",
  "DIGEST-MD5",
  "PLAIN",
];

/**
 * Begins a login.
 *
 * @param mechanism What the client has chosen.
 * @param context The server's accounts and domain.
 * @returns The exchange, waiting for its first step.
 */
export function saslExchange(mechanism: SaslMechanism, context: SaslContext): SaslExchange {
  switch (mechanism) {
    case "SCRAM-SHA-256":
      return new ScramExchange("sha256", context);
    case "SCRAM-SHA-1":
      return new ScramExchange("sha1", context);
    case "DIGEST-MD5":
      return new DigestMd5Exchange(context);
    case "PLAIN":
      return new PlainExchange(context);
  }
}
