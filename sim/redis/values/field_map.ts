/**
 * Redis' hash: fields and their values in order of insertion.
 *
 * Most hashes are small and there are many: a list takes a third of the memory of a Map and is searched as
 * fast. A hash that grows becomes a Map.
 *
 * @module
 */
import type { Bytes } from "../bytes.ts";

/** Fields of the largest hash that is kept as a list. */
const MOST_IN_LIST = 32;

/** Values by field. */
export class FieldMap implements Iterable<readonly [field: Bytes, value: Bytes]> {
  /** Field, value, field, value …; empty once there is a map. */
  #list: Bytes[] = [];
  #map: Map<Bytes, Bytes> | undefined;

  /** @param entries First fields with their values. */
  constructor(entries: Iterable<readonly [Bytes, Bytes]> = []) {
    for (const [field, value] of entries) this.set(field, value);
  }

  /** Number of fields. */
  get size(): number {
    return this.#map?.size ?? this.#list.length / 2;
  }

  /** The value of a field, if it is there. */
  get(field: Bytes): Bytes | undefined {
    if (this.#map !== undefined) return this.#map.get(field);
    const index = this.#indexOf(field);
    return index < 0 ? undefined : this.#list[index + 1];
  }

  /** Whether a field is there. */
  has(field: Bytes): boolean {
    return this.#map?.has(field) ?? this.#indexOf(field) >= 0;
  }

  /** Sets the value of a field. */
  set(field: Bytes, value: Bytes): void {
    if (this.#map !== undefined) {
      this.#map.set(field, value);
      return;
    }
    const index = this.#indexOf(field);
    if (index >= 0) this.#list[index + 1] = value;
    else {
      this.#list.push(field, value);
      if (this.#list.length > 2 * MOST_IN_LIST) this.#becomeMap();
    }
  }

  /** Removes a field; false when it was not there. */
  delete(field: Bytes): boolean {
    if (this.#map !== undefined) return this.#map.delete(field);
    const index = this.#indexOf(field);
    if (index >= 0) this.#list.splice(index, 2);
    return index >= 0;
  }

  /** The fields as they are now; a later change does not disturb who goes through them. */
  keys(): IterableIterator<Bytes> {
    return this.#map?.keys() ?? this.#every(0).values();
  }

  /** The values as they are now. */
  values(): IterableIterator<Bytes> {
    return this.#map?.values() ?? this.#every(1).values();
  }

  /** Adds field, value, field, value … to a list. */
  pushAll(items: Bytes[]): void {
    if (this.#map === undefined) items.push(...this.#list);
    else for (const [field, value] of this.#map) items.push(field, value);
  }

  /** Iterates over fields and values. */
  *[Symbol.iterator](): Generator<readonly [Bytes, Bytes]> {
    if (this.#map !== undefined) {
      yield* this.#map;
      return;
    }
    const list = this.#list;
    for (let index = 0; index < list.length; index += 2) {
      yield [list[index] ?? "", list[index + 1] ?? ""];
    }
  }

  #indexOf(field: Bytes): number {
    const list = this.#list;
    for (let index = 0; index < list.length; index += 2) if (list[index] === field) return index;
    return -1;
  }

  #every(offset: 0 | 1): Bytes[] {
    return this.#list.filter((_, index) => index % 2 === offset);
  }

  #becomeMap(): void {
    const map = new Map(this);
    this.#list = [];
    this.#map = map;
  }
}
