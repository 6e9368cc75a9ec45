/**
 * Who was on each connection of a trace: the JID it was given, the rooms it joined, when it lived.
 *
 * @module
 */
import { tryParseJid } from "../protocol/jid.ts";
import { childNamed, textOf, type XmlElement } from "../protocol/xml.ts";
import { parseXml, XmlError } from "../protocol/xml_parser.ts";
import type { TraceRecord } from "./format.ts";

/** One connection. */
export interface TraceSession {
  /** Its name, such as `agent#2`. */
  readonly conn: string;
  /** Name of the component: the same for a connection that follows another one of its kind. */
  readonly component: string;
  /** Full JID; `undefined` where it was never given one. */
  readonly jid: string | undefined;
  /** Own JID in each room it joined, `room/nick`. */
  readonly occupants: readonly string[];
  /** First and last record. */
  readonly first: TraceRecord;
  /** Last record. */
  readonly last: TraceRecord;
  /** The record that gave the JID; what follows it are stanzas. */
  readonly bound: TraceRecord | undefined;
  /** True where one side ended the stream. */
  readonly ended: boolean;
}

/** A stanza of a trace. */
export interface TraceStanza {
  /** Where it stands. */
  readonly record: TraceRecord;
  /** The `message`, `presence` or `iq`. */
  readonly stanza: XmlElement;
  /** On whose connection. */
  readonly session: TraceSession;
}

const STANZA = /^\s*<(message|presence|iq)[\s/>]/;
const MUC = "http://jabber.org/protocol/muc";
/** Far beyond what servers let through; the line's own limit is the one that counts. */
const LIMITS = { maxStanzaBytes: 64 << 20 };

/**
 * Reads the piece of a record as a stanza.
 *
 * @param record The record.
 * @returns The element; `undefined` for a header, an end, a step of the negotiation, and for what is no XML.
 */
export function stanzaOf(record: TraceRecord): XmlElement | undefined {
  if (!STANZA.test(record.xml)) return undefined;
  try {
    return parseXml(record.xml, LIMITS);
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

/** What is known of a connection while its records are read. */
interface Draft {
  readonly conn: string;
  readonly first: TraceRecord;
  readonly occupants: string[];
  last: TraceRecord;
  jid?: string;
  bound?: TraceRecord;
  ended: boolean;
}

/**
 * Finds the connections of a trace.
 *
 * @param records The trace.
 * @returns Its connections in the order in which they began, and all stanzas after their login.
 */
export function readSessions(
  records: readonly TraceRecord[],
): { readonly sessions: readonly TraceSession[]; readonly stanzas: readonly TraceStanza[] } {
  const drafts = new Map<string, Draft>();
  const resumable = new Map<string, string>();
  const found: { record: TraceRecord; stanza: XmlElement }[] = [];
  for (const record of records) {
    const draft = drafts.get(record.conn) ??
      { conn: record.conn, first: record, last: record, occupants: [], ended: false };
    drafts.set(record.conn, draft);
    draft.last = record;
    if (record.xml.endsWith("</stream:stream>")) draft.ended = true;
    resume(record, draft, resumable);
    const stanza = stanzaOf(record);
    if (stanza === undefined) continue;
    const jid = boundJid(record, stanza);
    if (jid !== undefined && draft.jid === undefined) {
      draft.jid = jid;
      draft.bound = record;
    } else if (draft.bound !== undefined && !isSessionRequest(stanza)) {
      const occupant = joinedAs(record, stanza);
      if (occupant !== undefined) draft.occupants.push(occupant);
      found.push({ record, stanza });
    }
  }
  const sessions = new Map<string, TraceSession>();
  for (const draft of drafts.values()) sessions.set(draft.conn, sessionOf(draft, sessions));
  const stanzas = found.flatMap(({ record, stanza }) => {
    const session = sessions.get(record.conn);
    return session === undefined ? [] : [{ record, stanza, session }];
  });
  return { sessions: [...sessions.values()], stanzas };
}

/** Takes a stream that is resumed (XEP-0198) for the session that it goes on with. */
function resume(record: TraceRecord, draft: Draft, resumable: Map<string, string>): void {
  const [, step, id] =
    /^<(enabled|resumed)\s[^>]*?\b(?:id|previd)=(?:'|")([^'"]*)/.exec(record.xml) ??
      [];
  if (record.dir !== "s2c" || id === undefined) return;
  const jid = resumable.get(id);
  if (step === "enabled" && draft.jid !== undefined) resumable.set(id, draft.jid);
  else if (step === "resumed" && jid !== undefined && draft.jid === undefined) {
    draft.jid = jid;
    draft.bound = record;
  }
}

function sessionOf(draft: Draft, earlier: ReadonlyMap<string, TraceSession>): TraceSession {
  const base = /^(.+)#\d+$/.exec(draft.conn)?.[1] ?? draft.conn;
  // Two connections of an account that live side by side are two components: managers on one JID.
  const beside = [...earlier.values()].some(({ component, jid, last }) =>
    component === base && jid !== draft.jid && last.t > draft.first.t
  );
  const { conn, jid, occupants, first, last, bound, ended } = draft;
  const component = beside ? conn : base;
  return { conn, component, jid, occupants, first, last, bound, ended };
}

/** The full JID that a server gives with this stanza. */
function boundJid(record: TraceRecord, stanza: XmlElement): string | undefined {
  if (record.dir !== "s2c" || stanza.name !== "iq" || stanza.attrs["type"] !== "result") {
    return undefined;
  }
  const bind = childNamed(stanza, "bind");
  const jid = bind === undefined ? undefined : childNamed(bind, "jid");
  return jid === undefined ? undefined : tryParseJid(textOf(jid))?.full;
}

/** True for the request of RFC 3921 that begins a session, and for the server's plain answers. */
function isSessionRequest(stanza: XmlElement): boolean {
  if (stanza.name !== "iq") return false;
  const { type, from, to } = stanza.attrs;
  if (childNamed(stanza, "session") !== undefined || childNamed(stanza, "bind") !== undefined) {
    return true;
  }
  const fromServer = from === undefined || !from.includes("@");
  return type === "result" && fromServer && to?.includes("@") === true &&
    stanza.children.length === 0;
}

function joinedAs(record: TraceRecord, stanza: XmlElement): string | undefined {
  const { to, type } = stanza.attrs;
  if (record.dir !== "c2s" || stanza.name !== "presence" || type !== undefined) return undefined;
  const jid = tryParseJid(to);
  const asks = childNamed(stanza, "x")?.attrs["xmlns"] === MUC;
  return asks && jid !== undefined && jid.resource !== "" ? jid.full : undefined;
}
