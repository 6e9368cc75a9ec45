/** Recorded traffic of the original, `fixtures/traces`. */
import { fromFileUrl } from "@std/path";
import type { XmlElement } from "../lib/protocol/xml.ts";
import { parseTrace, type TraceRecord } from "../lib/trace/mod.ts";
import { parseXml } from "../lib/protocol/xml_parser.ts";

const FOLDER = fromFileUrl(new URL("../fixtures/traces/", import.meta.url));

/** Path of a trace's file. */
export function tracePath(name: string): string {
  return `${FOLDER}${name}`;
}

/** Names of all traces. */
export function traceNames(): string[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".jsonl") && !name.endsWith("mongo-ops.jsonl")).sort();
}

/** Reads a trace. */
export function readTrace(name: string): TraceRecord[] {
  return parseTrace(Deno.readTextFileSync(tracePath(name)));
}

/** The messages of a trace, parsed. */
export function messagesOf(
  name: string,
): { readonly line: TraceRecord; readonly stanza: XmlElement }[] {
  return readTrace(name).filter(({ xml }) => /^<message[\s/>]/.test(xml))
    .map((line) => ({ line, stanza: parseXml(line.xml) }));
}
