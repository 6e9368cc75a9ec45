/**
 * Finds out whose implementation a deployed peer is, as far as it matters for what is known to differ.
 *
 * @module
 */
import { UnreachableError } from "../../../lib/cli.ts";
import { xml } from "../../../lib/protocol/xml.ts";
import { PROBE } from "../cases/_probe.ts";
import type { Peer } from "../peer.ts";
import { visitRoom } from "../room_visit.ts";
import { RuleBroken } from "../verdict.ts";

/** Longest wait for what the original leaves unanswered, in milliseconds. */
const IQ_MS = 2000;

/** What is told apart. */
export type Detected = "perl" | "other";

/** Components of a room that are asked at most. */
const MOST_ASKED = 10;

/**
 * Asks a manager whether it is there and what it is.
 *
 * @param peer Who asks.
 * @param manager The manager's JID.
 * @throws {UnreachableError} When it does not answer.
 */
export async function detectManager(peer: Peer, manager: string): Promise<Detected> {
  const acknowledged = peer.hearAck(peer.say(manager, PROBE));
  // The original in secure mode acknowledges nothing that it cannot open.
  const refused = peer.hear("security_error", { where: ({ from }) => from.startsWith(manager) });
  const { from } = await Promise.any([acknowledged, refused]).catch(async () => {
    const error = await acknowledged.catch((error) => error);
    if (!(error instanceof RuleBroken)) throw error;
    throw new UnreachableError(`Cannot reach the manager ${manager}: ${error.message}`);
  });
  return await detectImplementation(peer, from);
}

/**
 * Asks a monitor whether it is there and what it is.
 *
 * @param peer Who asks.
 * @param monitor The monitor's JID.
 * @throws {UnreachableError} When it does not answer.
 */
export async function detectMonitor(peer: Peer, monitor: string): Promise<Detected> {
  try {
    const { from } = await peer.ask(monitor, { command: "Heartbeat:ping" }, "pong");
    return await detectImplementation(peer, from);
  } catch (error) {
    if (!(error instanceof RuleBroken)) throw error;
    throw new UnreachableError(`Cannot reach the monitor ${monitor}: ${error.message}`);
  }
}

/**
 * Asks the components of a room what they are.
 *
 * @param peer Who asks.
 * @param room Bare JID of the room.
 * @returns `perl` where one of them is the original's; `undefined` where the room cannot be joined or is empty.
 */
export async function detectRoom(peer: Peer, room: string): Promise<Detected | undefined> {
  const { nicks = [] } = await visitRoom(peer, room) ?? {};
  const asked = nicks.slice(0, MOST_ASKED);
  const all = await Promise.all(asked.map((nick) => detectImplementation(peer, `${room}/${nick}`)));
  return all.find((one) => one === "perl") ?? all[0];
}

/**
 * Asks a session what it is. The original answers no iq but pings, which RFC 6120 forbids, so that hardly
 * anybody else does so.
 *
 * @param peer Who asks.
 * @param jid The session's full JID, or `room/nick`.
 */
export async function detectImplementation(peer: Peer, jid: string): Promise<Detected> {
  const id = peer.newId();
  const query = xml("query", { xmlns: "jabber:iq:version" });
  peer.send(xml("iq", { to: jid, id, type: "get" }, query));
  try {
    await peer.hearOther("answer", ({ attrs }) => attrs["id"] === id, IQ_MS);
    return "other";
  } catch (error) {
    if (!(error instanceof RuleBroken)) throw error;
    return "perl";
  }
}
