/**
 * SCRAM (RFC 5802, RFC 7677), without channel binding.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { randomHex } from "../../lib/random.ts";
import { digest, hmac, type ScramHash, type ScramKeys } from "./scram_keys.ts";
import {
  MALFORMED,
  NOT_AUTHORIZED,
  type SaslContext,
  type SaslExchange,
  type SaslReply,
} from "./sasl_exchange.ts";

/** Header for clients without channel binding, an authorization identity, then the bare message. */
const FIRST_MESSAGE = /^([ny],(?:a=([^,]*))?,)(n=([^,]*),r=([!-+\--~]+)(?:,.*)?)$/;
const FINAL_MESSAGE = /^(c=([^,]*),r=([^,]*)(?:,.*)?),p=([^,]*)$/;

interface Challenge {
  readonly user: string;
  readonly keys: ScramKeys;
  /** The client's header in base64, which it must repeat. */
  readonly binding: string;
  readonly nonce: string;
  /** Both first messages, as the proofs sign them. */
  readonly signed: string;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Undoes SCRAM's escapes in a user name; `undefined` where they are wrong. */
function decodeName(name: string): string | undefined {
  if (/=(?!2C|3D)/.test(name)) return undefined;
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

/** A login by a proof, which in turn proves the server to the client. */
export class ScramExchange implements SaslExchange {
  readonly #hash: ScramHash;
  readonly #context: SaslContext;
  #challenge: Challenge | undefined;

  /**
   * @param hash The mechanism's hash.
   * @param context The server's accounts and domain.
   */
  constructor(hash: ScramHash, context: SaslContext) {
    this.#hash = hash;
    this.#context = context;
  }

  step(said: string | undefined): SaslReply {
    if (said === undefined) return { type: "challenge", text: "" };
    return this.#challenge === undefined ? this.#first(said) : this.#final(said, this.#challenge);
  }

  #first(said: string): SaslReply {
    const match = FIRST_MESSAGE.exec(said);
    if (match === null) return MALFORMED;
    const [, header = "", authzid = "", bare = "", name = "", clientNonce = ""] = match;
    const user = decodeName(name);
    if (user === undefined || user === "") return MALFORMED;
    const { accounts, domain, random } = this.#context;
    const keys = accounts.scramKeys(user, this.#hash);
    const own = authzid === "" || authzid.toLowerCase() === `${user}@${domain}`.toLowerCase();
    if (keys === undefined || !own) return NOT_AUTHORIZED;
    const nonce = clientNonce + randomHex(random, 32);
    const text = `r=${nonce},s=${base64(keys.salt)},i=${keys.iterations}`;
    const binding = Buffer.from(header).toString("base64");
    this.#challenge = { user, keys, binding, nonce, signed: `${bare},${text}` };
    return { type: "challenge", text };
  }

  #final(said: string, challenge: Challenge): SaslReply {
    const match = FINAL_MESSAGE.exec(said);
    if (match === null) return MALFORMED;
    const [, unproven = "", binding = "", nonce = "", proofText = ""] = match;
    if (binding !== challenge.binding || nonce !== challenge.nonce) return NOT_AUTHORIZED;
    const { storedKey, serverKey } = challenge.keys;
    const signed = `${challenge.signed},${unproven}`;
    const proof = Buffer.from(proofText, "base64");
    const signature = hmac(this.#hash, storedKey, signed);
    if (proof.length !== signature.length) return NOT_AUTHORIZED;
    const clientKey = proof.map((byte, index) => byte ^ (signature[index] ?? 0));
    if (!timingSafeEqual(digest(this.#hash, clientKey), storedKey)) return NOT_AUTHORIZED;
    const text = `v=${base64(hmac(this.#hash, serverKey, signed))}`;
    return { type: "success", user: challenge.user, text };
  }
}
