/**
 * The life of one process: everything it does goes through its seams, so it dies when they go dead, at any
 * point between two effects, and what it has begun never settles, as after `kill -9`. A process may also
 * hang for a while, as one that is stopped or swapped out.
 *
 * @module
 */
import type { Clock, Timer } from "../../lib/clock.ts";

/** How a process's own clock differs from true time. */
export interface Skew {
  /** Milliseconds that it is ahead; negative: behind. */
  readonly offsetMs: number;
  /** Its milliseconds in one of true time. */
  readonly rate: number;
}

const NO_SKEW: Skew = { offsetMs: 0, rate: 1 };

/** Life of one process. */
export class Life {
  /** Name of the process, such as `agent-3#2`: the second process of that agent. */
  readonly name: string;
  /** The clock that the process sees; its timers die with it. */
  readonly clock: Clock;
  readonly #world: Clock;
  #dead = false;
  #stepsLeft = Infinity;
  #mayDie: () => boolean = () => true;
  #wakesMs = 0;
  #timers = 0;
  readonly #onDeath: (() => void)[] = [];

  /**
   * @param name Name of the process.
   * @param world True time.
   * @param skew How its own clock differs. Default: not at all.
   */
  constructor(name: string, world: Clock, skew: Skew = NO_SKEW) {
    this.name = name;
    this.#world = world;
    const startMs = world.now();
    const { offsetMs, rate } = skew;
    this.clock = {
      now: () => Math.floor(startMs + (world.now() - startMs) * rate + offsetMs),
      after: (delayMs, callback) => this.#after(Math.ceil(delayMs / rate), callback),
    };
  }

  /** True after death. */
  get dead(): boolean {
    return this.#dead;
  }

  /** Timers that are live. */
  get timers(): number {
    return this.#timers;
  }

  /** Calls back at death. */
  onDeath(callback: () => void): void {
    this.#onDeath.push(callback);
  }

  /** Kills the process at once. */
  kill(): void {
    if (this.#dead) return;
    this.#dead = true;
    for (const callback of this.#onDeath) callback();
  }

  /** Lets the process die at the `steps`th step from now, if it then may. */
  killAfter(steps: number, mayDie: () => boolean = () => true): void {
    this.#stepsLeft = steps;
    this.#mayDie = mayDie;
  }

  /** Stops the process for a while: nothing reaches it until then, everything after. */
  hang(durationMs: number): void {
    this.#wakesMs = this.#world.now() + durationMs;
  }

  /** Makes a step, before an effect or after it; false where the process is dead, or dies here. */
  survives(): boolean {
    if (this.#dead) return false;
    if (--this.#stepsLeft <= 0) {
      this.#stepsLeft = Infinity;
      if (this.#mayDie()) this.kill();
    }
    return !this.#dead;
  }

  /** True while the process lives and does not hang. */
  get awake(): boolean {
    return !this.#dead && (this.#wakesMs === 0 || this.#wakesMs <= this.#world.now());
  }

  /** Lets something reach the process: at once, when it no longer hangs, or never. */
  reach(callback: () => void): void {
    if (this.#dead) return;
    const leftMs = this.#wakesMs - this.#world.now();
    if (leftMs <= 0) callback();
    else this.#world.after(leftMs, () => this.reach(callback));
  }

  /** A timer of the process has ended or was cancelled. */
  timerEnded(): void {
    this.#timers--;
  }

  #after(delayMs: number, callback: () => void): Timer {
    this.#timers++;
    return new LifeTimer(this, this.#world, delayMs, callback);
  }
}

/** A timer that rings only while its process lives, and late where that hangs. */
class LifeTimer implements Timer {
  readonly #life: Life;
  readonly #timer: Timer;
  /** `undefined` once it has rung or was cancelled. */
  #callback: (() => void) | undefined;

  constructor(life: Life, world: Clock, delayMs: number, callback: () => void) {
    this.#life = life;
    this.#callback = callback;
    this.#timer = world.after(delayMs, () => {
      if (life.awake) this.#ring();
      else life.reach(() => this.#ring());
    });
  }

  cancel(): void {
    this.#end();
    this.#timer.cancel();
  }

  #ring(): void {
    const callback = this.#callback;
    this.#end();
    callback?.();
  }

  #end(): void {
    if (this.#callback !== undefined) this.#life.timerEnded();
    this.#callback = undefined;
  }
}

/** What never settles. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}

const plains = new WeakMap<object, object>();

/**
 * Ties a seam to a life: its process may die before each call, or after the effect and before the answer.
 *
 * @param seam An object with asynchronous methods.
 * @param life The life.
 * @param silent Names of methods that have no effect to die beside. Default: none.
 * @returns The same object, dead with the process.
 */
export function mortal<Seam extends object>(
  seam: Seam,
  life: Life,
  silent: readonly PropertyKey[] = [],
): Seam {
  const wrapped = new Map<PropertyKey, unknown>();
  const proxy = new Proxy(seam, {
    get(target, key) {
      const known = wrapped.get(key);
      if (known !== undefined) return known;
      const member = Reflect.get(target, key, target);
      if (typeof member !== "function") return member;
      const method = silent.includes(key)
        ? member.bind(target)
        : (...args: unknown[]) => callMortal(life, member, target, args);
      wrapped.set(key, method);
      return method;
    },
  });
  plains.set(proxy, seam);
  return proxy;
}

function callMortal(
  life: Life,
  // deno-lint-ignore ban-types -- whatever method a seam may have
  method: Function,
  target: object,
  args: readonly unknown[],
): unknown {
  if (!life.survives()) return never();
  // A seam that is an argument of another one is handed over as it is.
  const result: unknown = method.apply(target, args.map((arg) => plains.get(arg as object) ?? arg));
  if (!(result instanceof Promise)) return result;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  result.then(
    (value) => life.reach(() => life.survives() && resolve(value)),
    (error) => life.reach(() => reject(error)),
  );
  return promise;
}
