/**
 * Records whose names come from the wire.
 *
 * @module
 */

/** A constructor without a body: what it makes inherits nothing. */
const BareRecord = function () {} as unknown as new () => Record<string, never>;
BareRecord.prototype = Object.freeze(Object.create(null));

/**
 * Makes an empty record that inherits nothing, so that `toString` and `__proto__` are names as any
 * other. `Object.create(null)` does the same, but the engine keeps that as a hash table, which takes
 * several times as long to fill and to read.
 */
export function bareRecord<Value>(): Record<string, Value> {
  return new BareRecord() as Record<string, Value>;
}
