/**
 * One end of the sealed mode, as cases play it, and what stands on the wire.
 *
 * @module
 */
import { systemRandom } from "../../../lib/random.ts";
import { xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { encodeInfo } from "../../../lib/protocol/info.ts";
import type { X25519PrivateKey, X25519PublicKey } from "../../../lib/secure/x25519.ts";
import { SealedSpeaker } from "../../protection/sealed_speaker.ts";
import type { Peer } from "../peer.ts";
import type { SealedKeys, StageBase } from "../stage.ts";
import { must, mustEqual } from "../verdict.ts";

const ELEMENT = "sealed";
/** What a sealed message shows of itself. */
const OUTSIDE = ["from", "to", "id", "xml:lang"];

/** How somebody differs from who is expected. */
export interface SealedTraits {
  /** Own key. Default: the one that the tested component lists. */
  readonly own?: X25519PrivateKey | undefined;
  /** Key to seal for. Default: the tested component's. */
  readonly key?: X25519PublicKey | undefined;
  /** Milliseconds by which its clock is ahead. Default: 0. */
  readonly aheadMs?: number | undefined;
  /** Full JID that it says it has. Default: its own. */
  readonly jid?: string | undefined;
}

/** Makes what seals for the tested component. */
export function sealedSpeaker(
  { clock, sealed }: StageBase & { readonly sealed: SealedKeys },
  peer: Peer,
  to: string,
  traits: SealedTraits = {},
): SealedSpeaker {
  const { own = sealed.own, key = sealed.tested, aheadMs, jid = peer.jid } = traits;
  return new SealedSpeaker({ jid, own, to, key, aheadMs, clock, random: systemRandom });
}

/** A command in clear words, not sent yet. */
export function commandStanza(
  peer: Peer,
  to: string,
  attributes: Readonly<Record<string, string>>,
): XmlElement {
  const info = encodeInfo("info", { attributes, children: {} });
  return xml("message", { from: peer.bare, to, id: peer.newId() }, xml("body", {}, info));
}

/** Rewrites the box of a sealed message. */
export function withBox(stanza: XmlElement, change: (box: string) => string): XmlElement {
  const children = stanza.children.map((child) =>
    typeof child === "string"
      ? child
      : { ...child, attrs: { ...child.attrs, box: change(child.attrs["box"] ?? "") } }
  );
  return { ...stanza, children };
}

/** Changes one character in the middle of a box. */
export function damaged(box: string): string {
  const at = Math.floor(box.length * 0.7);
  return `${box.slice(0, at)}${box[at] === "A" ? "B" : "A"}${box.slice(at + 1)}`;
}

/** Makes sure that a message is sealed, and shows nothing but its way and its id. */
export function mustBeSealed(wire: XmlElement): void {
  mustEqual(
    Object.keys(wire.attrs).filter((name) => !OUTSIDE.includes(name)),
    [],
    "Attributes that show",
  );
  const [child, ...more] = wire.children;
  must(typeof child === "object" && child.name === ELEMENT, "The message is not sealed");
  mustEqual(more.length, 0, "Number of further children");
}

/** Makes sure that something that was sent has no effect and gets no answer of any kind. */
export async function mustBeDeaf(peer: Peer): Promise<void> {
  const before = peer.acks.length;
  await peer.hearNo(undefined);
  mustEqual(peer.acks.length - before, 0, "Number of acknowledgements");
}
