/**
 * Variables of a replay: what had one value in the trace and has another one now.
 *
 * @module
 */

/** What a variable stands for. Values of different kinds never meet. */
export type VariableKind =
  /** Id of a message, presence or iq. */
  | "id"
  /** JID, bare or full, or `room/nick`. */
  | "jid"
  /** Id of a job. */
  | "job"
  /** Name of an agent's machine. */
  | "host"
  /** Address of the file server that has a job's input. */
  | "input-address"
  /** Address of the file server that takes its output. */
  | "output-address"
  /** Directory with a job's input. */
  | "input-directory"
  /** Directory for its output. */
  | "output-directory"
  /** A pair of a manager's `jmJobData`, prefixed by its name. */
  | "data"
  /** A ticket of the original's secure mode. */
  | "ticket"
  /** What a job is made of: command, files, environment. */
  | "content";

/** What a match may bind: not the values of `fixed` kinds, which are the same now as then. */
export interface BindingsOptions {
  /** Kinds whose values must be those of the trace. Default: none. */
  readonly fixed?: readonly VariableKind[] | undefined;
}

/** A one-to-one mapping between the values of a trace and those of now. */
export class Bindings {
  readonly #fixed: ReadonlySet<VariableKind>;
  readonly #now = new Map<string, string>();
  readonly #then = new Map<string, string>();

  /**
   * Makes an empty mapping.
   *
   * @param options See {@linkcode BindingsOptions}.
   */
  constructor(options: BindingsOptions = {}) {
    this.#fixed = new Set(options.fixed);
  }

  /**
   * Says that a value of the trace is this one now.
   *
   * @param kind What it stands for.
   * @param then The value in the trace.
   * @param now The value now.
   * @returns False where either stands for another value already; nothing is bound then.
   */
  bind(kind: VariableKind, then: string, now: string): boolean {
    if (!this.agrees(kind, then, now)) return false;
    this.#now.set(`${kind} ${then}`, now);
    this.#then.set(`${kind} ${now}`, then);
    return true;
  }

  /** True where {@linkcode bind} would succeed. */
  agrees(kind: VariableKind, then: string, now: string): boolean {
    if (this.#fixed.has(kind)) return then === now;
    const knownNow = this.#now.get(`${kind} ${then}`);
    const knownThen = this.#then.get(`${kind} ${now}`);
    return (knownNow === undefined || knownNow === now) &&
      (knownThen === undefined || knownThen === then);
  }

  /** The value now; that of the trace where it is not bound. */
  now(kind: VariableKind, then: string): string {
    return this.#now.get(`${kind} ${then}`) ?? then;
  }

  /** True where the value of the trace is bound. */
  knows(kind: VariableKind, then: string): boolean {
    return this.#now.has(`${kind} ${then}`);
  }
}
