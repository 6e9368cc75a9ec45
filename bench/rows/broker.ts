/**
 * What a message costs the XMPP server: clients in pairs throw messages to and fro over TCP; the server's
 * own CPU time is counted, that of the clients is not.
 *
 * @module
 */
import { nameWithVersion } from "../debian.ts";
import { Match } from "../broker/match.ts";
import { MESSAGE_BYTES } from "../broker/message.ts";
import { EJABBERD, PROSODY, type ServerKind, SIM } from "../broker/servers.ts";
import { inRounds, type Run } from "../rounds.ts";
import type { Bench, BenchContext, Peer, Row } from "../row.ts";

/** Least ratio to each peer. */
const PEERS: readonly (readonly [kind: ServerKind, floor: number])[] = [
  [PROSODY, 4],
  [EJABBERD, 1.5],
];
const CONNECTIONS = [100, 1000];
/** Messages that each client has on their way: one, as an agent that waits for answers, and a burst. */
const IN_FLIGHT = [1, 16];

async function measure(context: BenchContext): Promise<readonly Row[]> {
  const { runs, mode, signal, progress } = context;
  const kinds = [SIM, ...PEERS.map(([kind]) => kind)].filter(({ installed }) => installed);
  await using resources = new AsyncDisposableStack();
  const matches = new Map<ServerKind, Match>();
  for (const kind of kinds) {
    progress(`starting ${kind.name}`);
    matches.set(kind, resources.use(await Match.open(kind, Math.max(...CONNECTIONS), 1)));
  }
  const runMs = mode === "quick" ? 700 : 2000;
  const rows: Row[] = [];
  for (const connections of CONNECTIONS) {
    for (const match of matches.values()) await match.connect(connections);
    for (const inFlight of IN_FLIGHT) {
      progress(`${connections} connections, ${inFlight} messages of each on their way`);
      const contenders: Record<string, Run> = {};
      for (const [{ name }, match] of matches) {
        // Code and heaps are warm, before anything counts.
        await match.play({ inFlight, runMs: 500 });
        contenders[name] = () => match.messagesPerCpuSecond({ inFlight, runMs });
      }
      const samples = await inRounds(runs, contenders, signal);
      rows.push({
        what: `broker: ${MESSAGE_BYTES} B, ${connections} connections, ${inFlight} on the way`,
        unit: "messages/CPU-s",
        better: "more",
        ours: samples[SIM.name] ?? [],
        peers: await Promise.all(PEERS.map(([kind, floor]) => peerOf(kind, floor, samples))),
      });
    }
  }
  return rows;
}

async function peerOf(
  { name, packageName, installed, form }: ServerKind,
  floor: number,
  samples: Readonly<Record<string, readonly number[]>>,
): Promise<Peer> {
  const shown = await nameWithVersion(name, packageName);
  return {
    name: form === "original" ? shown : `${shown}, ${form}`,
    samples: samples[name] ?? [],
    floor,
    ...(installed ? {} : { skipped: "not installed" }),
  };
}

/** Messages through `sim/xmpp`. */
export const broker: Bench = {
  name: "broker",
  about: "messages per CPU-second of sim/xmpp, beside Prosody and ejabberd",
  measure,
};
