/**
 * The way of each stanza through a trace: where it left a component and where it arrived.
 *
 * @module
 */
import { tryParseJid } from "../protocol/jid.ts";
import type { XmlElement } from "../protocol/xml.ts";
import type { TraceSession, TraceStanza } from "./sessions.ts";

/** A stanza on its way. At least one of `sent` and `deliveries` is there. */
export interface Passage {
  /** As it left its component; `undefined` where it came from a server or from somebody not recorded. */
  readonly sent: TraceStanza | undefined;
  /** As it arrived, once for each receiver. */
  readonly deliveries: readonly TraceStanza[];
}

/** A passage that may still arrive somewhere. */
interface OpenPassage extends Passage {
  readonly deliveries: TraceStanza[];
}

/**
 * Pairs what was sent with what arrived: messages, requests and their answers, and presence that has
 * an addressee.
 *
 * @param stanzas The stanzas of a trace, in order.
 * @returns The passages in the order in which they began.
 */
export function findPassages(stanzas: readonly TraceStanza[]): Passage[] {
  const passages: { readonly at: number; readonly passage: OpenPassage }[] = [];
  const open = new Map<string, OpenPassage[]>();
  for (const sent of stanzas) {
    if (sent.record.dir !== "c2s" || !isAddressed(sent.stanza)) continue;
    const passage: OpenPassage = { sent, deliveries: [] };
    passages.push({ at: sent.record.line, passage });
    for (const sender of sendersOf(sent)) {
      const key = keyOf(sent.stanza, sender);
      const others = open.get(key);
      if (others === undefined) open.set(key, [passage]);
      else others.push(passage);
    }
  }
  for (const arrived of stanzas) {
    if (arrived.record.dir !== "s2c" || !isAddressed(arrived.stanza)) continue;
    const key = keyOf(arrived.stanza, arrived.stanza.attrs["from"] ?? "");
    const passage = open.get(key)?.find(({ deliveries }) => isNew(arrived, deliveries));
    if (passage !== undefined) passage.deliveries.push(arrived);
    // Servers alone tell of presence; nobody else sent it to this receiver.
    else if (arrived.stanza.name !== "presence") {
      const alone = { sent: undefined, deliveries: [arrived] };
      passages.push({ at: arrived.record.line, passage: alone });
    }
  }
  return passages.sort((one, other) => one.at - other.at).map(({ passage }) => passage);
}

function isAddressed({ name, attrs }: XmlElement): boolean {
  return name !== "presence" || attrs["to"] !== undefined;
}

function isNew(arrived: TraceStanza, deliveries: readonly TraceStanza[]): boolean {
  return !deliveries.some(({ session }) => session === arrived.session);
}

/** JIDs as which a receiver may see the sender: its own, and its place in the room it speaks in. */
function sendersOf({ session, stanza }: TraceStanza): readonly string[] {
  const room = tryParseJid(stanza.attrs["to"])?.bare;
  const occupants = session.occupants.filter((jid) => tryParseJid(jid)?.bare === room);
  if (stanza.name === "presence") return [session.jid ?? "", bareOf(session)];
  return occupants.length > 0 ? occupants : [session.jid ?? ""];
}

function bareOf({ jid }: TraceSession): string {
  return tryParseJid(jid)?.bare ?? "";
}

function keyOf({ name, attrs }: XmlElement, sender: string): string {
  return JSON.stringify([
    name,
    sender,
    attrs["id"] ?? "",
    attrs["ack"] ?? null,
    attrs["type"] ?? "",
  ]);
}
