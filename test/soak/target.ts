/**
 * What can be soaked: something that works in rounds, and whose holdings are counted between them.
 *
 * @module
 */

/** What a reading counts; each kind has its limit. */
export type ReadingKind =
  | "heap"
  | "rss"
  | "descriptors"
  | "children"
  | "keys"
  | "files";

/** Something that must not grow, counted once. */
export interface Reading {
  /** What it is, such as `manager heap`. */
  readonly name: string;
  readonly kind: ReadingKind;
  readonly value: number;
  /** Changes when what is counted begins anew, such as a process. */
  readonly life: number;
}

/** Something that works in rounds. */
export interface SoakTarget {
  readonly name: string;
  /** Time until it holds as much as it ever will, in milliseconds. Default: 0. */
  readonly warmUpMs?: number | undefined;
  /** Works for one round, and is at rest afterwards. Returns what it did, in a few words. */
  round(index: number): Promise<string>;
  /** Counts, at rest, what it holds. */
  read(): Promise<readonly Reading[]>;
}

/** Rounds from which on all caches that are bounded are full. */
const MANY_ROUNDS = 200;

/**
 * Most growth by one round that is not called a leak; memory in bytes. In a short soak caches still fill
 * that are bounded, such as those of messages seen and of strings that scripts use.
 *
 * @param kind What is counted.
 * @param rounds Rounds of the whole soak.
 */
export function limitOf(kind: ReadingKind, rounds: number): number {
  const isLong = rounds >= MANY_ROUNDS;
  switch (kind) {
    case "heap":
      return (isLong ? 16 : 64) * 1024;
    // What an allocator does with its pages wanders more than what is in use.
    case "rss":
      return (isLong ? 256 : 1024) * 1024;
    default:
      return 0.05;
  }
}
