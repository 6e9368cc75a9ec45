/**
 * Good texts of every kind, from recorded traffic of the original and from vectors.
 *
 * @module
 */
import type { Info } from "../../lib/protocol/info.ts";
import { decodeMessage } from "../../lib/protocol/message.ts";
import { parseXml } from "../../lib/protocol/xml_parser.ts";
import { messagesOf, readTrace, traceNames, tracePath } from "../traces.ts";

function unique(texts: Iterable<string>): string[] {
  return [...new Set(texts)];
}

const fixture = (path: string) =>
  Deno.readTextFileSync(new URL(`../../fixtures/${path}`, import.meta.url));

const TRACES = traceNames();

/** Lines of trace files. */
export const traceLines: readonly string[] = TRACES
  .flatMap((name) => Deno.readTextFileSync(tracePath(name)).split("\n").slice(0, 40))
  .filter((line) => line !== "");

const PIECES = unique(TRACES.flatMap((name) => readTrace(name).map(({ xml }) => xml)));

/** Whole stanzas: messages, presences, queries, steps of the negotiation. */
export const stanzas: readonly string[] = PIECES.filter((xml) => !xml.includes("<stream:stream"))
  .filter((xml) => xml !== "</stream:stream>");

/** Stanzas that are messages. */
export const messages: readonly string[] = stanzas.filter((xml) => /^<message[\s/>]/.test(xml));

/** Recorded sessions: the header of a stream and its first stanzas. */
export const streams: readonly string[] = TRACES.map((name) =>
  readTrace(name).filter(({ conn, dir }, _, all) => conn === all[0]?.conn && dir === "s2c")
    .map(({ xml }) => xml)
).map((pieces) => {
  const header = pieces.findLastIndex((xml) => xml.includes("<stream:stream"));
  return pieces.slice(header, header + 12).join("");
});

function textsIn({ attributes, children }: Info): readonly (readonly [string, string])[] {
  return [...Object.entries(attributes), ...Object.values(children).flatMap(textsIn)];
}

/** Decoded values of all recorded commands, with the names of their attributes. */
const VALUES = TRACES.flatMap((name) =>
  messagesOf(name).flatMap(({ stanza }) => {
    const message = decodeMessage(stanza);
    return message.kind === "command" ? textsIn(message.info) : [];
  })
);

const valuesOf = (...names: readonly string[]) =>
  unique(VALUES.filter(([name]) => names.includes(name)).map(([, value]) => value));

/** Encoded values as they stand in attributes. */
export const encodedValues: readonly string[] = unique(
  messages.flatMap((xml) => {
    const info = [parseXml(xml)].flatMap((message) => message.children)
      .flatMap((child) => typeof child === "string" ? [] : child.children)
      .filter((child) => typeof child !== "string");
    return info.flatMap(({ attrs }) => Object.values(attrs));
  }),
);

/** `jmJobData` and the answers of Heartbeat. */
export const hashStrings: readonly string[] = [
  ...valuesOf("jmJobData", "status"),
  "time=1795343304####list=a::::b::::c####",
];

/** What agents say of their machines. */
export const jdls: readonly string[] = [
  ...valuesOf("jdl"),
  '[ Type = "Job"; Requirements = (other.Platform == "a\\"b;c") && (1 < 2); List = {1, {2}}; ]',
];

/** Names of accounts and their sessions. */
export const jids: readonly string[] = unique(
  messages.flatMap((xml) => {
    const { from = "", to = "" } = parseXml(xml).attrs;
    return [from, to];
  }),
).filter((jid) => jid !== "");

/** Jobs as they wait in Redis. */
export const jobDescriptions: readonly string[] = [
  "chirp.example.org:9094::::/jobs/1::::###run.sh::::run.sh::::1 2::::A=1\n::::VO@a::1::::",
  "chirp::::1::::a.txt###b/c.txt###run.sh::::run.sh::::::::::::::::",
  "127.0.0.1:9094::::1cd8::::data.txt###calc.sh::::calc.sh::::'a b' $X::::export X='1'::::::::",
];

/** Configuration of components, and of their logs. */
export const configTexts: readonly string[] = [
  fixture("config/copilot-agent.conf"),
  "\ufeff# Redis\nJM_REDIS_SERVER localhost\r\nJM_REDIS_PORT 6379 # the usual\nEMPTY\n",
];
/** Log::Dispatch configuration. */
export const dispatchTexts: readonly string[] = [
  fixture("config/loggerConf/agent"),
  "dispatchers = file screen\nformat = [%d{%Y-%m-%d}] [%p] %m%n\n[file]\nclass = Log::Dispatch::File" +
  "\nmin_level = debug\nmax_level=error\nfilename = /var/log/a.log\nmode = append\npermissions = 0644" +
  "\n[screen]\nclass = Log::Dispatch::Screen\nmin_level = info\nstderr = 1\n",
];

/** Public keys of components. */
export const keyFiles: readonly string[] = [fixture("secure/public_keys.txt")];
