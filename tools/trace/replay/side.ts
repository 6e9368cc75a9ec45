/**
 * Who in a trace is an agent and who is a manager, and who of them stands opposite a side.
 *
 * @module
 */
import type { TraceSession, TraceStanza } from "../../../lib/trace/mod.ts";
import { type CommandMessage, decodeMessage } from "../../../lib/protocol/message.ts";
import { tryParseJid } from "../../../lib/protocol/jid.ts";

/** The side that is played. */
export type Side = "agent" | "manager" | "monitor" | "heartbeat";
/** A role that stands opposite. */
export type PeerRole = "agent" | "manager";

/** What agents say to managers. */
const FROM_AGENTS: ReadonlySet<string> = new Set([
  "want_getJob",
  "getJob",
  "want_getJobOutputDir",
  "getJobOutputDir",
  "jobDone",
]);
/** Whoever gives tickets for the original's secure mode stands on the managers' side. */
const ASKS_TICKET = "getTicket";
/** Accounts as everybody names them, for traces whose messages cannot be read. */
const USUAL_NAMES = { agent: /^agent/i, manager: /^(?:jm|job-?manager)/i } as const;

/** What a component said and was told. */
interface Conduct {
  readonly said: readonly CommandMessage[];
  readonly told: readonly CommandMessage[];
  readonly acked: ReadonlySet<string>;
}

function conductOf(session: TraceSession, stanzas: readonly TraceStanza[]): Conduct {
  const said: CommandMessage[] = [];
  const told: CommandMessage[] = [];
  const acked = new Set<string>();
  for (const { record, stanza, session: owner } of stanzas) {
    if (owner !== session || stanza.name !== "message") continue;
    const message = decodeMessage(stanza);
    if (message.kind === "command") (record.dir === "c2s" ? said : told).push(message);
    if (message.kind === "ack" && record.dir === "c2s") acked.add(message.ack);
  }
  return { said, told, acked };
}

function commandOf({ info }: CommandMessage): string {
  return info.attributes["command"] ?? "";
}

/** An agent asks for a job before anything else, but for a ticket, and acknowledges what it is told. */
function actsAsAgent({ said, told, acked }: Conduct): boolean {
  // The original's agent does not acknowledge its ticket.
  const first = told.find((message) => !message.noack && commandOf(message) !== "storeTicket");
  const opening = said.find((message) => commandOf(message) !== ASKS_TICKET) ?? said[0];
  return opening !== undefined && ["want_getJob", ASKS_TICKET].includes(commandOf(opening)) &&
    (first === undefined || acked.has(first.id));
}

/** A manager takes what agents say, and serves them itself: who redirects them is a third party. */
function actsAsManager({ said, told, acked }: Conduct): boolean {
  if (told.some((message) => commandOf(message) === ASKS_TICKET)) return true;
  return acked.size > 0 && told.some((message) => FROM_AGENTS.has(commandOf(message))) &&
    !said.some((message) =>
      FROM_AGENTS.has(commandOf(message)) || commandOf(message) === "redirect"
    );
}

/** What a monitor is told, and what a heartbeat asks. */
const SPEECH = {
  monitor: /^(?:reportEvent|storeEventDetails|updateEventDetails)/,
  heartbeat: /^Heartbeat:/,
} as const;

/** Who stands opposite a side. */
export interface Opposite {
  readonly role: PeerRole;
  readonly sessions: readonly TraceSession[];
}

/**
 * Finds who stands opposite a side: managers opposite agents and the monitor that they report to, agents
 * opposite managers, and opposite a heartbeat the managers that it asks, or else the agents.
 *
 * @param side The side that is played.
 * @param sessions All connections.
 * @param stanzas All stanzas.
 * @returns Their role and connections; no connections where the side itself, or who stands opposite, is not
 * in the trace.
 */
export function oppositeOf(
  side: Side,
  sessions: readonly TraceSession[],
  stanzas: readonly TraceStanza[],
): Opposite {
  const of = (role: PeerRole): Opposite => ({
    role,
    sessions: sessionsOfRole(role, sessions, stanzas),
  });
  if (side === "agent") return of("manager");
  if (side === "manager") return of("agent");
  const speaks = sessions.some((session) => {
    const { said, told } = conductOf(session, stanzas);
    return (side === "monitor" ? told : said).some((message) =>
      SPEECH[side].test(commandOf(message))
    );
  });
  if (!speaks) return { role: "manager", sessions: [] };
  const managers = of("manager");
  return side === "heartbeat" && managers.sessions.length === 0 ? of("agent") : managers;
}

function sessionsOfRole(
  side: PeerRole,
  sessions: readonly TraceSession[],
  stanzas: readonly TraceStanza[],
): TraceSession[] {
  return sessions.filter((session) => {
    if (session.jid === undefined) return false;
    const conduct = conductOf(session, stanzas);
    if (conduct.said.length === 0 && conduct.told.length === 0) {
      return USUAL_NAMES[side].test(tryParseJid(session.jid)?.local ?? "");
    }
    return side === "agent" ? actsAsAgent(conduct) : actsAsManager(conduct);
  });
}
