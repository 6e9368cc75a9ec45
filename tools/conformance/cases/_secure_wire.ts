/**
 * What stands on the wire in the original's secure mode.
 *
 * @module
 */
import { readSessionStanza } from "../../../lib/messaging/session_stanza.ts";
import { childNamed, type XmlElement } from "../../../lib/protocol/xml.ts";
import type { SessionBody } from "../../../lib/secure/session_envelope.ts";
import { must, mustEqual, mustMatch } from "../verdict.ts";

/** How the original writes a value; servers turn its line breaks into blanks. */
const VALUE = /^_BASE64:[A-Za-z0-9+/=\s]+$/;

/**
 * Makes sure that a message is encrypted, and that its body has certain attributes and nothing else.
 *
 * @param wire The message as it came.
 * @param names The attributes, in the order of the alphabet.
 * @returns Their values, decoded once.
 */
export function mustCarry(wire: XmlElement, names: readonly string[]): SessionBody {
  const body = childNamed(wire, "body");
  must(body !== undefined, "The message has no body");
  mustEqual(Object.keys(body.attrs).sort(), [...names], "Attributes of the body");
  mustEqual(body.children.length, 0, "Number of the body's children");
  for (const name of names) mustMatch(body.attrs[name], VALUE, name);
  const { body: read } = readSessionStanza(wire);
  must(read !== undefined, "The message is not encrypted");
  return read;
}
