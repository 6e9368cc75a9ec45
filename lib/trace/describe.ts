/**
 * A stanza in one line for people.
 *
 * @module
 */
import type { Info } from "../protocol/info.ts";
import { tryParseJid } from "../protocol/jid.ts";
import { decodeMessage } from "../protocol/message.ts";
import { childNamed, textOf, type XmlElement } from "../protocol/xml.ts";

/** A value as it is shown. */
export interface ShownValue {
  /** Its name, such as `jobID` or `job.command`. */
  readonly name: string;
  /** The decoded value. */
  readonly value: string;
}

/** A stanza, understood as far as showing it needs. */
export interface Description {
  /** `command`, `ack`, `error`, `presence`, `iq`, or `other` for a message that is none of Co-Pilot's. */
  readonly kind: "command" | "ack" | "error" | "presence" | "iq" | "other";
  /** What it is: the command's name, the error's condition, the kind of request. */
  readonly title: string;
  /** Its decoded values, nested ones as `job.command`. */
  readonly values: readonly ShownValue[];
}

/** Elements nested deeper are not shown. */
const DEEPEST = 8;
const UUID = /\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const LONG_HEX = /\b([0-9a-f]{8})[0-9a-f]{24,}\b/g;

/**
 * Understands a stanza for showing it.
 *
 * @param stanza Any `message`, `presence` or `iq`.
 * @returns What it is and says.
 */
export function describeStanza(stanza: XmlElement): Description {
  if (stanza.name === "presence") {
    const joins = childNamed(stanza, "x") !== undefined && stanza.attrs["type"] === undefined;
    return {
      kind: "presence",
      title: stanza.attrs["type"] ?? (joins ? "join" : "here"),
      values: [],
    };
  }
  if (stanza.name === "iq") return describeIq(stanza);
  const message = decodeMessage(stanza);
  if (message.kind === "ack") return { kind: "ack", title: `ack ${message.ack}`, values: [] };
  if (message.kind === "error") return { kind: "error", title: message.condition, values: [] };
  if (message.kind === "command") {
    const { command = "", ...attributes } = message.info.attributes;
    const values = [...valuesOf({ ...message.info, attributes }, "", DEEPEST)];
    return { kind: "command", title: command === "" ? "(no command)" : command, values };
  }
  const body = childNamed(stanza, "body");
  if (body?.attrs["info"] !== undefined) return { kind: "other", title: "(encrypted)", values: [] };
  const text = body === undefined ? "" : textOf(body).trim();
  return { kind: "other", title: text === "" ? `(${message.reason})` : `“${text}”`, values: [] };
}

function describeIq(stanza: XmlElement): Description {
  const { type = "" } = stanza.attrs;
  const payload = stanza.children.find((child): child is XmlElement => typeof child !== "string");
  const what = payload === undefined ? "" : ` ${payload.name} ${payload.attrs["xmlns"] ?? ""}`;
  return { kind: "iq", title: `${type}${what}`.trim(), values: [] };
}

function* valuesOf(info: Info, path: string, levelsLeft: number): Generator<ShownValue> {
  for (const name of Object.keys(info.attributes).sort()) {
    yield { name: `${path}${name}`, value: info.attributes[name] ?? "" };
  }
  if (levelsLeft === 0) return;
  for (const name of Object.keys(info.children)) {
    const child = info.children[name];
    if (child !== undefined) yield* valuesOf(child, `${path}${name}.`, levelsLeft - 1);
  }
}

/**
 * Shortens a value for a line: ids to their first eight digits, line ends to blanks, and the rest to
 * some length.
 *
 * @param value The value.
 * @param longest Characters at most.
 * @returns The short form.
 */
export function shortenValue(value: string, longest = 40): string {
  const short = value.replace(UUID, "$1").replace(LONG_HEX, "$1").replace(/\s+/g, " ").trim();
  const characters = [...short];
  return characters.length <= longest ? short : `${characters.slice(0, longest - 1).join("")}…`;
}

/** Shortens a JID: the account, and the resource where it is short. */
export function shortenJid(jid: string): string {
  const parsed = tryParseJid(jid);
  if (parsed === undefined) return jid;
  return shortenValue(parsed.resource === "" ? parsed.local : `${parsed.local}/${parsed.resource}`);
}

/**
 * Writes a stanza as one line: what it is, and its values.
 *
 * @param stanza The stanza.
 * @returns The line, such as `jobDone exitCode=0 jobID=e922bca1 state=ready`.
 */
export function summarizeStanza(stanza: XmlElement): string {
  const { kind, title, values } = describeStanza(stanza);
  const shown = values.filter(({ value }) => value !== "")
    .map(({ name, value }) => `${name}=${shortenValue(value, 30)}`);
  const what = kind === "command" || kind === "ack" ? title : `${stanza.name} ${title}`;
  return [shortenValue(what, 60), ...shown].join(" ");
}
