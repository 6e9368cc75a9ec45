/**
 * What the sources of the dashboard have in common: each may be left out, each may break, and the
 * pages say so in its place while the rest works.
 *
 * @module
 */
import { messageOf } from "../../../lib/error_message.ts";
import { InFlight } from "../../../lib/in_flight.ts";

/** The sources, by the word that pages and answers use. */
export type SourceName = "queue" | "graphite" | "mongodb";

/** How a source is. */
export interface SourceHealth {
  /** `off`: not configured; `broken`: the last use failed. */
  readonly state: "ok" | "off" | "broken";
  /** What is wrong, or how it is switched on, in a sentence; empty where all is well. */
  readonly message: string;
}

/** A source cannot answer. */
export class SourceError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "SourceError";

  /**
   * @param source Which one.
   * @param health How it is.
   * @param options What broke it.
   */
  constructor(
    readonly source: SourceName,
    readonly health: SourceHealth,
    options?: ErrorOptions,
  ) {
    super(health.message, options);
  }
}

/** How a source is once the dashboard ends. */
const CLOSED: SourceHealth = { state: "broken", message: "The dashboard is being closed" };

/** Options of a {@linkcode Source}. */
export interface SourceOptions<T> {
  /** Which one it is. */
  readonly name: SourceName;
  /** How it is switched on, in a sentence, for people who wonder where it is. */
  readonly hint: string;
  /** Connects; called again at the next use after a failure. Default: the source is off. */
  readonly open?: (() => Promise<T>) | undefined;
}

/** One source behind its client. */
export class Source<T> {
  readonly #options: SourceOptions<T>;
  readonly #uses = new InFlight();
  readonly #closing = new AbortController();
  #client: Promise<T> | undefined;
  #health: SourceHealth;

  /** @param options See {@linkcode SourceOptions}. Nothing is connected before the first use. */
  constructor(options: SourceOptions<T>) {
    this.#options = options;
    this.#health = options.open === undefined
      ? { state: "off", message: options.hint }
      : { state: "ok", message: "" };
  }

  /** How it was at the last use. */
  get health(): SourceHealth {
    return this.#health;
  }

  /**
   * Does something with the client.
   *
   * @param action What to do; its signal is aborted when the source is closed.
   * @returns What it gives.
   * @throws {SourceError} When the source is off, breaks, or is closed meanwhile.
   */
  async use<R>(action: (client: T, signal: AbortSignal) => Promise<R>): Promise<R> {
    const { name, open } = this.#options;
    if (open === undefined) throw new SourceError(name, this.#health);
    const { signal } = this.#closing;
    try {
      const result = await unlessAborted(
        this.#uses.run(async () => await action(await this.#connect(open), signal)),
        signal,
      );
      this.#health = { state: "ok", message: "" };
      return result;
    } catch (error) {
      if (error instanceof QuestionError) throw error;
      if (signal.aborted) throw new SourceError(name, CLOSED, { cause: error });
      this.#health = { state: "broken", message: shortMessage(error) };
      throw new SourceError(name, this.#health, { cause: error });
    }
  }

  /** Ends its uses and allows no more; resolves when nothing of them is left. */
  async close(): Promise<void> {
    this.#closing.abort(new Error(CLOSED.message));
    await this.#uses.close();
  }

  #connect(open: () => Promise<T>): Promise<T> {
    const opening = this.#client ??= open();
    return opening.catch((error) => {
      // The next use tries anew, unless one that failed beside this has begun to.
      if (this.#client === opening) this.#client = undefined;
      throw error;
    });
  }
}

/** Waits for an action, but no longer than until the signal. */
async function unlessAborted<R>(action: Promise<R>, signal: AbortSignal): Promise<R> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([action, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** The question was wrong, not the source: a bad pattern, an unknown id. */
export class QuestionError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "QuestionError";

  /**
   * @param message What is wrong with the question.
   * @param status The HTTP status that says so.
   */
  constructor(message: string, readonly status: 400 | 401 | 403 | 404 | 409 | 415 | 429 = 400) {
    super(message);
  }
}

/** An error's message with its cause's, in one line of bounded length. */
function shortMessage(error: unknown): string {
  const text = messageOf(error);
  const cause = error instanceof Error && error.cause instanceof Error
    ? `: ${error.cause.message}`
    : "";
  return `${text}${cause}`.replace(/\s+/g, " ").slice(0, 300);
}
