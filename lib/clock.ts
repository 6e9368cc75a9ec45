/**
 * Time as a seam: roles and libraries ask a {@linkcode Clock}, never the system, so that the same code
 * runs live and in virtual time.
 *
 * @module
 */

/** A pending call of {@linkcode Clock.after}; cancelling one that has fired does nothing. */
export interface Timer {
  /** Takes the call back. */
  cancel(): void;
}

/** Source of time and of everything that waits for it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `callback` once, `delayMs` milliseconds from now (0 or less: as soon as possible). */
  after(delayMs: number, callback: () => void): Timer;
}

/** Options of {@linkcode sleep}. */
export interface SleepOptions {
  /** Ends the wait early; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits on a clock.
 *
 * @example
 * ```ts
 * import { sleep, systemClock } from "./clock.ts";
 * import { assertRejects } from "@std/assert";
 *
 * await sleep(systemClock, 1);
 * const signal = AbortSignal.abort(new Error("No time to wait"));
 * await assertRejects(() => sleep(systemClock, 60_000, { signal }), Error, "No time to wait");
 * ```
 *
 * @param clock The clock to wait on.
 * @param delayMs Length of the wait in milliseconds.
 * @param options An optional abort signal.
 * @returns A promise that resolves when the time has passed.
 * @throws The signal's reason, when it is aborted first.
 */
export function sleep(clock: Clock, delayMs: number, options: SleepOptions = {}): Promise<void> {
  const { signal } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => {
    timer.cancel();
    reject(signal?.reason);
  };
  const timer = clock.after(delayMs, () => {
    signal?.removeEventListener("abort", abort);
    resolve();
  });
  signal?.addEventListener("abort", abort, { once: true });
  return promise;
}

/**
 * Waits until an action has ended or its time is over, whichever is first. The action goes on.
 *
 * @param clock Tells the time.
 * @param limitMs Longest wait in milliseconds.
 * @param action What is waited for.
 * @throws What the action throws in time.
 */
export async function within(
  clock: Clock,
  limitMs: number,
  action: Promise<unknown>,
): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(limitMs, resolve);
  try {
    await Promise.race([action, over]);
  } finally {
    timer.cancel();
  }
}

/**
 * Does something that must end in time.
 *
 * @param clock Tells the time.
 * @param limitMs Longest time in milliseconds.
 * @param action What is done; its signal ends it when the time is over, or when `signal` does.
 * @param signal Ends it, too. Default: nothing but time does.
 * @returns What the action gives.
 * @throws What the action throws; of an action that ends by its signal, the signal's reason.
 */
export async function inTime<T>(
  clock: Clock,
  limitMs: number,
  action: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const limit = new AbortController();
  const late = () => limit.abort(new Error(`no answer in ${limitMs / 1000} s`));
  const timer = clock.after(limitMs, late);
  try {
    return await action(
      signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]),
    );
  } finally {
    timer.cancel();
  }
}

/**
 * Does something again and again, each time so long after the last has ended.
 *
 * @param clock The clock to wait on.
 * @param intervalMs Wait before each time in milliseconds.
 * @param action What is done; must not reject.
 * @returns What ends it, waiting for an action that is under way.
 */
export function repeat(
  clock: Clock,
  intervalMs: number,
  action: () => Promise<unknown>,
): AsyncDisposable {
  let timer: Timer;
  let running: Promise<void> = Promise.resolve();
  let ended = false;
  const arm = () => {
    if (ended) return;
    timer = clock.after(intervalMs, () => {
      running = action().then(arm);
    });
  };
  arm();
  return {
    [Symbol.asyncDispose]: async () => {
      ended = true;
      timer.cancel();
      await running;
    },
  };
}

/** Longest delay that a system timer takes; longer ones would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    let handle: ReturnType<typeof setTimeout>;
    const arm = (leftMs: number) => {
      const stepMs = Math.min(leftMs, LONGEST_TIMER_MS);
      handle = setTimeout(() => leftMs > stepMs ? arm(leftMs - stepMs) : callback(), stepMs);
    };
    arm(Math.max(0, delayMs));
    return { cancel: () => clearTimeout(handle) };
  },
};

/**
 * The machine's time for measurements: milliseconds with fractions since the process began. It never jumps,
 * whatever is done to the clock.
 */
export function stopwatchMs(): number {
  return performance.now();
}
