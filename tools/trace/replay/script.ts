/**
 * From a trace to what is to be said and heard: the peer is left out, everybody else is played.
 *
 * @module
 */
import {
  findPassages,
  type Passage,
  readSessions,
  type TraceRecord,
  type TraceSession,
  type TraceStanza,
} from "../../../lib/trace/mod.ts";
import { UsageError } from "../../../lib/cli.ts";
import { isProbe } from "../../../lib/messaging/envelope_probe.ts";
import { tryParseJid } from "../../../lib/protocol/jid.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { oppositeOf, type PeerRole, type Side } from "./side.ts";

/** Something that a played component says. */
export interface Say {
  readonly line: number;
  /** Seconds since the trace began. */
  readonly t: number;
  /** Full JID of the speaker in the trace. */
  readonly speaker: string;
  readonly stanza: XmlElement;
  /** What the peer must have said before. */
  readonly needs: readonly Hear[];
}

/** Something that the peer is expected to say. */
export interface Hear {
  readonly line: number;
  /** Seconds since the trace began. */
  readonly t: number;
  /** Full JID of the peer in the trace. */
  readonly peer: string;
  readonly stanza: XmlElement;
  /** Full JIDs in the trace of those who got it. */
  readonly receivers: readonly string[];
  /** What made the peer say it; `undefined` where it spoke by itself. */
  readonly cause: Say | undefined;
  /** The acknowledgement that comes before this answer. */
  readonly after: Hear | undefined;
}

/** A component of the trace: one process, on one connection or several after each other. */
export interface Player {
  /** Full JID in the trace. */
  readonly jid: string;
  /** Seconds at which it is online. */
  readonly fromT: number;
  /** Seconds at which it is gone; `undefined` where it stays. */
  readonly toT: number | undefined;
  readonly sessions: readonly TraceSession[];
}

/** What is played. */
export interface Script {
  readonly side: Side;
  /** What the components opposite are. */
  readonly role: PeerRole;
  /** The components that stand opposite. */
  readonly peers: readonly Player[];
  /** All others. */
  readonly played: readonly Player[];
  readonly says: readonly Say[];
  readonly hears: readonly Hear[];
  /** All that happened, for deriving what a peer needs. */
  readonly passages: readonly Passage[];
  /** Seconds at which the trace ends. */
  readonly endT: number;
}

/** Which command answers which. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  have_getJob: ["want_getJob"],
  sleep: ["want_getJob"],
  error: ["want_getJob", "getJob"],
  getJob: ["have_getJob"],
  runJob: ["getJob"],
  want_getJobOutputDir: ["runJob"],
  have_getJobOutputDir: ["want_getJobOutputDir"],
  getJobOutputDir: ["have_getJobOutputDir"],
  storeJobOutputDir: ["getJobOutputDir"],
  jobDone: ["storeJobOutputDir"],
  pong: ["Heartbeat:ping"],
  haveStatus: ["Heartbeat:getStatus"],
  storeTicket: ["getTicket"],
};

/** Name of a stanza's command; empty for anything else. */
export function commandOf(stanza: XmlElement): string {
  if (stanza.name !== "message") return "";
  const message = decodeMessage(stanza);
  return message.kind === "command" ? message.info.attributes["command"] ?? "" : "";
}

/**
 * Writes the script of a side.
 *
 * @param records The trace.
 * @param side The side that is played.
 * @returns The script.
 * @throws {UsageError} When nobody in the trace stands opposite.
 */
export function writeScript(records: readonly TraceRecord[], side: Side): Script {
  const { sessions, stanzas } = readSessions(records);
  const { role, sessions: opposite } = oppositeOf(side, sessions, stanzas);
  if (opposite.length === 0) {
    const names = sessions.map(({ conn }) => conn).join(", ") || "nobody";
    const missing = side === "agent" || side === "manager" ? role : `${side} beside a ${role}`;
    throw new UsageError(
      `Cannot play the side ${side}: there is no ${missing} in this trace, but ${names}`,
    );
  }
  const peers = playersOf(opposite, stanzas);
  const played = playersOf(
    sessions.filter((session) => session.jid !== undefined && !opposite.includes(session)),
    stanzas,
  );
  const passages = findPassages(stanzas);
  const writer = new ScriptWriter(peers);
  for (const passage of passages) writer.add(passage);
  const { says, hears } = writer;
  return { side, role, peers, played, says, hears, passages, endT: records.at(-1)?.t ?? 0 };
}

/** Connections of one JID are one process that came back; another JID of the component, its successor. */
function playersOf(
  sessions: readonly TraceSession[],
  stanzas: readonly TraceStanza[],
): Player[] {
  const byJid = Map.groupBy(sessions, ({ jid }) => jid ?? "");
  return [...byJid].map(([jid, own]) => {
    const component = own[0]?.component;
    const last = own.at(-1);
    const successor = sessions.find((session) =>
      session.component === component && session.jid !== jid &&
      last !== undefined && session.first.line > last.first.line
    );
    const endT = last?.ended === true ? last.last.t : undefined;
    return {
      jid,
      fromT: presentT(own[0], stanzas),
      toT: successor === undefined ? endT : Math.min(successor.first.t, endT ?? Infinity),
      sessions: own,
    };
  });
}

/** When a connection announced itself: before that nothing reaches it, though it has its JID. */
function presentT(session: TraceSession | undefined, stanzas: readonly TraceStanza[]): number {
  const announced = stanzas.find(({ session: owner, record, stanza }) =>
    owner === session && record.dir === "c2s" && stanza.name === "presence" &&
    stanza.attrs["to"] === undefined
  );
  return announced?.record.t ?? session?.bound?.t ?? 0;
}

/** A {@linkcode Hear} while the script is written. */
class ScriptWriter {
  readonly says: Say[] = [];
  readonly hears: Hear[] = [];
  readonly #peers: readonly Player[];

  constructor(peers: readonly Player[]) {
    this.#peers = peers;
  }

  add(passage: Passage): void {
    const { sent } = passage;
    const first = sent ?? passage.deliveries[0];
    // What a component asks its own server is no part of the dialogue.
    if (first !== undefined && isProbe(first.stanza)) return;
    const peer = sent === undefined ? undefined : this.#peerOf(sent.session);
    if (sent !== undefined && peer !== undefined) this.#addHear(passage, sent, peer);
    else this.#addSay(passage);
  }

  #peerOf(session: TraceSession): Player | undefined {
    return this.#peers.find(({ sessions }) => sessions.includes(session));
  }

  #addHear(passage: Passage, { record, stanza }: TraceStanza, peer: Player): void {
    if (stanza.attrs["to"] === undefined) return;
    const cause = this.#causeOf(stanza, peer);
    const isAck = stanza.attrs["ack"] !== undefined;
    const after = isAck || cause === undefined
      ? undefined
      : this.hears.findLast((hear) =>
        hear.peer === peer.jid && hear.cause === cause &&
        hear.stanza.attrs["ack"] === cause.stanza.attrs["id"]
      );
    const receivers = passage.deliveries.map(({ session }) => session.jid ?? "");
    const { line, t } = record;
    this.hears.push({ line, t, peer: peer.jid, stanza, receivers, cause, after });
  }

  /** What made a peer say this: the message it acknowledges, or the one it answers. */
  #causeOf(stanza: XmlElement, peer: Player): Say | undefined {
    const toPeer = this.says.filter((say) => isTo(say.stanza, peer.jid));
    const { ack, id, type } = stanza.attrs;
    if (ack !== undefined) return toPeer.findLast((say) => say.stanza.attrs["id"] === ack);
    if (stanza.name === "iq" && (type === "result" || type === "error")) {
      return toPeer.findLast((say) => say.stanza.attrs["id"] === id);
    }
    const command = commandOf(stanza);
    const answered = ANSWERS[command] ?? [];
    const { to = "" } = stanza.attrs;
    return toPeer.findLast((say) => {
      const name = commandOf(say.stanza);
      if (name === "redirect") return redirected(say.stanza) === command;
      if (!answered.includes(name)) return false;
      // An agent turns to everybody who may take a job's output, whoever gave it the job.
      if (command === "want_getJobOutputDir" || isRoom(to)) return true;
      return to === say.speaker || (!to.includes("/") && isSameAccount(to, say.speaker));
    });
  }

  #addSay(passage: Passage): void {
    const { sent } = passage;
    const toPeers = passage.deliveries.filter(({ session }) => this.#peerOf(session) !== undefined);
    const first = toPeers[0] ?? sent;
    if (first === undefined) return;
    const { to = "", from = "", type } = first.stanza.attrs;
    const throughRoom = sent !== undefined &&
      sent.session.occupants.some((occupant) =>
        isSameAccount(occupant, sent.stanza.attrs["to"] ?? "")
      );
    const forPeer = this.#peers.some(({ jid }) => isSameAccount(jid, to));
    if (toPeers.length === 0 && !throughRoom && !forPeer) return;
    const speaker = sent?.session.jid ?? tryParseJid(from)?.full ?? "";
    // What nobody recorded has sent is the server's word, unless it is a message from a session.
    if (sent === undefined && (type !== undefined || tryParseJid(from)?.resource === "")) return;
    // A server may have changed what was sent: the peer is told what it was told then.
    const { stanza, record } = throughRoom && sent !== undefined ? sent : first;
    const { from: _from, "xml:lang": _lang, ...attrs } = stanza.attrs;
    const { line, t } = sent?.record ?? record;
    const needs = this.#needsOf(stanza, speaker);
    this.says.push({ line, t, speaker, stanza: { ...stanza, attrs }, needs });
  }

  #needsOf(stanza: XmlElement, speaker: string): Hear[] {
    const { ack, to = "" } = stanza.attrs;
    const fromPeer = this.hears.filter((hear) =>
      isSameAccount(hear.peer, to) && hear.stanza.attrs["ack"] === undefined
    );
    if (ack !== undefined) {
      const acked = fromPeer.find((hear) => hear.stanza.attrs["id"] === ack);
      return acked === undefined ? [] : [acked];
    }
    const command = commandOf(stanza);
    const answered = command === "redirect" ? [redirected(stanza)] : ANSWERS[command] ?? [];
    const request = fromPeer.findLast((hear) =>
      answered.includes(commandOf(hear.stanza)) && isTo(hear.stanza, speaker)
    );
    return request === undefined ? [] : [request];
  }
}

/** Name of the command that a `redirect` conveys. */
function redirected(stanza: XmlElement): string {
  const message = decodeMessage(stanza);
  return message.kind === "command"
    ? message.info.children["info"]?.attributes["command"] ?? ""
    : "";
}

function isTo(stanza: XmlElement, jid: string): boolean {
  const { to = "" } = stanza.attrs;
  return isSameAccount(to, jid) || isRoom(to);
}

function isSameAccount(one: string, other: string): boolean {
  const [a, b] = [tryParseJid(one)?.bare, tryParseJid(other)?.bare];
  return a !== undefined && a === b;
}

/** True for a room, and for a place in it: rooms live on a domain of their own. */
export function isRoom(jid: string): boolean {
  return /^[^@/]+@conference\./.test(jid);
}
