/**
 * An identity provider in memory, as far as tokens go: it signs them (JSON Web Tokens, RFC 7519, with RS256 of
 * RFC 7518), and who trusts it verifies them.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createSign, createVerify, generateKeyPairSync, type KeyObject } from "node:crypto";

/** What a token says. */
export interface TokenClaims {
  /** Whom it is for. */
  readonly sub: string;
  /** Where it may be used. */
  readonly aud: string;
  /** For what, parted by blanks. */
  readonly scope: string;
  /** When it ends, in seconds since 1970. */
  readonly exp: number;
}

/** A provider with a key of its own. */
export class IdentityProvider {
  /** Its name, as tokens have it. */
  readonly issuer: string;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;

  /** @param issuer Its address. */
  constructor(issuer: string) {
    this.issuer = issuer;
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
  }

  /** Signs a token. */
  token(claims: TokenClaims): string {
    const parts = [{ alg: "RS256", typ: "JWT" }, { iss: this.issuer, ...claims }];
    const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const signature = createSign("RSA-SHA256").update(signed).sign(this.#privateKey, "base64url");
    return `${signed}.${signature}`;
  }

  /** What a token of this provider says; `undefined` where it is none, or was changed. */
  verify(token: string): TokenClaims | undefined {
    const [head = "", claims = "", signature = ""] = token.split(".");
    const verifier = createVerify("RSA-SHA256").update(`${head}.${claims}`);
    if (!verifier.verify(this.#publicKey, signature, "base64url")) return undefined;
    const { iss, ...told } = JSON.parse(Buffer.from(claims, "base64url").toString());
    return iss === this.issuer ? told as TokenClaims : undefined;
  }
}
