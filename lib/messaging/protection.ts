/**
 * From a configuration to a link that protects its messages.
 *
 * @module
 */
import { type Clock, systemClock } from "../clock.ts";
import { ConfigError } from "../config/config_error.ts";
import { type ProtectionVariables, protectionVariables } from "../config/protection_variables.ts";
import type { ConfigOf } from "../config/variables.ts";
import { messageOf } from "../error_message.ts";
import type { Logger } from "../log.ts";
import { type Random, systemRandom } from "../random.ts";
import { parseKeyFile } from "../secure/key_file.ts";
import { parsePeerFile, PeerKeys } from "../secure/peer_keys.ts";
import { parseRsaPrivateKey, type RsaPublicKey } from "../secure/rsa_key.ts";
import { parseX25519PrivateKey } from "../secure/x25519.ts";
import type { Link } from "./link.ts";
import { guardedLink } from "./message_guard.ts";
import { SealedGuard } from "./sealed_guard.ts";
import { SecureConsumer } from "./secure_consumer.ts";
import { SecureProvider } from "./secure_provider.ts";

/** How a component protects its messages. */
export type ProtectionConfig = ConfigOf<ProtectionVariables>;

/** Options of {@linkcode protectLink}. */
export interface ProtectionOptions {
  /** The component, for errors. */
  readonly component: string;
  /** First part of the names of its variables, for errors. */
  readonly prefix: string;
  /**
   * Side that it takes in secure mode: a `consumer` makes the session key, a `provider` opens requests
   * with its own, the `key-manager` gives tickets besides.
   */
  readonly side: "consumer" | "provider" | "key-manager";
  /** Told of what is refused. */
  readonly log: Logger;
  /** Time by which tickets and seals are judged. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Source of keys and salts; fit for cryptography. Default: the machine's. */
  readonly random?: Random | undefined;
}

/**
 * Puts the guard that is configured before a link.
 *
 * @param link The component's link.
 * @param config What is configured; nothing: messages stay clear.
 * @param options See {@linkcode ProtectionOptions}.
 * @returns The link for the component's container.
 * @throws {ConfigError} When both modes are on, a file is missing or holds no key, or a key is not listed.
 */
export async function protectLink(
  link: Link,
  config: ProtectionConfig,
  options: ProtectionOptions,
): Promise<Link> {
  const { secureMode, sealedKeyFile } = config;
  if (secureMode && sealedKeyFile !== undefined) {
    throw problem(options, "secureMode", "cannot be on together with sealed mode");
  }
  if (secureMode) return await secureLink(link, config, options);
  return sealedKeyFile === undefined ? link : await sealedLink(link, config, options);
}

async function secureLink(
  link: Link,
  config: ProtectionConfig,
  options: ProtectionOptions,
): Promise<Link> {
  const { keyManager, ticketCredential: credential } = config;
  const { log, clock = systemClock, random = systemRandom } = options;
  const common = { log, clock, random };
  if (options.side === "consumer") {
    const keys = await readKey(config, options, "publicKeysFile", keysByJid);
    return guardedLink(
      link,
      (port) => new SecureConsumer(port, { ...common, keys, keyManager, credential }),
    );
  }
  const own = await readKey(config, options, "privateKeyFile", parseRsaPrivateKey);
  const givesTickets = options.side === "key-manager";
  const keyManagerKey = givesTickets ? own.publicKey : await keyOfKeyManager(config, options);
  return guardedLink(
    link,
    (port) => new SecureProvider(port, { ...common, own, keyManager: keyManagerKey, givesTickets }),
  );
}

/** The key whose tickets let in; `undefined` where no key manager is configured. */
async function keyOfKeyManager(
  config: ProtectionConfig,
  options: ProtectionOptions,
): Promise<RsaPublicKey | undefined> {
  const { keyManager } = config;
  if (keyManager === undefined) return undefined;
  const keys = await readKey(config, options, "publicKeysFile", keysByJid);
  const key = keys.get(keyManager.full) ?? keys.get(keyManager.bare);
  if (key === undefined) {
    throw problem(options, "publicKeysFile", `does not list the key manager ${keyManager.bare}`);
  }
  return key;
}

async function sealedLink(
  link: Link,
  config: ProtectionConfig,
  options: ProtectionOptions,
): Promise<Link> {
  const { log, clock = systemClock, random = systemRandom } = options;
  const own = await readKey(config, options, "sealedKeyFile", parseX25519PrivateKey);
  const peers = await readKey(
    config,
    options,
    "sealedPeersFile",
    (text) => new PeerKeys(parsePeerFile(text)),
  );
  return guardedLink(link, (port) => new SealedGuard(port, { own, peers, log, clock, random }));
}

function keysByJid(text: string): ReadonlyMap<string, RsaPublicKey> {
  return new Map(parseKeyFile(text).map(({ jid, key }) => [jid, key]));
}

/** A variable that names a file of keys. */
type KeyVariable = "publicKeysFile" | "privateKeyFile" | "sealedKeyFile" | "sealedPeersFile";

async function readKey<Key>(
  config: ProtectionConfig,
  options: ProtectionOptions,
  variable: KeyVariable,
  parse: (text: string) => Key,
): Promise<Key> {
  const path = config[variable];
  if (path === undefined) throw problem(options, variable, "is not set");
  try {
    return parse(await Deno.readTextFile(path));
  } catch (error) {
    const reason = messageOf(error);
    throw problem(options, variable, `= ${JSON.stringify(path)} cannot be used`, reason);
  }
}

function problem(
  { component, prefix }: ProtectionOptions,
  variable: keyof ProtectionVariables,
  text: string,
  where = "messages were to be protected",
): ConfigError {
  const { name, meaning, example } = protectionVariables(prefix)[variable];
  return new ConfigError(component, [{
    subject: name,
    problem: text,
    where,
    meaning,
    example: `${name} ${example}`,
  }]);
}
