/**
 * Documents of connections and changes to them, as they come from the wire: JSON objects in which nothing
 * can act on the database beyond what is meant.
 *
 * @module
 */
import type { Document } from "./detail_store.ts";

/** Longest text of a document or update. */
const LONGEST_TEXT = 64 * 1024;
/** Deepest nesting. */
const DEEPEST = 8;
/**
 * What an update may do; more than the original ever sends, and nothing that runs code, moves fields or lets
 * a document grow with every change.
 */
const OPERATORS: ReadonlySet<string> = new Set(["$set", "$inc", "$unset", "$min", "$max"]);

/**
 * Reads the document of a new connection.
 *
 * @param text JSON object. The texts `true` and `false` stand for themselves, as the original writes them.
 * @returns The document.
 * @throws {SyntaxError} When it is no such object, names its own `_id`, or a name in it begins with `$` or
 * holds a dot.
 */
export function parseDetails(text: string): Document {
  const details = parseObject(text);
  if ("_id" in details) throw new SyntaxError("It names its own _id");
  return checked(details, 1);
}

/**
 * Reads a change.
 *
 * @param text JSON object of MongoDB's update operators.
 * @returns The update.
 * @throws {SyntaxError} When it is no such object, or holds an operator that is not allowed.
 */
export function parseUpdate(text: string): Document {
  const update = parseObject(text);
  for (const [operator, fields] of Object.entries(update)) {
    if (!OPERATORS.has(operator)) {
      throw new SyntaxError(`Operator ${JSON.stringify(operator.slice(0, 40))} is not allowed`);
    }
    if (!isObject(fields)) throw new SyntaxError(`${operator} names no fields`);
  }
  return Object.fromEntries(
    Object.entries(update).map(([operator, fields]) => [
      operator,
      // A dot leads to a field inside another one, which is what updates are for.
      checked(fields as Document, 1, /^(?!\$)[\w-]+(?:\.(?!\$)[\w-]+)*$/),
    ]),
  );
}

function parseObject(text: string): Document {
  if (text.length > LONGEST_TEXT) throw new SyntaxError(`It has ${text.length} characters`);
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new SyntaxError("It is no JSON object");
  return value;
}

function isObject(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Copies an object whose names are plain. */
function checked(object: Document, depth: number, names = /^(?!\$)[^.\0]{1,100}$/): Document {
  if (depth > DEEPEST) throw new SyntaxError("It is nested too deeply");
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      if (!names.test(name)) {
        throw new SyntaxError(`Field ${JSON.stringify(name.slice(0, 40))} is not allowed`);
      }
      return [name, plain(value, depth)];
    }),
  );
}

function plain(value: unknown, depth: number): unknown {
  if (value === "true") return true;
  if (value === "false") return false;
  if (Array.isArray(value)) {
    if (depth >= DEEPEST) throw new SyntaxError("It is nested too deeply");
    return value.map((item) => plain(item, depth + 1));
  }
  return isObject(value) ? checked(value, depth + 1) : value;
}
