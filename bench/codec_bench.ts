/// <reference path="../types/xmpp_parser.d.ts" />
/**
 * What a message costs on the wire's side: a recorded `want_getJob`, from its text to the command and
 * back to text. `@xmpp/xml` stands beside it with less work: its elements are not understood, and the
 * values in them stay encoded. One iteration is one stanza, so iterations a second are stanzas a second.
 */
import { Parser } from "@xmpp/xml";
import {
  decodeMessage,
  encodeMessage,
  formatCommand,
  parseCommand,
  serializeXml,
} from "../lib/protocol/mod.ts";
import { parseXml, XmlStreamParser } from "../lib/protocol/xml_parser.ts";
import type { XmlElement } from "../lib/protocol/xml.ts";
import { messagesOf } from "../test/traces.ts";

const STANZA = wantGetJob();
const HEADER = "<stream:stream xmlns='jabber:client' " +
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

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
function parseWithXmpp(text: string): { toString(): string } {
  const parser = new Parser();
  let root: { toString(): string } | undefined;
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

const documents = "want_getJob, a document";

Deno.bench("@xmpp/xml: parse, serialise", { group: documents, baseline: true }, () => {
  parseWithXmpp(STANZA).toString();
});

Deno.bench("lib/protocol: parse, decode, encode, serialise", { group: documents }, () => {
  thereAndBack(parseXml(STANZA));
});

const stream = "want_getJob, in a stream";

const theirs = new Parser();
theirs.on("element", (element) => element.toString());
theirs.write(HEADER);

Deno.bench("@xmpp/xml: parse, serialise (stream)", { group: stream, baseline: true }, () => {
  theirs.write(STANZA);
});

const ours = new XmlStreamParser({ onStart() {}, onElement: thereAndBack, onEnd() {} });
ours.write(HEADER);

Deno.bench("lib/protocol: parse, decode, encode, serialise (stream)", { group: stream }, () => {
  ours.write(STANZA);
});
