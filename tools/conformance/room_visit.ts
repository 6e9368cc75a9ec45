/**
 * The suite's place in a Heartbeat room.
 *
 * @module
 */
import { xml, type XmlElement } from "../../lib/protocol/xml.ts";
import type { Peer } from "./peer.ts";

const MUC = "http://jabber.org/protocol/muc";
const MUC_USER = `${MUC}#user`;
/** What was said before is not for the tool. */
const NO_HISTORY = xml("history", { maxstanzas: "0" });

/** What is known of a room once it is joined. */
export interface Visit {
  /** Nicks of the others. */
  readonly nicks: readonly string[];
  /** Real full JID by nick, of those whom the room shows. */
  readonly jids: ReadonlyMap<string, string>;
}

/**
 * Joins a room and looks who is there.
 *
 * @param peer Who joins.
 * @param room Bare JID of the room.
 * @returns Who is there; `undefined` where the room cannot be joined.
 */
export async function visitRoom(peer: Peer, room: string): Promise<Visit | undefined> {
  const ownNick = peer.newId();
  const to = `${room}/${ownNick}`;
  peer.send(xml("presence", { to, id: ownNick }, xml("x", { xmlns: MUC }, NO_HISTORY)));
  // A room tells of its occupants first and of the newcomer last.
  const own = await peer.hearOther(
    "presence of the room",
    ({ name, attrs }) => name === "presence" && (attrs["from"] === to || attrs["type"] === "error"),
  );
  if (own.attrs["type"] === "error") return undefined;
  const others = peer.others.filter(({ name, attrs }) =>
    name === "presence" && attrs["type"] === undefined && attrs["from"] !== to &&
    attrs["from"]?.startsWith(`${room}/`) === true
  );
  const nickOf = (presence: XmlElement) => presence.attrs["from"]?.slice(room.length + 1) ?? "";
  const jids = others.flatMap((presence): [string, string][] => {
    const jid = realJid(presence);
    return jid === undefined ? [] : [[nickOf(presence), jid]];
  });
  return { nicks: [...new Set(others.map(nickOf))], jids: new Map(jids) };
}

function realJid({ children }: XmlElement): string | undefined {
  for (const child of children) {
    if (typeof child === "string" || child.attrs["xmlns"] !== MUC_USER) continue;
    for (const item of child.children) {
      if (typeof item !== "string" && item.attrs["jid"] !== undefined) return item.attrs["jid"];
    }
  }
  return undefined;
}
