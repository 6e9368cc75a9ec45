/**
 * What a peer is still expected to say, and when.
 *
 * @module
 */
import type { Hear, Say } from "./script.ts";

/** What the peer says may come so much earlier than in the trace: ours takes no second to start. */
const EARLY_SECONDS = 2;
/** And so much later. */
const LATE_SECONDS = 2;
/** Share of a longer wait that counts as the same. */
const SAME_SHARE = 0.1;

/** The expectations of a replay. Times are seconds since the trace began. */
export class Expectations {
  readonly #hears: readonly Hear[];
  readonly #pending: Set<Hear>;
  /** When each thing was said. */
  readonly #saidT = new Map<Say, number>();
  /** How long the peer was silent before it said something. */
  readonly #waitSeconds = new Map<Hear, number>();

  /** @param hears All that is expected, in the order of the trace. */
  constructor(hears: readonly Hear[]) {
    this.#hears = hears;
    this.#pending = new Set(hears);
    const lastT = new Map<string, number>();
    for (const hear of hears) {
      const beforeT = lastT.get(hear.peer) ?? hear.cause?.t ?? hear.t;
      this.#waitSeconds.set(hear, hear.t - beforeT);
      lastT.set(hear.peer, hear.t);
    }
  }

  /** What has neither come nor been given up, in the order of the trace. */
  get pending(): readonly Hear[] {
    return this.#hears.filter((hear) => this.#pending.has(hear));
  }

  /** Number of things said. */
  get saidCount(): number {
    return this.#saidT.size;
  }

  /** True where something has neither come nor been given up. */
  waitsFor(hear: Hear): boolean {
    return this.#pending.has(hear);
  }

  /** It has come, or was given up. */
  settle(hear: Hear): void {
    this.#pending.delete(hear);
  }

  /** Something was said that the peer may answer. */
  noteSaid(say: Say, t: number): void {
    this.#saidT.set(say, t);
  }

  /** True where what makes the peer say it has been said. */
  mayCome({ cause }: Hear): boolean {
    return cause === undefined || this.#saidT.has(cause);
  }

  /**
   * What a peer may say now. What answers the last thing said comes first: of two equal answers, an
   * earlier one may never come.
   *
   * @param peer The peer.
   * @param receiver Who hears it; `undefined` for anyone.
   */
  openFor(peer: string, receiver: string | undefined): Hear[] {
    const open = this.pending.filter((hear) =>
      hear.peer === peer && (receiver === undefined || hear.receivers.includes(receiver)) &&
      this.mayCome(hear)
    );
    const causeLine = ({ cause }: Hear) => cause?.line ?? 0;
    return open.sort((one, other) => causeLine(other) - causeLine(one) || one.line - other.line);
  }

  /** When something is expected: as long after its cause as in the trace. */
  dueT({ cause, t }: Hear): number {
    const saidT = cause === undefined ? undefined : this.#saidT.get(cause);
    return cause === undefined || saidT === undefined ? t : saidT + (t - cause.t);
  }

  /** True where it is not too early. */
  isDue(hear: Hear, nowT: number): boolean {
    return nowT >= this.dueT(hear) - EARLY_SECONDS - this.#tolerance(hear);
  }

  /** True where it is too late. */
  isLate(hear: Hear, nowT: number): boolean {
    return nowT > this.dueT(hear) + LATE_SECONDS + this.#tolerance(hear);
  }

  #tolerance(hear: Hear): number {
    return SAME_SHARE * (this.#waitSeconds.get(hear) ?? 0);
  }
}
