/**
 * Where local variables are kept: each has a slot in the frame of its function, or of its loop, whose every
 * turn has variables of its own.
 *
 * @module
 */
import type { Bytes } from "../../bytes.ts";

/** Where a variable is found. */
export interface Place {
  /** Frames further out. */
  readonly depth: number;
  /** Place in that frame. */
  readonly slot: number;
  /** Whether it belongs to a function further out. */
  readonly isUpvalue: boolean;
}

/** The variables of one frame. */
export class Scope {
  readonly #blocks: Map<Bytes, number>[] = [new Map()];
  #slotCount = 0;

  /**
   * @param parent The scope around it.
   * @param isFunction Whether it is a function's, else a loop's.
   */
  constructor(readonly parent: Scope | undefined, readonly isFunction: boolean) {}

  /** Begins a block. */
  enter(): void {
    this.#blocks.push(new Map());
  }

  /** Ends a block: its variables are no longer seen. */
  leave(): void {
    this.#blocks.pop();
  }

  /** Makes a variable; it hides others of that name. */
  declare(name: Bytes): number {
    this.#blocks.at(-1)?.set(name, this.#slotCount);
    return this.#slotCount++;
  }

  /** Finds a variable; `undefined` where there is none of that name. */
  find(name: Bytes): Place | undefined {
    const slot = this.#slotOf(name);
    if (slot !== undefined) return { depth: 0, slot, isUpvalue: false };
    const place = this.parent?.find(name);
    if (place === undefined) return undefined;
    return { ...place, depth: place.depth + 1, isUpvalue: place.isUpvalue || this.isFunction };
  }

  #slotOf(name: Bytes): number | undefined {
    for (let index = this.#blocks.length - 1; index >= 0; index--) {
      const slot = this.#blocks[index]?.get(name);
      if (slot !== undefined) return slot;
    }
    return undefined;
  }
}
