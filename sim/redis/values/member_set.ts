/**
 * Redis' set type: members that can also be drawn by chance in constant time.
 *
 * @module
 */

import type { Bytes } from "../bytes.ts";

/** A set of byte strings with random access. */
export class MemberSet {
  readonly #places = new Map<Bytes, number>();
  readonly #members: Bytes[] = [];

  /** @param members First members. */
  constructor(members: Iterable<Bytes> = []) {
    for (const member of members) this.add(member);
  }

  /** Number of members. */
  get size(): number {
    return this.#members.length;
  }

  /** Whether `member` is in the set. */
  has(member: Bytes): boolean {
    return this.#places.has(member);
  }

  /** Adds a member; false when it was there. */
  add(member: Bytes): boolean {
    if (this.#places.has(member)) return false;
    this.#places.set(member, this.#members.length);
    this.#members.push(member);
    return true;
  }

  /** Removes a member; false when it was not there. */
  delete(member: Bytes): boolean {
    const place = this.#places.get(member);
    if (place === undefined) return false;
    this.#places.delete(member);
    const last = this.#members.pop() ?? "";
    if (place < this.#members.length) {
      this.#members[place] = last;
      this.#places.set(last, place);
    }
    return true;
  }

  /** @param fraction In [0, 1). @returns The member at that part of the set. */
  pick(fraction: number): Bytes | undefined {
    return this.#members[Math.floor(fraction * this.#members.length)];
  }

  /** Iterates in order of insertion; members added or removed meanwhile are seen or not seen. */
  [Symbol.iterator](): IterableIterator<Bytes> {
    return this.#places.keys();
  }
}
