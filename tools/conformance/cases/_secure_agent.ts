/**
 * The agent's half of the original's secure mode (report 2.2.7), as cases against managers play it.
 *
 * @module
 */
import { systemRandom } from "../../../lib/random.ts";
import { xml } from "../../../lib/protocol/xml.ts";
import { encodeSessionBody } from "../../../lib/secure/session_envelope.ts";
import { SecureAsker } from "../../protection/secure_asker.ts";
import type { Heard, Peer } from "../peer.ts";
import type { ManagerStage } from "../stage.ts";
import { makeTicket, type TicketTraits } from "../ticket_office.ts";
import { mustEqual, mustMatch } from "../verdict.ts";
import { PROBE, PROBED } from "./_probe.ts";

/** What the original answers where it cannot open the session key. */
export const NO_SESSION_KEY = "Could not decrypt the session key";

/** A session of the suite that speaks as a secure agent. */
export interface SecureAgent {
  readonly peer: Peer;
  readonly voice: SecureAsker;
}

/**
 * Brings a secure agent online.
 *
 * @param stage The stage.
 * @param traits How its ticket differs from a good one; `none`: it has no ticket.
 */
export async function secureAgent(
  stage: ManagerStage,
  traits: Partial<TicketTraits> | "none" = {},
): Promise<SecureAgent> {
  const peer = await stage.peer();
  const { manager: key, keyManager } = stage.secure;
  const ticket = traits === "none"
    ? undefined
    : makeTicket({ holder: peer.jid, nowMs: stage.clock.now(), ...traits }, keyManager);
  const voice = new SecureAsker({ keyOf: () => key, ticket, random: systemRandom });
  peer.protection = voice;
  return { peer, voice };
}

/** An encrypted body as it stands on the wire, values decoded once. */
export interface RawBody {
  readonly info: string;
  readonly sessionKey: string | undefined;
}

/** Sends a body as it stands; returns the message's id. */
export function sendBody(peer: Peer, to: string, body: RawBody): string {
  const id = peer.newId();
  peer.send(xml("message", { from: peer.bare, to, id }, encodeSessionBody(body)));
  return id;
}

/** Makes sure that what was said last is refused in clear words; nothing is served. */
export async function mustBeRefusedInClear(peer: Peer, words?: string): Promise<Heard> {
  const heard = await peer.hear("security_error");
  mustEqual(heard.wire, heard.stanza, "security_error in clear words");
  if (words !== undefined) mustEqual(heard.attributes["errorString"], words, "errorString");
  mustMatch(heard.attributes["errorString"], /\S/, "errorString");
  await peer.hearNo(undefined);
  return heard;
}

/** Makes sure that a request is refused for its ticket: encrypted, and nothing is served. */
export async function mustRefuseTicket(stage: ManagerStage, { peer }: SecureAgent): Promise<Heard> {
  peer.say(stage.manager, PROBE);
  const heard = await peer.hear("error");
  mustMatch(heard.attributes["errorString"], /\S/, "errorString");
  await peer.hearNo(undefined);
  return heard;
}

/** Asks the harmless question and makes sure that it is served. */
export async function mustServe(stage: ManagerStage, { peer }: SecureAgent): Promise<Heard> {
  return await peer.ask(stage.manager, PROBE, PROBED);
}
