/**
 * The order in which jobs must leave the queue: the highest priority first; within one, what came back
 * before what is new, and what is new in the order of its submission.
 *
 * @module
 */

/** The waiting jobs of one priority. */
interface Line {
  /** New jobs in their order; those before `head` have left. */
  fresh: string[];
  head: number;
  /** Jobs that came back. */
  readonly returned: Set<string>;
}

/** Left entries are cut off once there are so many. */
const COMPACT_AT = 4096;

/** The queue as it should be. */
export class QueueOrder {
  readonly #lines = new Map<number, Line>();

  /** Priorities that were ever used. */
  priorities(): Iterable<number> {
    return this.#lines.keys();
  }

  /** Number of jobs of a priority that wait. */
  length(priority: number): number {
    const line = this.#lines.get(priority);
    return line === undefined ? 0 : lengthOf(line);
  }

  /** A job that was never handed out begins to wait. */
  submit(id: string, priority: number): void {
    this.#line(priority).fresh.push(id);
  }

  /** A job comes back. */
  giveBack(id: string, priority: number): void {
    this.#line(priority).returned.add(id);
  }

  /**
   * A job is handed out.
   *
   * @returns What speaks against it being the next one; `undefined`: nothing.
   */
  take(id: string, priority: number): string | undefined {
    const line = this.#line(priority);
    for (const [other, { fresh, head, returned }] of this.#lines) {
      if (other > priority && fresh.length - head + returned.size > 0) {
        return `jobs of priority ${other} wait`;
      }
    }
    if (line.returned.delete(id)) return undefined;
    if (line.returned.size > 0) return `${[...line.returned][0]} was put back to the head`;
    const next = line.fresh[line.head];
    if (next !== id) return next === undefined ? "it did not wait" : `${next} came before`;
    if (++line.head >= COMPACT_AT) {
      line.fresh = line.fresh.slice(line.head);
      line.head = 0;
    }
    return undefined;
  }

  /** A job leaves without being handed out: it is held or cancelled. */
  withdraw(id: string, priority: number): void {
    const line = this.#line(priority);
    if (line.returned.delete(id)) return;
    const index = line.fresh.indexOf(id, line.head);
    if (index >= 0) line.fresh.splice(index, 1);
  }

  #line(priority: number): Line {
    const line = this.#lines.get(priority) ?? { fresh: [], head: 0, returned: new Set() };
    this.#lines.set(priority, line);
    return line;
  }
}

function lengthOf({ fresh, head, returned }: Line): number {
  return fresh.length - head + returned.size;
}
