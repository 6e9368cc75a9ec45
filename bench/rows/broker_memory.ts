/**
 * What a connection costs the XMPP server in memory: thousands of clients log in, send presence and a few
 * messages, and stay.
 *
 * @module
 */
import { Match } from "../broker/match.ts";
import { EJABBERD, PROSODY, type ServerKind, SIM } from "../broker/servers.ts";
import { nameWithVersion } from "../debian.ts";
import { inRounds } from "../rounds.ts";
import type { Bench, BenchContext, Row } from "../row.ts";

const CONNECTIONS = 10_000;
/** A process may have 20,000 descriptors: the clients share two. */
const CLIENT_PROCESSES = 2;
/** Rounds at most: each logs all clients in again. */
const MOST_ROUNDS = 3;
/** Time for the server's memory to come to rest, in milliseconds. */
const REST_MS = 1500;
const PEERS = [PROSODY, EJABBERD];

/** One round: start, connect, use, rest, look. */
async function bytesPerConnection(kind: ServerKind): Promise<number> {
  await using match = await Match.open(kind, CONNECTIONS, CLIENT_PROCESSES);
  await match.connect(CONNECTIONS);
  // Each connection has sent and got something: an idle one would be cheaper than any that is used.
  for (let round = 0; round < 3; round++) await match.play({ inFlight: 1, runMs: 100 });
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  return await match.bytesPerConnection();
}

async function measure({ runs, mode, signal, progress }: BenchContext): Promise<readonly Row[]> {
  const kinds = [SIM, ...PEERS].filter(({ installed }) => installed);
  const contenders = Object.fromEntries(kinds.map((kind) => [kind.name, () => {
    progress(`${CONNECTIONS} connections to ${kind.name}`);
    return bytesPerConnection(kind);
  }]));
  const rounds = mode === "quick" ? 1 : Math.min(runs, MOST_ROUNDS);
  const samples = await inRounds(rounds, contenders, signal);
  return [{
    what: `broker: memory a connection, ${CONNECTIONS} connections`,
    unit: "B",
    better: "less",
    ours: samples[SIM.name] ?? [],
    peers: await Promise.all(PEERS.map(async ({ name, packageName, installed }) => ({
      name: await nameWithVersion(name, packageName),
      samples: samples[name] ?? [],
      floor: 1,
      ...(installed ? {} : { skipped: "not installed" }),
    }))),
  }];
}

/** Memory of `sim/xmpp`. */
export const brokerMemory: Bench = {
  name: "broker_memory",
  about: "memory a connection at 10,000 connections, beside Prosody and ejabberd",
  measure,
};
