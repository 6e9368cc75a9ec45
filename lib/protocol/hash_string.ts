/**
 * Hash strings: the original's text form of a flat hash, `name=value####`, lists as `a::::b`. It
 * carries `jmJobData` and the answers of Heartbeat.
 *
 * @module
 */

/** A flat hash; a value is a text or a list of texts. */
export type HashString = Readonly<Record<string, string | readonly string[]>>;

const PAIR_END = "####";
const LIST_SEPARATOR = "::::";

/**
 * Writes a hash string.
 *
 * @param hash Names and values.
 * @returns The text; `""` for an empty hash.
 * @throws {RangeError} When a name or value could not be read back: it holds a separator or borders on
 * one so that the text would be cut elsewhere.
 */
export function formatHashString(hash: HashString): string {
  let text = "";
  for (const name of Object.keys(hash)) {
    const value = hash[name] ?? "";
    if (name.includes("=") || !isCarried(name)) {
      throw new RangeError(`Cannot write hash string: bad name ${JSON.stringify(name)}`);
    }
    for (const item of typeof value === "string" ? [value] : value) {
      if (!isCarried(item)) {
        throw new RangeError(
          `Cannot write hash string: bad value of ${name}: ${JSON.stringify(item.slice(0, 80))}`,
        );
      }
    }
    text += `${name}=${typeof value === "string" ? value : value.join(LIST_SEPARATOR)}${PAIR_END}`;
  }
  return text;
}

function isCarried(part: string): boolean {
  return !part.includes(PAIR_END) && !part.includes(LIST_SEPARATOR) &&
    !part.startsWith("#") && !part.endsWith("#") && !part.startsWith(":") && !part.endsWith(":");
}

/**
 * Reads a hash string as the original does: the last of equal names wins, a list of one comes back
 * as a text, empty items at the end of a list are lost, a name without `=` has an empty value.
 *
 * @param text The text; anything is accepted.
 * @returns Names and values.
 */
export function parseHashString(text: string): Record<string, string | string[]> {
  // A null prototype: names come from the wire and may be `__proto__`.
  const hash: Record<string, string | string[]> = Object.create(null);
  for (const pair of text.split(PAIR_END)) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? "" : pair.slice(equals + 1);
    hash[name] = value.includes(LIST_SEPARATOR) ? splitList(value) : value;
  }
  return hash;
}

function splitList(value: string): string[] {
  const items = value.split(LIST_SEPARATOR);
  while (items.length > 0 && items.at(-1) === "") items.pop();
  return items;
}

/** One text of a hash string; `undefined` where it is missing, a list, or empty. */
export function hashText(hash: HashString, name: string): string | undefined {
  const value = hash[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
