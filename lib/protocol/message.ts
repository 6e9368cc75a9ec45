/**
 * The message envelope (report 2.1): commands with their ids, acknowledgements, errors.
 *
 * @module
 */
import { decodeInfo, encodeInfo, type Info } from "./info.ts";
import { childNamed, type XmlElement } from "./xml.ts";

/**
 * How a message carries its content:
 * - `original`: attributes `ack` and `noack` of `<message>`, `<info>` inside `<body>`;
 * - `namespaced`: the same in a child element with a namespace, for servers that let nothing else pass
 *   (a modern ejabberd empties the original form).
 */
export type EnvelopeForm = "original" | "namespaced";

/** Namespace of the child element `<copilot>` of the namespaced form. */
export const ENVELOPE_NAMESPACE = "urn:cernvm:copilot:envelope:1";

/** What all messages have. */
export interface Envelope<Kind extends string> {
  /** Tells the forms of {@linkcode Message} apart; not on the wire. */
  readonly kind: Kind;
  /** JID of the sender, the full one as a server stamps it; empty where the stanza has none. */
  readonly from: string;
  /** JID of the receiver, as the sender wrote it; empty where the stanza has none. */
  readonly to: string;
}

/** A command on its way. */
export interface CommandMessage extends Envelope<"command"> {
  /** Unique id, acknowledged by the receiver; a message without one is not processed. */
  readonly id: string;
  /** True where the sender wants no acknowledgement. */
  readonly noack: boolean;
  /** True for a message to or from a whole room. */
  readonly groupchat: boolean;
  /** The command, to be understood by {@linkcode parseCommand}. */
  readonly info: Info;
  /** Default: `original`. */
  readonly form?: EnvelopeForm | undefined;
}

/** Says that a command has arrived and that its effect is stored. */
export interface AckMessage extends Envelope<"ack"> {
  /** Id of the message that was received, and never empty. */
  readonly ack: string;
  /** Default: `original`. */
  readonly form?: EnvelopeForm | undefined;
}

/** A stanza that came back, such as `service-unavailable`: the message `id` did not arrive. */
export interface ErrorMessage extends Envelope<"error"> {
  /** Id of the message that did not arrive, where the server repeats it. */
  readonly id: string | undefined;
  /** Defined condition of RFC 6120, 8.3.3, such as `service-unavailable`. */
  readonly condition: string;
}

/** Anything else: no id, no body, chat text; neither processed nor acknowledged. */
export interface OtherMessage extends Envelope<"other"> {
  /** Why it is no command, in a few words for the log. */
  readonly reason: string;
}

/** A message stanza, understood. */
export type Message = CommandMessage | AckMessage | ErrorMessage | OtherMessage;

/**
 * Writes a command or an acknowledgement in its form; in the original one byte for byte as the original,
 * whose acknowledgements have no body.
 *
 * @param message What is to be sent.
 * @returns The `<message>`, values encoded.
 */
export function encodeMessage(message: CommandMessage | AckMessage): XmlElement {
  const { from, to } = message;
  const isNamespaced = message.form === "namespaced";
  if (message.kind === "ack") {
    const { ack } = message;
    return isNamespaced
      ? { name: "message", attrs: { from, to }, children: [envelope({ ack })] }
      : { name: "message", attrs: { ack, from, to }, children: [] };
  }
  const { id, groupchat } = message;
  const attrs: Record<string, string> = { from, to, id };
  if (groupchat) attrs["type"] = "groupchat";
  const info = encodeInfo("info", message.info);
  if (isNamespaced) {
    const content = envelope(message.noack ? { noack: "1" } : {}, info);
    return { name: "message", attrs, children: [content] };
  }
  if (message.noack) attrs["noack"] = "1";
  return { name: "message", attrs, children: [{ name: "body", attrs: {}, children: [info] }] };
}

function envelope(
  attrs: Readonly<Record<string, string>>,
  ...children: readonly XmlElement[]
): XmlElement {
  return { name: "copilot", attrs: { xmlns: ENVELOPE_NAMESPACE, ...attrs }, children };
}

/**
 * Reads a message stanza. Accepts both forms, and all that the original sends: its corrupted resend
 * (`body='HASH(0x…)'`, plain attribute values), of several bodies or infos the last.
 *
 * @param stanza A `<message>`.
 * @returns What it is.
 */
export function decodeMessage(stanza: XmlElement): Message {
  const { attrs } = stanza;
  const from = attrs["from"] ?? "";
  const to = attrs["to"] ?? "";
  const error = attrs["type"] === "error" ? childNamed(stanza, "error") : undefined;
  if (error !== undefined) {
    return { kind: "error", from, to, id: attrs["id"], condition: conditionOf(error) };
  }
  const inner = stanza.children.find(isEnvelope);
  const form = inner === undefined ? "original" : "namespaced";
  const outer = (inner ?? stanza).attrs;
  const ack = outer["ack"];
  if (ack !== undefined) {
    return ack === ""
      ? { kind: "other", from, to, reason: "empty ack" }
      : { kind: "ack", from, to, ack, form };
  }
  const info = inner === undefined ? infoInBody(stanza) : lastChild(inner, "info");
  const id = attrs["id"];
  if (info === undefined) return { kind: "other", from, to, reason: "no info in it" };
  if (id === undefined || id === "") return { kind: "other", from, to, reason: "no id" };
  return {
    kind: "command",
    from,
    to,
    id,
    noack: outer["noack"] !== undefined,
    groupchat: attrs["type"] === "groupchat",
    info: decodeInfo(info),
    form,
  };
}

function isEnvelope(child: XmlElement | string): child is XmlElement {
  return typeof child !== "string" && child.name === "copilot" &&
    child.attrs["xmlns"] === ENVELOPE_NAMESPACE;
}

function infoInBody(stanza: XmlElement): XmlElement | undefined {
  const body = lastChild(stanza, "body");
  return body === undefined ? undefined : lastChild(body, "info");
}

function lastChild(element: XmlElement, name: string): XmlElement | undefined {
  const { children } = element;
  for (let index = children.length - 1; index >= 0; index--) {
    const child = children[index];
    if (typeof child === "object" && child.name === name) return child;
  }
  return undefined;
}

function conditionOf(error: XmlElement): string {
  const condition = error.children.find((child): child is XmlElement =>
    typeof child !== "string" && child.name !== "text"
  );
  return condition?.name ?? "undefined-condition";
}
