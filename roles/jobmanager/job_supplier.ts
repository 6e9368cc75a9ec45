/**
 * The seam to where jobs come from when the queue is empty.
 *
 * @module
 */

/** The machine that asks for a job. */
export interface AskingHost {
  /** Fully qualified name. */
  readonly name: string;
  /** Its description, as it came. */
  readonly jdl: string;
}

/** Fills a manager's queue on demand. */
export interface JobSupplier {
  /** True where {@linkcode supply} would now find a job for this machine. */
  offers(host: AskingHost): Promise<boolean>;
  /** Puts a job for this machine into the queue, if there is one. */
  supply(host: AskingHost): Promise<void>;
}
