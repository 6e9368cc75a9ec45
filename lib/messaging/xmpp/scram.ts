/**
 * SCRAM (RFC 5802, RFC 7677) without channel binding. Keys are derived by one synchronous call of
 * node:crypto (about 2 ms; the library's own mechanism takes 10,000 asynchronous steps and 0.8 s) and
 * kept, so that a reconnect derives nothing.
 *
 * Texts are binary strings, one character a byte, as @xmpp/sasl passes them to base64.
 *
 * @module
 */
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import { type Random, systemRandom } from "../../random.ts";
import { saslPrep } from "./saslprep.ts";

/** Hash functions for which a SCRAM mechanism is defined here. */
export type ScramHash = "sha1" | "sha256";

/** What a password becomes for one salt and iteration count. */
export interface ScramKeys {
  /** Proves that the client knows the password. */
  readonly clientKey: Uint8Array;
  /** Hash of {@linkcode clientKey}: what the server has stored. */
  readonly storedKey: Uint8Array;
  /** Proves that the server knows the password. */
  readonly serverKey: Uint8Array;
}

const HASH_BYTES: Readonly<Record<ScramHash, number>> = { sha1: 20, sha256: 32 };
/** A server that asks for more would keep the process busy for seconds. */
const MOST_ITERATIONS = 1_000_000;
const MOST_CACHED = 4;
/** Random bytes in a nonce. */
const NONCE_BYTES = 18;

/** The server didn't prove that it knows the password, or broke the exchange's rules. */
export class ScramError extends Error {
  /** Name of the class. */
  override readonly name = "ScramError";
}

function hmac(hash: ScramHash, key: Uint8Array, text: string): Uint8Array {
  return createHmac(hash, key).update(text, "latin1").digest();
}

/** Text as bytes of UTF-8, one character a byte. */
export function toBinary(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

/** The keys of one password. */
export class ScramKeyCache {
  readonly #password: string;
  readonly #cached = new Map<string, ScramKeys>();

  /**
   * Prepares the password; keys are derived when they are asked for.
   *
   * @param password The password as typed.
   * @throws {SyntaxError} When it holds a forbidden character.
   */
  constructor(password: string) {
    this.#password = saslPrep(password);
  }

  /** The keys for a salt and iteration count, derived or remembered. */
  keys(hash: ScramHash, salt: Uint8Array, iterations: number): ScramKeys {
    const name = `${hash} ${iterations} ${salt.toBase64()}`;
    const cached = this.#cached.get(name);
    if (cached !== undefined) return cached;
    const salted = pbkdf2Sync(this.#password, salt, iterations, HASH_BYTES[hash], hash);
    const clientKey = hmac(hash, salted, "Client Key");
    const keys = {
      clientKey,
      storedKey: createHash(hash).update(clientKey).digest(),
      serverKey: hmac(hash, salted, "Server Key"),
    };
    if (this.#cached.size >= MOST_CACHED) this.#cached.clear();
    this.#cached.set(name, keys);
    return keys;
  }
}

/** Attributes of a SCRAM message: `r=…,s=…,i=…`. */
function parseAttributes(message: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const part of message.split(",")) {
    if (part[1] !== "=") throw new ScramError("Cannot read SCRAM message: attribute without value");
    attributes.set(part.slice(0, 1), part.slice(2));
  }
  return attributes;
}

function decodeBase64(text: string | undefined, what: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text ?? "");
  } catch {
    throw new ScramError(`Cannot read SCRAM message: ${what} is not base64`);
  }
}

/** Options of {@linkcode ScramExchange}. */
export interface ScramOptions {
  /** Hash function of the mechanism. */
  readonly hash: ScramHash;
  /** Local part of the account's JID. */
  readonly username: string;
  /** Keys of the account's password. */
  readonly keys: ScramKeyCache;
  /** Source of the nonce. Default: the system's. */
  readonly random?: Random | undefined;
}

/** One authentication, the client's side. */
export class ScramExchange {
  readonly #options: ScramOptions;
  readonly #nonce: string;
  readonly #clientFirstBare: string;
  #serverSignature: Uint8Array | undefined;

  /**
   * Draws a nonce.
   *
   * @param options Who logs in, and how.
   * @throws {SyntaxError} When the user name holds a forbidden character.
   */
  constructor(options: ScramOptions) {
    this.#options = options;
    this.#nonce = (options.random ?? systemRandom).bytes(NONCE_BYTES).toBase64();
    const name = saslPrep(options.username).replaceAll("=", "=3D").replaceAll(",", "=2C");
    this.#clientFirstBare = `n=${toBinary(name)},r=${this.#nonce}`;
  }

  /** The message that opens the exchange. */
  clientFirst(): string {
    return `n,,${this.#clientFirstBare}`;
  }

  /**
   * Answers the server's challenge with the proof that we know the password.
   *
   * @param serverFirst The challenge.
   * @returns The client's final message.
   * @throws {ScramError} When the challenge breaks the rules.
   */
  clientFinal(serverFirst: string): string {
    const attributes = parseAttributes(serverFirst);
    const nonce = attributes.get("r") ?? "";
    const salt = decodeBase64(attributes.get("s"), "salt");
    const iterations = Number(attributes.get("i"));
    if (attributes.has("m")) {
      throw new ScramError("Cannot answer SCRAM challenge: extension required");
    }
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) {
      throw new ScramError("Cannot answer SCRAM challenge: nonce is not based on ours");
    }
    if (!(Number.isInteger(iterations) && iterations > 0 && iterations <= MOST_ITERATIONS)) {
      throw new ScramError(`Cannot answer SCRAM challenge: ${attributes.get("i")} iterations`);
    }
    const { hash } = this.#options;
    const keys = this.#options.keys.keys(hash, salt, iterations);
    const withoutProof = `c=biws,r=${nonce}`; // biws: base64 of "n,,"
    const exchange = `${this.#clientFirstBare},${serverFirst},${withoutProof}`;
    const signature = hmac(hash, keys.storedKey, exchange);
    this.#serverSignature = hmac(hash, keys.serverKey, exchange);
    const proof = keys.clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
    return `${withoutProof},p=${new Uint8Array(proof).toBase64()}`;
  }

  /**
   * Checks the proof that the server knows the password too.
   *
   * @param serverFinal The server's final message.
   * @throws {ScramError} When the proof is missing or wrong.
   */
  verify(serverFinal: string): void {
    const attributes = parseAttributes(serverFinal);
    const signature = decodeBase64(attributes.get("v"), "signature");
    const expected = this.#serverSignature;
    if (
      expected === undefined || signature.length !== expected.length ||
      !timingSafeEqual(signature, expected)
    ) {
      throw new ScramError("Cannot trust server: its SCRAM signature is wrong");
    }
  }
}
