/// <reference path="../../types/xmpp_parser.d.ts" />
/**
 * What a message costs on the wire's side: a recorded `want_getJob`, from its text to elements and back
 * to text, and from its text to the command and back. `@xmpp/xml` does the first alone; for the second
 * the values are decoded and encoded again with Node's buffers.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type Element, Parser } from "@xmpp/xml";
import {
  decodeMessage,
  encodeMessage,
  formatCommand,
  parseCommand,
  serializeXml,
} from "../../lib/protocol/mod.ts";
import { parseXml } from "../../lib/protocol/xml_parser.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { callsPerSecond } from "../hot_path.ts";
import { inRounds } from "../rounds.ts";
import type { Bench, BenchContext, Row } from "../row.ts";
import { messagesOf } from "../../test/traces.ts";

const STANZA = wantGetJob();
/** The first request for a job, as the manager's server sent it. */
function wantGetJob(): string {
  const found = messagesOf("job-happy-path.jsonl").find(({ line, stanza }) => {
    const message = decodeMessage(stanza);
    return line.dir === "s2c" && message.kind === "command" &&
      message.info.attributes["command"] === "want_getJob";
  });
  if (found === undefined) throw new Error("Cannot find want_getJob in the trace");
  return found.line.xml;
}

/** Understands a stanza and writes it again. */
function thereAndBack(stanza: XmlElement): string {
  const message = decodeMessage(stanza);
  if (message.kind !== "command") throw new Error("Cannot read the message");
  const command = parseCommand(message.info);
  return serializeXml(encodeMessage({ ...message, info: formatCommand(command) }));
}

/** What `parse` of @xmpp/xml does, which its index leaves out. */
function parseWithXmpp(text: string): Element {
  const parser = new Parser();
  let root: Element | undefined;
  parser.on("start", (element) => {
    root = element;
    parser.on("element", (child) => element.append(child));
  });
  parser.on("error", (error) => {
    throw error;
  });
  parser.write(text);
  if (root === undefined) throw new Error("Cannot read the message");
  return root;
}

const PREFIX = "_BASE64:";

/** Decodes all values of an info and encodes them again, as the original breaks their lines. */
function recodeValues(info: Element): void {
  for (const name of Object.keys(info.attrs)) {
    const text = Buffer.from((info.attrs[name] ?? "").slice(PREFIX.length), "base64").toString();
    const base64 = Buffer.from(text).toString("base64");
    info.attrs[name] = `${PREFIX}${base64.replace(/.{1,76}/g, "$&\n")}`;
  }
}

/** `@xmpp/xml` and Node's buffers, to the values and back. */
function thereAndBackWithXmpp(): void {
  const message = parseWithXmpp(STANZA);
  const info = message.getChild("body")?.getChild("info");
  if (info === undefined) throw new Error("Cannot read the message");
  recodeValues(info);
  message.toString();
}

async function measure(context: BenchContext): Promise<readonly Row[]> {
  const { runs, signal } = context;
  const elements = await inRounds(runs, {
    ours: callsPerSecond(() => void serializeXml(parseXml(STANZA)), context),
    xmpp: callsPerSecond(() => void parseWithXmpp(STANZA).toString(), context),
  }, signal);
  const commands = await inRounds(runs, {
    ours: callsPerSecond(() => void thereAndBack(parseXml(STANZA)), context),
    xmpp: callsPerSecond(thereAndBackWithXmpp, context),
  }, signal);
  const shared = { unit: "stanzas/s", better: "more" } as const;
  return [
    {
      ...shared,
      what: "want_getJob: text to elements and back",
      ours: elements.ours,
      peers: [{ name: "@xmpp/xml", samples: elements.xmpp, floor: 1.5 }],
    },
    {
      ...shared,
      what: "want_getJob: text to command and back",
      ours: commands.ours,
      peers: [{ name: "@xmpp/xml, node:buffer", samples: commands.xmpp, floor: 1.25 }],
    },
  ];
}

/** The codec beside that of a usual XMPP client. */
export const codec: Bench = {
  name: "codec",
  about: "a message from text to command and back, beside @xmpp/xml",
  measure,
};
