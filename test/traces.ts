/** Recorded traffic of the original, `fixtures/traces`. */
import { fromFileUrl } from "@std/path";
import type { XmlElement } from "../lib/protocol/xml.ts";
import { parseXml } from "../lib/protocol/xml_parser.ts";

/** One stanza of a trace. */
export interface TraceLine {
  /** Seconds since the recording began. */
  readonly t: number;
  /** Who was connected: `agent`, `jm`, `hand` … */
  readonly conn: string;
  /** From the component or to it. */
  readonly dir: "c2s" | "s2c";
  readonly xml: string;
}

const FOLDER = fromFileUrl(new URL("../fixtures/traces/", import.meta.url));

/** Names of all traces. */
export function traceNames(): string[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".jsonl") && !name.endsWith("mongo-ops.jsonl")).sort();
}

/** Reads a trace. */
export function readTrace(name: string): TraceLine[] {
  return Deno.readTextFileSync(`${FOLDER}${name}`).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
}

/** The messages of a trace, parsed. */
export function messagesOf(
  name: string,
): { readonly line: TraceLine; readonly stanza: XmlElement }[] {
  return readTrace(name).filter(({ xml }) => /^<message[\s/>]/.test(xml))
    .map((line) => ({ line, stanza: parseXml(line.xml) }));
}
