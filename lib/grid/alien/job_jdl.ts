/**
 * What AliEn's description of a job (its JDL, a ClassAd) asks of a site. Names as in
 * `alien.taskQueue.JDL` and `alien.site.JobWrapper`.
 *
 * @module
 */
import { type ClassAd, evaluate, parseClassAd, writeValue } from "../classad/mod.ts";

/** A job, as far as a site must know it. */
export interface AlienJob {
  /** Its description, for matching. */
  readonly ad: ClassAd;
  /** What is run: an LFN, or the name of a command that machines have. */
  readonly executable: string;
  /** Its arguments, one after the other. */
  readonly arguments: readonly string[];
  /** LFNs of its input files. */
  readonly inputs: readonly string[];
  /** Packages as `VO@NAME::VERSION`. */
  readonly packages: readonly string[];
  /** LFN of the script that judges the output; `undefined`: none. */
  readonly validation: string | undefined;
  /** Directory for the output; `undefined`: one in the owner's home. */
  readonly outputDirectory: string | undefined;
  /** Output as the JDL lists it, see `output_entries.ts`; of a job that succeeded. */
  readonly output: readonly string[];
  /** The same of one that failed. */
  readonly outputOfFailure: readonly string[];
  /** Values of the attributes that `JDLVariables` names, by upper-case name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Longest run in seconds; `undefined`: as long as it likes. */
  readonly timeToLiveSeconds: number | undefined;
}

/** Most files, packages or arguments of a job. */
const MOST_ITEMS = 10_000;

/**
 * Reads a JDL.
 *
 * @param text The JDL.
 * @throws {SyntaxError} When it is none, or names no executable.
 */
export function readAlienJob(text: string): AlienJob {
  const ad = parseClassAd(text);
  const [executable] = list(ad, "Executable");
  if (executable === undefined) throw new SyntaxError("Cannot read the JDL: it has no Executable");
  const timeToLive = evaluate(ad.get("TTL") ?? UNSET, { self: ad });
  return {
    ad,
    executable: lfnOf(executable),
    arguments: [...list(ad, "Arguments"), ...list(ad, "SplitArguments")],
    inputs: [...list(ad, "InputFile"), ...list(ad, "InputBox")].map(lfnOf),
    packages: list(ad, "Packages"),
    validation: list(ad, "ValidationCommand").map(lfnOf)[0],
    outputDirectory: list(ad, "OutputDir")[0],
    output: ["Output", "OutputFile", "OutputArchive"].flatMap((name) => list(ad, name)),
    outputOfFailure: list(ad, "OutputErrorE"),
    variables: Object.fromEntries(
      list(ad, "JDLVariables").map((name) => [name.toUpperCase(), list(ad, name).join("##")]),
    ),
    timeToLiveSeconds: timeToLive.type === "integer" && timeToLive.value > 0
      ? timeToLive.value
      : undefined,
  };
}

const UNSET = { kind: "literal", value: { type: "undefined" } } as const;

/** Values of an attribute: one, or those of a list; texts as they are, the rest as written. */
function list(ad: ClassAd, name: string): string[] {
  const value = evaluate(ad.get(name) ?? UNSET, { self: ad });
  const items = value.type === "list" ? value.items : [value];
  if (items.length > MOST_ITEMS) {
    throw new SyntaxError(`Cannot read the JDL: ${name} has over ${MOST_ITEMS} items`);
  }
  return items.flatMap((item) => {
    if (item.type === "undefined" || item.type === "error") return [];
    return [item.type === "string" ? item.value : writeValue(item)];
  });
}

/** `LF:/alice/a` and `LF:/alice/a,nodownload` name the file `/alice/a`. */
function lfnOf(text: string): string {
  return text.replace(/^LF:/i, "").replace(/,nodownload$/i, "").trim();
}
