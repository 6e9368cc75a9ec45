/**
 * What a stanza is, seen at a glance: as much as watching millions of them allows. The role that gets it
 * reads it as a whole.
 *
 * @module
 */
import { parseCommand } from "../../lib/protocol/command_codec.ts";
import { decodeMessage } from "../../lib/protocol/message.ts";
import { decodeWord } from "../../lib/protocol/value.ts";
import { childNamed, type XmlElement } from "../../lib/protocol/xml.ts";

/** A message at a glance. */
export interface Glance {
  /** Name of the command, `ack` or `error`; empty for what is none of these. */
  readonly what: string;
  /** Id of the message; of the acknowledged one for an ack. */
  readonly id: string;
}

const NOTHING: Glance = { what: "", id: "" };

/**
 * Looks at a stanza, in either form.
 *
 * @param stanza Any stanza.
 * @returns What it is; a command is not decoded beyond its name.
 */
export function glance(stanza: XmlElement): Glance {
  if (stanza.name !== "message") return NOTHING;
  const { id = "", type } = stanza.attrs;
  const envelope = childNamed(stanza, "copilot");
  const ack = (envelope ?? stanza).attrs["ack"];
  if (ack !== undefined) return { what: "ack", id: ack };
  if (type === "error") return { what: "error", id };
  const content = envelope ?? childNamed(stanza, "body");
  const info = content === undefined ? undefined : childNamed(content, "info");
  const encoded = info?.attrs["command"];
  return encoded === undefined ? NOTHING : { what: decodeWord(encoded), id };
}

/**
 * Reads the command of a message.
 *
 * @param stanza A message of which {@linkcode glance} said that it is a command.
 * @returns The command, understood.
 */
export function commandOf(stanza: XmlElement) {
  const message = decodeMessage(stanza);
  return message.kind === "command" ? parseCommand(message.info) : undefined;
}
