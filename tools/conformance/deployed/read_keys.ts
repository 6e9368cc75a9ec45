/**
 * The keys that the command line names, for peers that protect their messages.
 *
 * @module
 */
import { UsageError } from "../../../lib/cli.ts";
import { tryParseJid } from "../../../lib/protocol/jid.ts";
import { parseKeyFile } from "../../../lib/secure/key_file.ts";
import { parsePeerFile } from "../../../lib/secure/peer_keys.ts";
import type { RsaPrivateKey, RsaPublicKey } from "../../../lib/secure/rsa_key.ts";
import { parseX25519PrivateKey } from "../../../lib/secure/x25519.ts";
import { readKeyOptions, readKeys } from "../../protection/key_option.ts";
import type { ConformanceOptions } from "../command_line.ts";
import type { SealedKeys, SecureManagerKeys } from "../stage.ts";

/** What there is of keys. */
export class Keys {
  readonly #options: ConformanceOptions;

  /** @param options The command line. */
  constructor(options: ConformanceOptions) {
    this.#options = options;
  }

  /** For a manager in the original's secure mode; `undefined` where no issuer of tickets is named. */
  async forManager(jid: string): Promise<SecureManagerKeys | undefined> {
    const { ticketIssuer } = this.#options;
    if (ticketIssuer === undefined) return undefined;
    const [manager, keyManager] = [await this.publicKey(jid), await this.privateKey(ticketIssuer)];
    return { manager, keyManager };
  }

  /** For a component in sealed mode; `undefined` where no key is named. */
  async forSealed(jid: string): Promise<SealedKeys | undefined> {
    const { sealedKey, sealedPeers } = this.#options;
    if (sealedKey === undefined && sealedPeers === undefined) return undefined;
    if (sealedKey === undefined) throw new UsageError("Cannot seal: --sealed-key is missing");
    if (sealedPeers === undefined) throw new UsageError("Cannot seal: --sealed-peers is missing");
    const own = await readKeys(sealedKey, parseX25519PrivateKey);
    const entries = await readKeys(sealedPeers, parsePeerFile);
    const tested = entries.findLast((entry) => isSame(entry.jid, jid))?.key;
    if (tested === undefined) throw new UsageError(`Cannot find ${jid} in ${sealedPeers}`);
    return { own, tested };
  }

  /**
   * A component's public key.
   *
   * @throws {UsageError} When the key file is missing or does not list it.
   */
  async publicKey(jid: string): Promise<RsaPublicKey> {
    const { publicKeys } = this.#options;
    if (publicKeys === undefined) {
      throw new UsageError(`Cannot write to ${jid}: --public-keys is missing`);
    }
    const entries = await readKeys(publicKeys, parseKeyFile);
    const key = entries.findLast((entry) => isSame(entry.jid, jid))?.key;
    if (key === undefined) throw new UsageError(`Cannot find ${jid} in ${publicKeys}`);
    return key;
  }

  /**
   * The private key of a component that the suite plays.
   *
   * @throws {UsageError} When none is given.
   */
  async privateKey(jid: string): Promise<RsaPrivateKey> {
    const key = (await readKeyOptions(this.#options.key)).get(tryParseJid(jid)?.bare ?? "");
    if (key === undefined) throw new UsageError(`Cannot play ${jid}: --key ${jid}=FILE is missing`);
    return key;
  }
}

/** True where both are of one account. */
function isSame(one: string, other: string): boolean {
  return tryParseJid(one)?.bare === tryParseJid(other)?.bare;
}
