/**
 * All chance of a world, from one seed. Each party has a stream of its own, and each stream spends the same
 * draws whether what it decides takes effect or not: so single faults can be left out, and the others stay
 * where they were.
 *
 * @module
 */
import type { Random } from "../../lib/random.ts";
import { seededRandom } from "../../lib/random.ts";
import { hashText, mix } from "./event_hash.ts";

/** Faults that are listed at most; a world that knows more cannot be shrunk. */
const MOST_LISTED = 200_000;

/** Decides what befalls whom. */
export class Fate {
  readonly #seed: number;
  readonly #only: ReadonlySet<string> | undefined;
  readonly #struck: string[] = [];
  #count = 0;
  #isOver = false;

  /**
   * @param seed Any number; its low 32 bits count.
   * @param only Faults that may strike. Default: all that the dice decide on.
   */
  constructor(seed: number, only?: ReadonlySet<string>) {
    this.#seed = seed >>> 0;
    this.#only = only;
  }

  /** Faults that have struck, in order; the first two hundred thousand of them. */
  get struck(): readonly string[] {
    return this.#struck;
  }

  /** Number of faults that have struck. */
  get count(): number {
    return this.#count;
  }

  /** A source of bytes for whoever bears the name: ids, nonces, jitter. */
  random(name: string): Random {
    return seededRandom(hashText(this.#seed, name));
  }

  /** Dice for whoever bears the name. */
  dice(name: string): Dice {
    return new Dice(this, name, hashText(hashText(this.#seed, "dice"), name));
  }

  /** From now on nothing strikes any more. */
  end(): void {
    this.#isOver = true;
  }

  /** Notes that a fault strikes; false where it is to be left out, or nothing strikes any more. */
  admits(fault: string): boolean {
    if (this.#isOver) return false;
    if (this.#only !== undefined && !this.#only.has(fault)) return false;
    this.#count++;
    if (this.#struck.length < MOST_LISTED) this.#struck.push(fault);
    return true;
  }
}

/** One party's dice. */
export class Dice {
  readonly #fate: Fate;
  readonly #name: string;
  #state: number;
  #throws = 0;

  /**
   * @param fate Who is asked whether a fault may strike.
   * @param name Whose dice they are; part of the faults' names.
   * @param seed Where the stream begins.
   */
  constructor(fate: Fate, name: string, seed: number) {
    this.#fate = fate;
    this.#name = name;
    this.#state = seed;
  }

  /** A number in [0, 1). */
  fraction(): number {
    this.#throws++;
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    return mix(this.#state) / 2 ** 32;
  }

  /** A number between two others. */
  between(least: number, greatest: number): number {
    return least + this.fraction() * (greatest - least);
  }

  /** A time until something that happens at random, `mean` on average; Infinity where that is. */
  wait(mean: number): number {
    return -Math.log(1 - this.fraction()) * mean;
  }

  /**
   * Decides whether a fault strikes, by one throw.
   *
   * @param kind What would happen, such as `drop`; `kind:NAME#THROW` is the fault's name.
   * @param probability How likely that is.
   * @returns A number in [0, 1) to draw the fault's size from; `undefined` where nothing happens.
   */
  strike(kind: string, probability: number): number | undefined {
    const drawn = this.fraction();
    if (drawn >= probability) return undefined;
    return this.#fate.admits(`${kind}:${this.#name}#${this.#throws}`)
      ? drawn / probability
      : undefined;
  }
}
