/**
 * What of a job's output is kept where: entries of a JDL's `Output`, `OutputFile` and `OutputArchive`
 * (read as `alien.site.ParsedOutput` and `OutputEntry` do).
 *
 * @module
 */

/** A file that goes to the grid's storage. */
export interface OutputEntry {
  /** Its name in the output directory. */
  readonly name: string;
  /** Files packed into it, patterns resolved; `undefined`: it is itself a file of the job's. */
  readonly members: readonly string[] | undefined;
  /** Where it goes, as the command `access` takes it: `ALICE::CERN::EOS,disk=1`. */
  readonly storage: string;
}

/** Where output goes whose JDL does not say (`JobWrapper.uploadOutputFiles`). */
const DEFAULT_STORAGE = "disk:2";

/**
 * Finds what is to be kept. A file is kept once, whatever number of entries name it.
 *
 * @param id The job.
 * @param lines Entries: `NAME@STORAGE`, `PATTERN,PATTERN@STORAGE` or `ARCHIVE:PATTERN,PATTERN@STORAGE`.
 * @param files Files that the job has left.
 * @returns What is kept; archives without members and names without files are left out.
 * @throws {SyntaxError} When an archive's name is none.
 */
export function outputEntries(
  id: string,
  lines: readonly string[],
  files: readonly string[],
): OutputEntry[] {
  // The archive that JAliEn makes of a job that names no output.
  const wanted = lines.length === 0
    ? [`jalien_defarchNOSPEC.${id}:stdout,stderr,resources`]
    : lines;
  const taken = new Set<string>();
  const take = (patterns: string) => {
    const found = patterns.split(",").flatMap((pattern) => {
      return files.filter((file) => matches(pattern.trim(), file) && !taken.has(file));
    });
    for (const file of found) taken.add(file);
    return [...new Set(found)];
  };
  return wanted.flatMap((line): OutputEntry[] => {
    const at = line.indexOf("@");
    const what = at < 0 ? line : line.slice(0, at);
    const storage = at < 0 ? DEFAULT_STORAGE : line.slice(at + 1) || DEFAULT_STORAGE;
    const colon = what.indexOf(":");
    if (colon < 0) return take(what).map((name) => ({ name, members: undefined, storage }));
    const name = what.slice(0, colon).trim();
    if (!/^[\w][\w.+-]{0,199}$/.test(name)) {
      throw new SyntaxError(`Cannot keep the output ${JSON.stringify(name)}: it is no name`);
    }
    const members = take(what.slice(colon + 1));
    return members.length === 0 ? [] : [{ name, members, storage }];
  });
}

/** True where a file's name is that of a pattern, in which `*` stands for anything but a slash. */
function matches(pattern: string, file: string): boolean {
  let from = 0;
  const parts = pattern.split("*");
  if (parts.length === 1) return pattern === file;
  if (file.includes("/")) return false;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const at = index === 0
      ? (file.startsWith(part) ? 0 : -1)
      : isLast
      ? file.endsWith(part) && file.length - part.length >= from ? file.length - part.length : -1
      : file.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}
