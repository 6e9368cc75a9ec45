/**
 * Who stands in, on a live server, for the components of a trace.
 *
 * @module
 */
import { UsageError } from "../../../lib/cli.ts";
import { Jid, tryParseJid } from "../../../lib/protocol/jid.ts";
import { bareOf } from "../open_trace.ts";
import type { Player } from "./script.ts";

/** Somebody of now for somebody of the trace. */
export interface StandIn {
  /** Bare JID in the trace; `undefined`: there is one only. */
  readonly then?: string | undefined;
  /** JID of now. */
  readonly now: string;
}

/** Who stands in, by bare JID in the trace. */
export type StandIns = ReadonlyMap<string, { readonly jid: Jid }>;

/** `THEN=NOW`, or `NOW` alone. */
const NAMED = /^([^=]+@[^=]+)=(.+@.+)$/;

/**
 * Reads a stand-in.
 *
 * @param text `JID`, or `JID=JID`: in the trace, and now.
 * @throws {UsageError} When a part is no JID.
 */
export function parseStandIn(text: string): StandIn {
  const [, then, named] = NAMED.exec(text) ?? [];
  const now = named ?? text;
  for (const jid of [then ?? now, now]) {
    if (tryParseJid(jid) === undefined) {
      throw new UsageError(`Cannot read ${JSON.stringify(text)}: it is neither JID nor JID=JID`);
    }
  }
  return { then: then === undefined ? undefined : bareOf(then), now };
}

/**
 * Gives everybody of a trace a stand-in.
 *
 * @param flag Name of the flag that names them, for errors.
 * @param players Components of the trace.
 * @param given Their stand-ins.
 * @returns Who stands in, by bare JID in the trace.
 * @throws {UsageError} When somebody has none, or is several processes in the trace.
 */
export function assignStandIns<Given extends StandIn>(
  flag: string,
  players: readonly Player[],
  given: readonly Given[],
): ReadonlyMap<string, Given & { readonly jid: Jid }> {
  const assigned = new Map<string, Given & { readonly jid: Jid }>();
  const names = players.map(({ jid }) => jid).join(", ");
  for (const { jid } of players) {
    const bare = bareOf(jid);
    if (assigned.has(bare)) {
      throw new UsageError(`Cannot replay ${bare} live: it is more than one process, ${names}`);
    }
    const own = given.find(({ then }) => then === bare) ??
      (players.length === 1 ? given.find(({ then }) => then === undefined) : undefined);
    if (own === undefined) {
      throw new UsageError(
        `Cannot replay live without ${flag} ${bare}=JID: the trace has ${names}`,
      );
    }
    assigned.set(bare, { ...own, jid: Jid.parse(own.now) });
  }
  return assigned;
}
