/**
 * A replay against a live peer.
 *
 * @module
 */
import { UsageError } from "../../../lib/cli.ts";
import { Jid, tryParseJid } from "../../../lib/protocol/jid.ts";
import { randomHex, systemRandom } from "../../../lib/random.ts";
import type { TraceRecord } from "../../../lib/trace/mod.ts";
import type { Address } from "../address.ts";
import { LiveStage } from "./live_stage.ts";
import { Play, type PlayOptions, type PlayResult } from "./play.ts";
import { serveFiles } from "./live_files.ts";
import { neededChirp } from "./needs.ts";
import { isRoom, type Say, type Script, writeScript } from "./script.ts";
import type { Side } from "./side.ts";

/** Where the peer is, and as whom the replay speaks. */
export interface LiveOptions {
  readonly server: Address;
  /** JID of the peer. */
  readonly peer: string;
  /** JID of the account that the replay uses. */
  readonly account: string;
  readonly password: string;
  /** Address on which a live agent gets its files from the replay. Default: `127.0.0.1`. */
  readonly chirpHostname?: string | undefined;
  /** Longest wait for the peer in seconds. Default: 30. */
  readonly patienceSeconds?: number | undefined;
  /** Seconds of the trace that pass in one second. Default: 1. */
  readonly speed?: number | undefined;
}

/**
 * Plays one side of a trace against a live peer.
 *
 * @param records The trace.
 * @param side The side that is played.
 * @param live See {@linkcode LiveOptions}.
 * @param options How it is played.
 * @param signal Ends the replay early.
 * @returns How it went.
 * @throws {UsageError} When nobody in the trace stands opposite, or more than one does, or more than one
 * is to be played.
 * @throws {LinkRefusedError} When the server refuses the account.
 */
export async function replayLive(
  records: readonly TraceRecord[],
  side: Side,
  live: LiveOptions,
  options: PlayOptions,
  signal: AbortSignal,
): Promise<PlayResult> {
  const script = withoutRooms(writeScript(records, side));
  mustBeOne("peer", script.peers);
  mustBeOne("account", script.played);
  const run = randomHex(systemRandom, 8);
  const play = new Play(script, { ...options, newId: (then) => `${run}-${then}` });
  await using files = side === "manager"
    ? await serveFiles(script, live.chirpHostname ?? "127.0.0.1")
    : undefined;
  if (files !== undefined) {
    play.bindings.bind("input-address", neededChirp(script), files.address);
    play.bindings.bind("output-address", neededChirp(script), files.address);
  }
  await using stage = new LiveStage({
    script,
    audience: play,
    bindings: play.bindings,
    ...live.server,
    account: Jid.parse(live.account),
    password: live.password,
    peer: Jid.parse(live.peer),
    patienceSeconds: live.patienceSeconds,
    speed: live.speed,
    signal,
  });
  return await play.run(stage, signal);
}

/** A live replay has one account and one peer. */
function mustBeOne(what: "peer" | "account", players: Script["peers"]): void {
  if (players.length <= 1) return;
  const names = players.map(({ jid }) => jid).join(", ");
  throw new UsageError(`Cannot replay live with one ${what}: the trace has ${names}`);
}

/** What is said through rooms is left out: the rooms of the trace are not those of the live server. */
function withoutRooms(script: Script): Script {
  const isPlain = ({ stanza }: Pick<Say, "stanza">) => {
    const { to = "" } = stanza.attrs;
    return !isRoom(to) && tryParseJid(to) !== undefined;
  };
  const says = script.says.filter((say) => isPlain(say) && say.stanza.name === "message");
  const hears = script.hears.filter((hear) => isPlain(hear) && hear.stanza.name === "message");
  const taking = (jid: string) =>
    says.some(({ speaker }) => speaker === jid) ||
    hears.some(({ receivers }) => receivers.includes(jid));
  const played = script.played.filter(({ jid }) => taking(jid));
  return { ...script, played, says, hears };
}
