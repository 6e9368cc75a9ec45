/**
 * Cryptography of both secure modes, without I/O and clock: the original's, byte for byte
 * (`session_*`, tickets, key files), and the sealed mode (`sealed_*`, peers), which the original does not
 * have.
 *
 * @example A command, there and back, in the original's mode
 * ```ts
 * import { decryptInfo, encryptInfo, newSessionKey } from "./mod.ts";
 * import { systemRandom } from "../random.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const sessionKey = newSessionKey(systemRandom);
 * const info = { attributes: { command: "getTicket", credential: "blah" }, children: {} };
 * const encrypted = encryptInfo(info, sessionKey, systemRandom);
 * assertEquals(decryptInfo(encrypted, sessionKey).attributes["command"], "getTicket");
 * ```
 *
 * @module
 */
export * from "./constant_time.ts";
export * from "./error_answer.ts";
export * from "./key_file.ts";
export * from "./peer_keys.ts";
export * from "./received_keys.ts";
export * from "./rsa_key.ts";
export * from "./sealed_envelope.ts";
export * from "./security_error.ts";
export * from "./sender_limit.ts";
export * from "./session_envelope.ts";
export * from "./session_key.ts";
export * from "./ticket.ts";
export * from "./x25519.ts";
