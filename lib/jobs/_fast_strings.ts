/**
 * Gives back the speed of strings that ioredis takes away. It derives a class from `String`, upon which V8
 * keeps `String.prototype` as a dictionary, and every `charCodeAt` of the program becomes a call: the XML
 * parser takes three times as long.
 *
 * @module
 */

/** Reads that make V8 look at a prototype anew. */
const READS = 10;

/** Makes V8 keep `String.prototype` as a plain object again: it does for whatever others inherit from. */
export function restoreFastStrings(): void {
  const heir: Pick<string, "charCodeAt"> = Object.create(String.prototype);
  for (let read = 0; read < READS; read++) methodOf(heir);
}

function methodOf(heir: Pick<string, "charCodeAt">): unknown {
  return heir.charCodeAt;
}
