/**
 * A replay against a live peer.
 *
 * @module
 */
import { UsageError } from "../../../lib/cli.ts";
import { systemClock } from "../../../lib/clock.ts";
import { tryParseJid } from "../../../lib/protocol/jid.ts";
import { randomHex, systemRandom } from "../../../lib/random.ts";
import type { TraceRecord } from "../../../lib/trace/mod.ts";
import type { Address } from "../address.ts";
import { openTrace } from "../open_trace.ts";
import { LiveStage } from "./live_stage.ts";
import { Play, type PlayOptions, type PlayResult } from "./play.ts";
import { serveFiles } from "./live_files.ts";
import { liveEdgeKeys, type LiveKeys } from "./live_keys.ts";
import { neededChirp } from "./needs.ts";
import { isRoom, type Say, type Script, writeScript } from "./script.ts";
import { makeTicket } from "./secure_roles.ts";
import { SecureEdge } from "./secure_edge.ts";
import type { Side } from "./side.ts";
import { assignStandIns, type StandIn } from "./stand_ins.ts";

/** An account that plays somebody of the trace. */
export interface LiveAccount extends StandIn {
  readonly password: string;
}

/** Where the peers are, and as whom the replay speaks. */
export interface LiveOptions {
  readonly server: Address;
  /** Who stands opposite. */
  readonly peers: readonly StandIn[];
  /** As whom the replay speaks. */
  readonly accounts: readonly LiveAccount[];
  /** With them everybody speaks in the original's secure mode. Default: in clear. */
  readonly secure?: LiveKeys | undefined;
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
 * @throws {UsageError} When nobody in the trace stands opposite, somebody in it has no stand-in, or a key
 * is missing.
 * @throws {LinkRefusedError} When the server refuses the account.
 * @throws {UnreachableError} When the server cannot be reached.
 */
export async function replayLive(
  records: readonly TraceRecord[],
  side: Side,
  live: LiveOptions,
  options: PlayOptions,
  signal: AbortSignal,
): Promise<PlayResult> {
  const { secure } = live;
  const opened = secure === undefined ? records : openTrace(records, secure.privateKeys);
  const script = withoutRooms(writeScript(opened, side));
  if (side === "manager") mustBeOne(script.peers);
  const peers = assignStandIns("--peer", script.peers, live.peers);
  const accounts = assignStandIns("--account", script.played, live.accounts);
  const run = randomHex(systemRandom, 8);
  const keys = secure === undefined ? undefined : liveEdgeKeys(script, secure, accounts, peers);
  const play = new Play(script, {
    ...options,
    newId: (then) => `${run}-${then}`,
    newTicket: keys && ((speaker, holder) => {
      return makeTicket(keys.ownKey(speaker), holder, systemClock.now());
    }),
  });
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
    accounts,
    peers,
    edge: keys && new SecureEdge(keys, systemRandom),
    patienceSeconds: live.patienceSeconds,
    speed: live.speed,
    signal,
  });
  return await play.run(stage, signal);
}

/** The files that are served are those of one agent's jobs. */
function mustBeOne(peers: Script["peers"]): void {
  if (peers.length <= 1) return;
  const names = peers.map(({ jid }) => jid).join(", ");
  throw new UsageError(`Cannot replay live with more than one agent: the trace has ${names}`);
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
