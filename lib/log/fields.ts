/**
 * Fields of log records: named values beside the message, with secrets masked.
 *
 * @module
 */

import { escapeControls } from "./escape.ts";

/** Named values of a log record; a field that is `undefined` is left out. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What stands in place of a secret. */
const MASK = "***";
/** Longest value in characters. */
const LONGEST_VALUE = 2000;
/** Names of fields whose values never reach a log. */
const SECRET_NAME =
  /pass(word|wd|phrase)|secret|credential|ticket|authorization|(private|session|api)_?key/i;

/** Cuts a long text, saying how much is gone. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length)}… (${text.length - length} more)`;
}

function hasOwnText(value: object): boolean {
  return !Array.isArray(value) && typeof value.toString === "function" &&
    value.toString !== Object.prototype.toString;
}

function describeObject(value: object): string {
  const mask = (name: string, inner: unknown) =>
    SECRET_NAME.test(name) ? MASK : typeof inner === "bigint" ? String(inner) : inner;
  try {
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    return hasOwnText(value) ? String(value) : JSON.stringify(value, mask) ?? "";
  } catch {
    // A value that cannot be shown (a circle, a getter that throws) must not stop the component.
    return "[unprintable]";
  }
}

/**
 * Turns the value of a field into one that JSON can hold.
 *
 * @param name Name of the field; decides whether the value is masked.
 * @param value Any value.
 * @returns A number, a truth value, `null` or a text of at most 2000 characters and a few.
 */
export function plainValue(name: string, value: unknown): string | number | boolean | null {
  if (SECRET_NAME.test(name)) return MASK;
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  const text = typeof value === "object" ? describeObject(value) : String(value);
  return shorten(text, LONGEST_VALUE);
}

/**
 * Writes fields as `name=value name="two words"`.
 *
 * @param fields The fields.
 * @returns One line, empty where there are no fields.
 */
export function formatFields(fields: LogFields): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const text = String(plainValue(name, value));
    const isWord = /^[^\s"=]+$/.test(text);
    parts.push(`${escapeControls(name)}=${escapeControls(isWord ? text : JSON.stringify(text))}`);
  }
  return parts.join(" ");
}
