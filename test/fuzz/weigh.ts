/**
 * How much memory a result takes, roughly.
 *
 * @module
 */

/** What an object or an entry of a collection counts, in characters. */
const NODE = 8;

/**
 * Weighs a value: characters of its texts, bytes of its buffers, and a constant for each object in it.
 *
 * @param value A tree of plain objects, arrays, maps and texts.
 * @param limit Where to stop, so that the weighing too is bounded.
 * @returns Its weight in characters; more than `limit` where the limit is passed.
 */
export function weigh(value: unknown, limit: number): number {
  let weight = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && weight <= limit) {
    const item = open.pop();
    if (typeof item === "string") weight += item.length;
    else if (ArrayBuffer.isView(item)) weight += item.byteLength;
    else if (item instanceof Map) {
      weight += NODE * item.size;
      for (const [key, inner] of item) open.push(key, inner);
    } else if (typeof item === "object" && item !== null) {
      for (const [key, inner] of Object.entries(item)) {
        weight += NODE + (Array.isArray(item) ? 0 : key.length);
        open.push(inner);
      }
    }
  }
  return weight;
}
