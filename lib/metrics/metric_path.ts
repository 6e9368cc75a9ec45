/**
 * Names of series. They are made of what components say, so whatever could break a line, a folder or the
 * tree of names is taken out; see the report's 2.3.1 for the tree.
 *
 * @module
 */

/** Longest name of a series; Carbon makes a path of it, and file systems end at 255 bytes a part. */
const LONGEST_PATH = 512;
/** Longest part of a name. */
const LONGEST_PART = 100;
/** Ids of jobs and sessions: series of their own for each would never end. */
const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/i;

/**
 * Makes one part of a name of any text: letters, digits, `_` and `-` stay.
 *
 * @param text The text, such as the name of a disk.
 * @returns The part; `_` for an empty text.
 */
export function metricPart(text: string): string {
  return text.slice(0, LONGEST_PART).replace(/[^\w-]/g, "_") || "_";
}

/**
 * Makes the name of a series: `copilot.COMPONENT.EVENT`.
 *
 * @param component Whose event it is; dots part it.
 * @param event What it is; dots part it.
 * @returns The name; `undefined` where it would hold a JID or the id of a job, or be too long.
 */
export function metricPath(component: string, event: string): string | undefined {
  const name = `${component}.${event}`;
  if (component === "" || event === "") return undefined;
  if (name.length > LONGEST_PATH || /[@/]/.test(name) || UUID.test(name)) return undefined;
  return `copilot.${name.split(".").map(metricPart).join(".")}`;
}
