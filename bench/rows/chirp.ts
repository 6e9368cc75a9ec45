/**
 * Files to a Chirp server and back: a large one, and a thousand small ones on one connection; our client
 * with our server, beside `chirp_put` and `chirp_get` with `chirp_server`.
 *
 * @module
 */
import { join } from "@std/path";
import { hasChirpServer } from "../../test/live/chirp_server.ts";
import { nameWithVersion } from "../debian.ts";
import { placeFor } from "../chirp/folder.ts";
import { ourPair, type Pair, theirPair } from "../chirp/contenders.ts";
import { inRounds, type Run } from "../rounds.ts";
import type { Bench, BenchContext, Row } from "../row.ts";

const LARGE_BYTES = 2 ** 30;
const SMALL_FILES = 1000;
const SMALL_BYTES = 1024;
const MIB = 2 ** 20;

/** Something to be copied. */
interface Load {
  readonly what: string;
  readonly unit: string;
  /** How much it is, in that unit without the time. */
  readonly amount: number;
  readonly localPath: string;
  /** How many times as fast as the peer. */
  readonly floor: number;
}

async function writeLoads(folder: string): Promise<readonly Load[]> {
  const [large, small] = [join(folder, "large"), join(folder, "small")];
  const piece = new Uint8Array(MIB).map((_, index) => index % 251);
  using file = await Deno.open(large, { write: true, create: true });
  for (let mebibyte = 0; mebibyte < LARGE_BYTES / MIB; mebibyte++) await file.write(piece);
  await Deno.mkdir(small);
  for (let index = 0; index < SMALL_FILES; index++) {
    await Deno.writeFile(join(small, `file-${index}`), piece.subarray(0, SMALL_BYTES));
  }
  return [
    {
      what: "1 GiB",
      unit: "MiB/s",
      amount: LARGE_BYTES / MIB,
      localPath: large,
      floor: 1,
    },
    {
      what: `1 KiB × ${SMALL_FILES} on one connection`,
      unit: "files/s",
      amount: SMALL_FILES,
      localPath: small,
      floor: 2,
    },
  ];
}

/** Rates of one way there and back. */
interface Rates {
  readonly put: number;
  readonly get: number;
}

/** Copies to the server and back, to where nothing is; what comes of it is removed. */
async function thereAndBack(pair: Pair, load: Load): Promise<Rates> {
  const { amount, localPath } = load;
  const copy = `${localPath}.copy`;
  const remotePath = "/load";
  const putSeconds = await seconds(() => pair.put(localPath, remotePath));
  const getSeconds = await seconds(() => pair.get(remotePath, copy));
  await Deno.remove(copy, { recursive: true });
  await Deno.remove(join(pair.root, remotePath), { recursive: true });
  return { put: amount / putSeconds, get: amount / getSeconds };
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1000;
}

async function measure(context: BenchContext): Promise<readonly Row[]> {
  const { runs, signal, progress } = context;
  await using resources = new AsyncDisposableStack();
  const place = await placeFor(5 * LARGE_BYTES);
  const folder = await Deno.makeTempDir({ dir: place.folder, prefix: "copilot_bench_" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  const ours = resources.use(await ourPair(place.folder));
  const theirs = hasChirpServer ? resources.use(await theirPair(place.folder)) : undefined;
  const peer = await nameWithVersion("chirp_get, chirp_put, chirp_server", "coop-computing-tools");
  const rows: Row[] = [];
  for (const load of await writeLoads(folder)) {
    progress(load.what);
    const contenders: Record<string, Run<Rates>> = { ours: () => thereAndBack(ours, load) };
    if (theirs !== undefined) contenders["theirs"] = () => thereAndBack(theirs, load);
    // Memory and code are warm, before anything counts.
    await inRounds(1, contenders, signal);
    const samples = await inRounds(runs, contenders, signal);
    for (const way of ["get", "put"] as const) {
      rows.push({
        what: `chirp: ${way} ${load.what}`,
        unit: load.unit,
        better: "more",
        ours: (samples["ours"] ?? []).map((rates) => rates[way]),
        peers: [{
          name: peer,
          samples: (samples["theirs"] ?? []).map((rates) => rates[way]),
          floor: load.floor,
          ...(theirs === undefined ? { skipped: "not installed" } : {}),
        }],
        note: place.note,
      });
    }
  }
  return rows;
}

/** Files through `lib/chirp` and `sim/chirp`. */
export const chirp: Bench = {
  name: "chirp",
  about:
    "files of 1 GiB and of 1 KiB, our client and server beside the Cooperative Computing Tools",
  measure,
};
