/**
 * Keys of now for a live replay in the original's secure mode.
 *
 * @module
 */
import { UsageError } from "../../../lib/cli.ts";
import { readSessionStanza } from "../../../lib/messaging/session_stanza.ts";
import type { RsaPublicKey } from "../../../lib/secure/rsa_key.ts";
import { ANSWER, bareOf, PROTECTED, REQUEST, type TraceKeys } from "../open_trace.ts";
import type { Script } from "./script.ts";
import type { EdgeKeys } from "./secure_edge.ts";
import type { StandIns } from "./stand_ins.ts";

/** Keys that a live replay is given. */
export interface LiveKeys {
  /**
   * Private keys by bare JID: of components of the trace, which open it, and of the accounts that play
   * managers and key managers. Session keys and tickets are new ones.
   */
  readonly privateKeys: TraceKeys;
  /** Public keys of the live peers by bare JID. */
  readonly publicKeys: ReadonlyMap<string, RsaPublicKey>;
}

/**
 * Finds out who has which key.
 *
 * @param script The script, opened.
 * @param keys See {@linkcode LiveKeys}.
 * @param accounts As whom somebody of the trace is played.
 * @param peers Who stands opposite.
 * @throws {UsageError} When a key is missing without which a component would be silent, or speak in clear.
 */
export function liveEdgeKeys(
  { says }: Script,
  { privateKeys, publicKeys }: LiveKeys,
  accounts: StandIns,
  peers: StandIns,
): EdgeKeys {
  const nowOf = (then: string, standIns: StandIns) => standIns.get(bareOf(then))?.jid.bare ?? "";
  const ownKey = (jid: string) => privateKeys.get(nowOf(jid, accounts));
  const keyOf = (jid: string) => publicKeys.get(bareOf(jid));
  for (const { speaker, stanza } of says) {
    const { to = "" } = stanza.attrs;
    const protection = readSessionStanza(stanza).info?.attrs[PROTECTED];
    if (protection === ANSWER && ownKey(speaker) === undefined) {
      const jid = nowOf(speaker, accounts);
      throw new UsageError(`Cannot play ${bareOf(speaker)}: --key ${jid}=FILE is missing`);
    }
    if (protection === REQUEST && keyOf(nowOf(to, peers)) === undefined) {
      const jid = nowOf(to, peers);
      throw new UsageError(`Cannot write to ${jid}: its key is not in --public-keys FILE`);
    }
  }
  return { ownKey, keyOf };
}
