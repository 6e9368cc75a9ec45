/**
 * DIGEST-MD5 (RFC 2831), which the original takes wherever it is offered: without a realm, `qop=auth`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Buffer } from "node:buffer";
import { randomHex } from "../../lib/random.ts";
import {
  MALFORMED,
  NOT_AUTHORIZED,
  type SaslContext,
  type SaslExchange,
  type SaslReply,
} from "./sasl_exchange.ts";

/** What a client's response says, by directive. */
export type DigestDirectives = ReadonlyMap<string, string>;

/** Longest response that is read, in characters; RFC 2831, 2.1.2 allows 4096 bytes. */
const LONGEST_RESPONSE = 4096;
const DIRECTIVE = /[\s,]*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))\s*/y;

function md5(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/**
 * Reads `name=value,name="value",…`.
 *
 * @param text The client's response.
 * @returns Values by name in lower case; `undefined` where the text is something else or repeats a name.
 */
export function parseDigest(text: string): DigestDirectives | undefined {
  const directives = new Map<string, string>();
  if (text.length > LONGEST_RESPONSE) return undefined;
  DIRECTIVE.lastIndex = 0;
  for (let end = 0; end < text.length; end = DIRECTIVE.lastIndex) {
    const match = DIRECTIVE.exec(text);
    if (match === null) return undefined;
    const [, name = "", quoted, plain = ""] = match;
    const key = name.toLowerCase();
    if (directives.has(key)) return undefined;
    directives.set(key, quoted === undefined ? plain : quoted.replace(/\\(.)/g, "$1"));
  }
  return directives;
}

/**
 * Computes the proof that either side gives.
 *
 * @param directives The client's response.
 * @param password The password.
 * @param method `AUTHENTICATE` for the client's proof, empty for the server's.
 * @returns 32 hexadecimal digits.
 */
export function digestProof(
  directives: DigestDirectives,
  password: string,
  method: "AUTHENTICATE" | "",
): string {
  const get = (name: string) => directives.get(name) ?? "";
  const [nonce, cnonce, authzid] = [get("nonce"), get("cnonce"), get("authzid")];
  const secret = md5(`${get("username")}:${get("realm")}:${password}`);
  const tail = `:${nonce}:${cnonce}${authzid === "" ? "" : `:${authzid}`}`;
  const first = md5(secret, tail).toString("hex");
  const second = md5(`${method}:${get("digest-uri")}`).toString("hex");
  const middle = `${nonce}:${get("nc")}:${cnonce}:${get("qop") || "auth"}`;
  return md5(`${first}:${middle}:${second}`).toString("hex");
}

/** A login by a digest of the password. */
export class DigestMd5Exchange implements SaslExchange {
  readonly #context: SaslContext;
  readonly #nonce: string;
  #state: "start" | "challenged" | { readonly user: string } = "start";

  /**
   * @param context The server's accounts and domain.
   */
  constructor(context: SaslContext) {
    this.#context = context;
    this.#nonce = randomHex(context.random, 32);
  }

  step(said: string | undefined): SaslReply {
    if (typeof this.#state === "object") return { type: "success", user: this.#state.user };
    if (this.#state === "challenged") return this.#check(said ?? "");
    this.#state = "challenged";
    const text = `nonce="${this.#nonce}",qop="auth",charset=utf-8,algorithm=md5-sess`;
    return { type: "challenge", text };
  }

  #check(said: string): SaslReply {
    const directives = parseDigest(said);
    if (directives === undefined) return MALFORMED;
    const user = directives.get("username") ?? "";
    const { accounts, domain } = this.#context;
    const authzid = directives.get("authzid") ?? "";
    const sound = directives.get("nonce") === this.#nonce && directives.get("nc") === "00000001" &&
      (directives.get("cnonce") ?? "") !== "" && (directives.get("qop") ?? "auth") === "auth" &&
      directives.get("digest-uri")?.toLowerCase().startsWith("xmpp/") === true;
    if (!sound) return MALFORMED;
    const password = accounts.password(user);
    const own = authzid === "" || authzid.toLowerCase() === `${user}@${domain}`.toLowerCase();
    if (password === undefined || !own) return NOT_AUTHORIZED;
    if (directives.get("response") !== digestProof(directives, password, "AUTHENTICATE")) {
      return NOT_AUTHORIZED;
    }
    this.#state = { user };
    return { type: "challenge", text: `rspauth=${digestProof(directives, password, "")}` };
  }
}
