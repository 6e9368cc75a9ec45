/**
 * Who in a trace is an agent and who is a manager.
 *
 * @module
 */
import type { TraceSession, TraceStanza } from "../../../lib/trace/mod.ts";
import { type CommandMessage, decodeMessage } from "../../../lib/protocol/message.ts";
import { tryParseJid } from "../../../lib/protocol/jid.ts";

/** The side that is played; its peer is the other one. */
export type Side = "agent" | "manager";

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

/**
 * Finds the components of a trace that are of one side.
 *
 * @param side The side.
 * @param sessions All connections.
 * @param stanzas All stanzas.
 * @returns Their connections.
 */
export function sessionsOfSide(
  side: Side,
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
