/**
 * Whom a question goes to: everybody in the room, or those named on the command line.
 *
 * @module
 */
import { UsageError } from "../../lib/cli.ts";
import { tryParseJid } from "../../lib/protocol/jid.ts";
import type { Occupant } from "../../lib/messaging/room.ts";

/** A component that is asked. */
export interface Target {
  /** Where the question goes and the answer comes from: `room/nick`, or a JID past the room. */
  readonly address: string;
  /** Its name in the room; `undefined` where it is asked past the room. */
  readonly nick: string | undefined;
  /** How it is called in tables: the nick, or the resource of a JID. */
  readonly label: string;
}

/**
 * Reads the targets of a command line (report 4.5.4): a nick, `room/nick`, the room, or a full JID.
 *
 * @param words What was typed.
 * @param room Bare JID of the room; `undefined` where none is configured.
 * @returns The targets, each once; `"room"` for everybody in the room.
 * @throws {UsageError} When a word is no target, or a room is needed that is not configured.
 */
export function parseTargets(
  words: readonly string[],
  room: string | undefined,
): readonly Target[] | "room" {
  const targets = new Map<string, Target>();
  for (const word of words) {
    const target = parseTarget(word, room);
    if (target === "room") return "room";
    targets.set(target.address, target);
  }
  if (targets.size > 0) return [...targets.values()];
  if (room === undefined) {
    throw new UsageError("No room to ask: set HB_CHAT_SERVER and HB_CHAT_ROOM, or name full JIDs");
  }
  return "room";
}

function parseTarget(word: string, room: string | undefined): Target | "room" {
  if (!word.includes("@")) {
    if (room === undefined) {
      throw new UsageError(`Cannot ask ${word}: a nick needs HB_CHAT_SERVER and HB_CHAT_ROOM`);
    }
    return nickTarget(room, word);
  }
  const jid = tryParseJid(word);
  if (jid === undefined) throw new UsageError(`Cannot ask ${word}: no Jabber identifier`);
  if (jid.bare === room) return jid.resource === "" ? "room" : nickTarget(room, jid.resource);
  return { address: jid.full, nick: undefined, label: jid.resource || jid.full };
}

/**
 * Everybody in a room.
 *
 * @param room Bare JID of the room.
 * @param occupants Who is there.
 * @returns A target for each.
 */
export function everybody(room: string, occupants: Iterable<Occupant>): Target[] {
  return [...occupants].map(({ nick }) => nickTarget(room, nick));
}

function nickTarget(room: string, nick: string): Target {
  const jid = tryParseJid(`${room}/${nick}`);
  if (jid === undefined) throw new UsageError(`Cannot ask ${JSON.stringify(nick)}: no nick`);
  return { address: jid.full, nick, label: nick };
}
