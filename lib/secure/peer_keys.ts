/**
 * Whom the sealed mode knows: the public keys of components by JID, and the file that lists them.
 *
 * @module
 */
import { type Jid, tryParseJid } from "../protocol/jid.ts";
import { importX25519PublicKey, type X25519PublicKey } from "./x25519.ts";
import { RecentMap } from "./recent_map.ts";
import { SecurityError } from "./security_error.ts";

/** An entry. */
export interface PeerEntry {
  /** The component: bare for all its sessions, or full for one of them. */
  readonly jid: string;
  /** Its static key, of which it alone has the private half. */
  readonly key: X25519PublicKey;
}

/** Largest file in characters. */
const LARGEST_FILE = 8 << 20;
/** Entries at most. */
const MOST_ENTRIES = 100_000;
const KEY_TYPE = "x25519";
const ENTRY = /^(\S.*)\s+x25519\s+([A-Za-z0-9+/]{43}=)$/;

/**
 * Reads a file of peers: lines of `JID x25519 KEY`, the key in base64. Empty lines and lines that begin
 * with `#` are skipped.
 *
 * @param text What is in the file.
 * @returns The entries in order; JIDs in their canonical form.
 * @throws {SecurityError} `bad-key` with the line; `too-large`: the file has more than 8 MiB or 100,000
 * entries.
 */
export function parsePeerFile(text: string): PeerEntry[] {
  if (text.length > LARGEST_FILE) throw new SecurityError("too-large");
  const entries: PeerEntry[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const written = line.trim();
    if (written === "" || written.startsWith("#")) continue;
    if (entries.length === MOST_ENTRIES) throw new SecurityError("too-large");
    const [, jidText, base64 = ""] = ENTRY.exec(written) ?? [];
    const jid = tryParseJid(jidText)?.full;
    if (jid === undefined) {
      throw new SecurityError("bad-key", `: line ${index + 1} is not JID ${KEY_TYPE} KEY`);
    }
    entries.push({ jid, key: importX25519PublicKey(Uint8Array.fromBase64(base64)) });
  }
  return entries;
}

/** Writes entries, to be a file of peers or the next lines of one. */
export function formatPeerFile(entries: readonly PeerEntry[]): string {
  return entries.map(({ jid, key }) => `${jid} ${KEY_TYPE} ${key.bytes.toBase64()}\n`).join("");
}

/** Full JIDs at most of which it is remembered which key they use. */
const MOST_REMEMBERED = 100_000;

/**
 * The keys of all peers. A JID may have several: agents that share an account, or an old key beside its
 * successor. All of them are accepted; a message goes to the one that its receiver has last used, else
 * to the one that is listed last.
 */
export class PeerKeys {
  readonly #byJid = new Map<string, X25519PublicKey[]>();
  readonly #lastUsed = new RecentMap<X25519PublicKey>(MOST_REMEMBERED);

  /**
   * Takes the entries in their order: of several for one JID the last is its newest key.
   *
   * @param entries The peers, such as {@linkcode parsePeerFile} reads them.
   */
  constructor(entries: Iterable<PeerEntry>) {
    for (const { jid, key } of entries) {
      const keys = this.#byJid.get(jid);
      if (keys === undefined) this.#byJid.set(jid, [key]);
      else keys.push(key);
    }
  }

  /** True where there is a key for that component. */
  has(jid: Jid): boolean {
    return this.#keysOf(jid).length > 0;
  }

  /** The key for a message to that component; `undefined` where there is none. */
  keyFor(jid: Jid): X25519PublicKey | undefined {
    return this.#lastUsed.get(jid.full) ?? this.#keysOf(jid).at(-1);
  }

  /** The key with that id, if it is one of that component's. */
  keyOf(jid: Jid, id: string): X25519PublicKey | undefined {
    return this.#keysOf(jid).find((key) => key.id === id);
  }

  /** A message came from that session, sealed with that key. */
  used(jid: Jid, key: X25519PublicKey): void {
    this.#lastUsed.set(jid.full, key);
  }

  #keysOf(jid: Jid): readonly X25519PublicKey[] {
    return this.#byJid.get(jid.full) ?? this.#byJid.get(jid.bare) ?? [];
  }
}
