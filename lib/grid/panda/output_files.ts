/**
 * `OutputFiles.xml`, in which a PanDA pilot names its output: one `<dataset>`, then a `<guid>` and an
 * `<lfn>` for each file, one to a line (the original's `copilot-panda-data-mover`). The file comes from a
 * stranger's machine: whatever it names is checked.
 *
 * @module
 */

/** One file of a job's output. */
export interface NamedFile {
  /** Its identity in the catalogue: 32 hexadecimal digits, in small letters, without dashes. */
  readonly guid: string;
  /** Its logical name, which is also its name beside `OutputFiles.xml`. */
  readonly lfn: string;
}

/** What the pilot names. */
export interface OutputFiles {
  /** The dataset of all files, with or without its scope: `user.alice:user.alice.run1`. */
  readonly dataset: string;
  /** The files in their order. */
  readonly files: readonly NamedFile[];
}

/** Most files of a job. */
const MOST_FILES = 1000;
/** Longest text; a file takes about 350 characters at most. */
const LONGEST_TEXT = 2 ** 20;

/** Names as Rucio's schema has them: no path, no way out of a folder. */
const NAME = /^[A-Za-z0-9][\w.-]{0,249}$/;
const DATASET = /^(?:[A-Za-z0-9][\w.-]{0,29}:)?[A-Za-z0-9][\w.-]{0,249}\/?$/;
const GUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
/** As the original reads it: names have no blanks. */
const ELEMENT = /<(dataset|guid|lfn)>\s*([^<\s]*)\s*<\/\1>/g;

/**
 * Reads the file.
 *
 * @param text Its content.
 * @returns What it names.
 * @throws {SyntaxError} When it is too long, or a part is missing, doubled or no name.
 */
export function parseOutputFiles(text: string): OutputFiles {
  if (text.length > LONGEST_TEXT) {
    throw new SyntaxError(`Cannot read OutputFiles.xml: it is over ${LONGEST_TEXT} characters`);
  }
  let dataset: string | undefined;
  let guid: string | undefined;
  const files = new Map<string, NamedFile>();
  const guids = new Set<string>();
  for (const [, element = "", value = ""] of text.matchAll(ELEMENT)) {
    if (element === "dataset") {
      if (dataset !== undefined) refuse("dataset", value, "there is one already");
      dataset = checked("dataset", value, DATASET);
    } else if (element === "guid") {
      if (guid !== undefined) refuse("guid", value, "the one before it has no lfn");
      guid = checked("guid", value, GUID).replaceAll("-", "").toLowerCase();
      if (guids.has(guid)) refuse("guid", value, "two files have it");
      guids.add(guid);
    } else {
      if (guid === undefined) refuse("lfn", value, "no guid stands before it");
      const lfn = checked("lfn", value, NAME);
      if (files.has(lfn)) refuse("lfn", value, "two files have it");
      files.set(lfn, { guid, lfn });
      guid = undefined;
      if (files.size > MOST_FILES) refuse("lfn", value, `there are over ${MOST_FILES} files`);
    }
  }
  if (guid !== undefined) refuse("guid", guid, "it has no lfn");
  if (dataset === undefined) {
    throw new SyntaxError("Cannot read OutputFiles.xml: it names no dataset");
  }
  return { dataset, files: [...files.values()] };
}

function checked(element: string, value: string, pattern: RegExp): string {
  if (!pattern.test(value)) refuse(element, value, "it is no such name");
  return value;
}

function refuse(element: string, value: string, why: string): never {
  const shown = JSON.stringify(value.slice(0, 80));
  throw new SyntaxError(`Cannot read OutputFiles.xml: ${element} ${shown} is refused: ${why}`);
}
