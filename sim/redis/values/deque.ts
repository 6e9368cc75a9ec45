/**
 * A list that is cheap at both ends: Redis' list type.
 *
 * @module
 */

import type { Bytes } from "../bytes.ts";

const SMALLEST_CAPACITY = 8;

/** A ring of byte strings; pushing and popping at both ends and indexing take constant time. */
export class Deque {
  #ring: Bytes[];
  #head = 0;
  #length = 0;

  /** @param items First contents, head first. */
  constructor(items: readonly Bytes[] = []) {
    this.#ring = Deque.#room(items.length);
    for (const item of items) this.pushTail(item);
  }

  static #room(length: number): Bytes[] {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(SMALLEST_CAPACITY, length)));
    return new Array<Bytes>(capacity).fill("");
  }

  /** Number of items. */
  get length(): number {
    return this.#length;
  }

  /** @param item Becomes the first item. */
  pushHead(item: Bytes): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#ring.length - 1);
    this.#ring[this.#head] = item;
    this.#length++;
  }

  /** @param item Becomes the last item. */
  pushTail(item: Bytes): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = item;
    this.#length++;
  }

  /** Takes the first item; `undefined` when there is none. */
  popHead(): Bytes | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#ring[this.#head];
    this.#ring[this.#head] = "";
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    return item;
  }

  /** Takes the last item; `undefined` when there is none. */
  popTail(): Bytes | undefined {
    if (this.#length === 0) return undefined;
    this.#length--;
    const slot = (this.#head + this.#length) & (this.#ring.length - 1);
    const item = this.#ring[slot];
    this.#ring[slot] = "";
    return item;
  }

  /** @param index 0 is the head. @returns The item there, if there is one. */
  at(index: number): Bytes | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    return this.#ring[(this.#head + index) & (this.#ring.length - 1)];
  }

  /** @param index Of an item that exists. @param item Takes its place. */
  set(index: number, item: Bytes): void {
    this.#ring[(this.#head + index) & (this.#ring.length - 1)] = item;
  }

  /** Copies the items from `start` up to, not including, `end`. */
  slice(start = 0, end = this.#length): Bytes[] {
    const items: Bytes[] = [];
    for (let index = start; index < end; index++) items.push(this.at(index) ?? "");
    return items;
  }

  /** Removes the item at `index`, moving the shorter side. */
  removeAt(index: number): void {
    if (index < this.#length / 2) {
      for (let at = index; at > 0; at--) this.set(at, this.at(at - 1) ?? "");
      this.popHead();
    } else {
      for (let at = index; at < this.#length - 1; at++) this.set(at, this.at(at + 1) ?? "");
      this.popTail();
    }
  }

  /** Inserts an item before `index`, moving the shorter side. */
  insertAt(index: number, item: Bytes): void {
    if (index < this.#length / 2) {
      this.pushHead(item);
      for (let at = 0; at < index; at++) this.set(at, this.at(at + 1) ?? "");
    } else {
      this.pushTail(item);
      for (let at = this.#length - 1; at > index; at--) this.set(at, this.at(at - 1) ?? "");
    }
    this.set(index, item);
  }

  /** A copy that shares nothing. */
  clone(): Deque {
    return new Deque(this.slice());
  }

  #grow(): void {
    const items = this.slice();
    this.#ring = Deque.#room(items.length * 2);
    for (let index = 0; index < items.length; index++) this.#ring[index] = items[index] ?? "";
    this.#head = 0;
  }
}
