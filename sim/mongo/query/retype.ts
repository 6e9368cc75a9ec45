/**
 * Gives numbers the BSON types back that they had before JavaScript's numbers stood for them.
 *
 * @module
 */

import { Double, Int32, Long } from "bson";
import { isDocument } from "../documents/codec.ts";

const LEAST_INT32 = -(2 ** 31);
const MOST_INT32 = 2 ** 31 - 1;

/**
 * Types the numbers of a value after those that stand at the same places of another one.
 *
 * @param value A value with plain numbers.
 * @param model A value with typed numbers, such as the earlier version of a document.
 * @returns The value with typed numbers where the model has one; a number that its type cannot hold gets
 *   the next wider one.
 */
export function retype<Value>(value: Value, model: unknown): Value {
  return typed(value, model) as Value;
}

function typed(value: unknown, model: unknown): unknown {
  if (typeof value === "number") return typedNumber(value, model);
  if (Array.isArray(value)) {
    const items = Array.isArray(model) ? model : [];
    return value.map((item, index) => typed(item, items[index]));
  }
  if (!isDocument(value)) return value;
  const fields = isDocument(model) ? model : {};
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      typed(inner, Object.hasOwn(fields, name) ? fields[name] : undefined),
    ]),
  );
}

function typedNumber(value: number, model: unknown): unknown {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return new Double(value);
  if (model instanceof Double) return new Double(value);
  const fitsInt32 = value >= LEAST_INT32 && value <= MOST_INT32;
  if (model instanceof Long) return Long.fromNumber(value);
  return fitsInt32 ? new Int32(value) : wide(value, model);
}

/** An int32 that outgrew its type becomes an int64, as in MongoDB; a number of no known type a double. */
function wide(value: number, model: unknown): Double | Long {
  return model instanceof Int32 ? Long.fromNumber(value) : new Double(value);
}
