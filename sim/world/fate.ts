/**
 * All chance of a world, from one seed. Each party has a stream of its own, and each fault is decided on by
 * itself: so single faults can be left out, and the others stay where they were.
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
  readonly #seed: number;
  #state: number;
  /** The occasions that have been, by name. */
  readonly #occasions = new Map<string, Occasion>();

  /**
   * @param fate Who is asked whether a fault may strike.
   * @param name Whose dice they are; part of the faults' names.
   * @param seed Where the stream begins.
   */
  constructor(fate: Fate, name: string, seed: number) {
    this.#fate = fate;
    this.#name = name;
    this.#seed = seed;
    this.#state = seed;
  }

  /** A number in [0, 1). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    return mix(this.#state) / 2 ** 32;
  }

  /** A whole number between two others. */
  between(least: number, greatest: number): number {
    return Math.round(least + this.fraction() * (greatest - least));
  }

  /** A whole number, `mean` on average: how long until something happens that may at any time. */
  wait(mean: number): number {
    return Math.ceil(-Math.log(1 - this.fraction()) * mean);
  }

  /**
   * Another time that faults may strike.
   *
   * @param occasion What they would happen to, such as `jobDone`; counted.
   * @returns What decides on each kind of fault, until the occasion comes again.
   */
  on(occasion: string): Occasion {
    let known = this.#occasions.get(occasion);
    if (known === undefined) {
      const named = (kind: string) => `${kind}:${this.#name}/${occasion}`;
      known = new Occasion(this.#fate, this.#seed, named);
      this.#occasions.set(occasion, known);
    }
    known.count++;
    return known;
  }
}

/** An occasion on which faults may strike. */
export class Occasion {
  readonly #fate: Fate;
  readonly #seed: number;
  readonly #named: (kind: string) => string;
  /** Where the decisions on each kind begin. */
  readonly #seeds = new Map<string, number>();
  /** How often it has been. */
  count = 0;

  /**
   * @param fate Who is asked whether a fault may strike.
   * @param seed That of the dice.
   * @param named The name of a kind of fault on this occasion.
   */
  constructor(fate: Fate, seed: number, named: (kind: string) => string) {
    this.#fate = fate;
    this.#seed = seed;
    this.#named = named;
  }

  /**
   * Decides whether a fault strikes. The decision hangs on the occasion alone, not on what was decided
   * before.
   *
   * @param kind What would happen, such as `lost`. `kind:NAME/OCCASION.COUNT` is the fault's name.
   * @param probability How likely that is.
   * @returns A number in [0, 1) to draw the fault's size from; `undefined` where nothing happens.
   */
  strike(kind: string, probability: number): number | undefined {
    if (probability === 0) return undefined;
    let seed = this.#seeds.get(kind);
    if (seed === undefined) {
      seed = hashText(this.#seed, this.#named(kind));
      this.#seeds.set(kind, seed);
    }
    const drawn = mix(seed + this.count) / 2 ** 32;
    if (drawn >= probability) return undefined;
    return this.#fate.admits(`${this.#named(kind)}.${this.count}`)
      ? drawn / probability
      : undefined;
  }
}
