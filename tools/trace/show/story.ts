/**
 * What a trace tells: who said what to whom, with acknowledgements, repetitions and failures noted on
 * the message that they are about.
 *
 * @module
 */
import { tryParseJid } from "../../../lib/protocol/jid.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import {
  describeStanza,
  type Description,
  findPassages,
  type Passage,
  readSessions,
  shortenJid,
  type ShownValue,
  type TraceRecord,
  type TraceSession,
} from "../../../lib/trace/mod.ts";

/** Something that was said. */
export interface Saying {
  readonly type: "saying";
  /** Line of the trace: where it left its sender, or where it arrived. */
  readonly line: number;
  readonly t: number;
  /** Component that says it. */
  readonly from: string;
  /** Components that got it; whom it was for, where nobody got it. */
  readonly to: readonly string[];
  readonly kind: Description["kind"];
  readonly title: string;
  readonly values: readonly ShownValue[];
  /** Full JID of the sender, address of the receiver. */
  readonly fromJid: string;
  readonly toJid: string;
  readonly id: string | undefined;
  /** The piece as it stands in the trace. */
  readonly xml: string;
  /** Acknowledgements that came for it. */
  acks: number;
  /** True where no acknowledgement was wanted. */
  readonly noack: boolean;
  /** 2 for the first repetition of a message, and so on. */
  readonly copy: number;
  /** Why it came back. */
  bounced: string | undefined;
  /** False where its receiver is in the trace and did not get it. */
  readonly arrived: boolean;
}

/** Something that happened to a component. */
export interface Note {
  readonly type: "note";
  readonly line: number;
  readonly t: number;
  readonly of: string;
  readonly text: string;
  /** Full JID of the component. */
  readonly jid: string;
}

/** One step of a story. */
export type Step = Saying | Note;

/** A trace, understood. */
export interface Story {
  /** Components, in the order in which they appear. */
  readonly components: readonly string[];
  readonly steps: readonly Step[];
  /** Seconds from the first record to the last. */
  readonly seconds: number;
}

/** How much is told. */
export interface StoryOptions {
  /** True: presence, requests and the server's notices, too. Default: false. */
  readonly full?: boolean | undefined;
}

/**
 * Understands a trace.
 *
 * @param records The trace.
 * @param options See {@linkcode StoryOptions}.
 */
export function tellStory(records: readonly TraceRecord[], options: StoryOptions = {}): Story {
  const { sessions, stanzas } = readSessions(records);
  const teller = new Teller(sessions, options.full ?? false);
  for (const passage of findPassages(stanzas)) teller.add(passage);
  const steps: Step[] = [...teller.sayings, ...sessions.flatMap(notesOf)]
    .sort((one, other) => one.line - other.line);
  const present = new Set<string>();
  for (const step of steps) {
    for (const name of step.type === "note" ? [step.of] : [step.from, ...step.to]) {
      present.add(name);
    }
  }
  const seconds = (records.at(-1)?.t ?? 0) - (records[0]?.t ?? 0);
  return { components: [...present], steps, seconds };
}

function notesOf({ component, jid, bound, last, ended, occupants }: TraceSession): Note[] {
  const notes: Note[] = [];
  const note = (record: TraceRecord, text: string) => {
    notes.push({
      type: "note",
      line: record.line,
      t: record.t,
      of: component,
      text,
      jid: jid ?? "",
    });
  };
  if (bound !== undefined) {
    const rooms = occupants.map((occupant) => `, in room ${tryParseJid(occupant)?.local}`).join("");
    note(bound, `online as ${shortenJid(jid ?? "")}${rooms}`);
  }
  if (ended) note(last, "offline");
  return notes;
}

class Teller {
  readonly sayings: Saying[] = [];
  readonly #sessions: readonly TraceSession[];
  readonly #full: boolean;
  readonly #copies = new Map<string, number>();

  constructor(sessions: readonly TraceSession[], full: boolean) {
    this.#sessions = sessions;
    this.#full = full;
  }

  add(passage: Passage): void {
    const first = passage.sent ?? passage.deliveries[0];
    if (first === undefined) return;
    const { stanza } = first;
    if (stanza.name === "message") {
      const message = decodeMessage(stanza);
      if (message.kind === "ack" && this.#foldAck(message.ack, passage)) return;
      if (message.kind === "error") this.#noteBounce(message.id, message.condition, passage);
    }
    const isChatter = stanza.name !== "message" || isRoomNotice(passage);
    if (isChatter && !this.#full) return;
    this.sayings.push(this.#saying(passage, stanza));
  }

  #saying(passage: Passage, stanza: XmlElement): Saying {
    const { sent, deliveries } = passage;
    const first = sent ?? deliveries[0];
    const { attrs } = stanza;
    const receivers = deliveries.map(({ session }) => session)
      .filter((session) => deliveries.length === 1 || session !== sent?.session);
    const fromJid = sent?.session.jid ?? attrs["from"] ?? "";
    const from = sent?.session.component ?? this.#componentOf(fromJid);
    const to = receivers.length > 0
      ? [...new Set(receivers.map(({ component }) => component))]
      : [this.#componentOf(attrs["to"] ?? "")];
    const key = `${fromJid} ${attrs["id"]}`;
    const isMessage = stanza.name === "message" && attrs["id"] !== undefined &&
      attrs["type"] !== "error";
    const copy = isMessage ? (this.#copies.get(key) ?? 0) + 1 : 1;
    if (isMessage) this.#copies.set(key, copy);
    const { kind, title, values } = describeStanza(stanza);
    return {
      type: "saying",
      line: first?.record.line ?? 0,
      t: first?.record.t ?? 0,
      from,
      to,
      kind,
      title,
      values,
      fromJid,
      toJid: attrs["to"] ?? "",
      id: attrs["id"],
      xml: first?.record.xml ?? "",
      acks: 0,
      noack: attrs["noack"] !== undefined,
      copy,
      bounced: undefined,
      arrived: deliveries.length > 0 || !this.#isHere(attrs["to"] ?? ""),
    };
  }

  /** Notes an acknowledgement on what it acknowledges; false where that is not in the trace. */
  #foldAck(id: string, { sent, deliveries }: Passage): boolean {
    const receiver = (sent ?? deliveries[0])?.stanza.attrs["to"];
    const acked = this.sayings.findLast((saying) =>
      saying.id === id && saying.kind !== "error" && isSamePerson(saying.fromJid, receiver)
    );
    if (acked === undefined) return false;
    // One that never arrived leaves its message unacknowledged.
    if (deliveries.length > 0 || !this.#isHere(receiver ?? "")) acked.acks++;
    return true;
  }

  #noteBounce(id: string | undefined, condition: string, { deliveries }: Passage): void {
    const session = deliveries[0]?.session;
    const bounced = this.sayings.findLast((saying) =>
      saying.id === id && saying.fromJid === session?.jid
    );
    if (bounced !== undefined) bounced.bounced = condition;
  }

  /** True where the account has a connection in the trace. */
  #isHere(jid: string): boolean {
    return this.#sessionOf(jid) !== undefined;
  }

  #sessionOf(jid: string): TraceSession | undefined {
    const bare = tryParseJid(jid)?.bare;
    return this.#sessions.find((session) => session.jid === jid) ??
      this.#sessions.find((session) => tryParseJid(session.jid)?.bare === bare);
  }

  /** Name under which whoever has this address is shown. */
  #componentOf(jid: string): string {
    const session = this.#sessionOf(jid);
    if (session !== undefined) return session.component;
    const parsed = tryParseJid(jid);
    return parsed === undefined || parsed.local === "" ? "server" : parsed.local;
  }
}

/** The subject that a room tells whoever enters. */
function isRoomNotice({ sent, deliveries }: Passage): boolean {
  const children = deliveries[0]?.stanza.children ?? [];
  return sent === undefined &&
    children.some((child) => typeof child !== "string" && child.name === "subject");
}

function isSamePerson(one: string, other: string | undefined): boolean {
  const [a, b] = [tryParseJid(one), tryParseJid(other)];
  // Who speaks in a room is known there by another address.
  return a === undefined || b === undefined || a.bare === b.bare || a.domain !== b.domain;
}
