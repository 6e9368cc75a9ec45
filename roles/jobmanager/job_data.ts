/**
 * What a manager writes into `jmJobData` and gets back with every later request for the job: the
 * original's time of start, and the fence of our leases.
 *
 * @module
 */
import {
  formatHashString,
  type HashString,
  hashText,
  parseHashString,
} from "../../lib/protocol/hash_string.ts";

/** The manager's own data of a job at work. */
export interface JobData {
  /** Time of the hand-out in seconds since the epoch, as in the original. */
  readonly startedAt: number | undefined;
  /** Token of the lease; `undefined` where leases are off or the original handed the job out. */
  readonly token: number | undefined;
  /** True for an agent that puts its output where it is told. */
  readonly ownDirectory: boolean;
  /** Seconds from start to end that the agent reports; those of the CPU from one of the original's. */
  readonly wallSeconds: number | undefined;
  /** Number of uploads to a directory of its own that broke before the one that counts. */
  readonly upload: number | undefined;
}

/** Writes the data of a hand-out. */
export function formatJobData(
  data: { readonly leasedMs: number; readonly token?: number; readonly ownDirectory: boolean },
): string {
  return formatHashString({
    startedAt: `${Math.floor(data.leasedMs / 1000)}`,
    ...(data.token === undefined ? {} : { token: `${data.token}` }),
    ...(data.ownDirectory ? { ownDirectory: "1" } : {}),
  });
}

/** Reads what an agent echoes; anything is accepted, what makes no sense is left out. */
export function parseJobData(text: string | undefined): JobData {
  const hash = parseHashString(text ?? "");
  return {
    startedAt: numberOf(hashText(hash, "startedAt")),
    token: numberOf(hashText(hash, "token")),
    ownDirectory: hashText(hash, "ownDirectory") === "1",
    wallSeconds: wallSecondsOf(hash),
    upload: numberOf(hashText(hash, "upload")),
  };
}

/** Reads how long a job ran; our agents send `elapsed`, the original's `wallTime` is CPU time. */
export function wallSecondsOf(hash: HashString): number | undefined {
  return numberOf(hashText(hash, "elapsed")) ?? numberOf(hashText(hash, "wallTime"));
}

/** A plain decimal number, or none. */
export function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}
