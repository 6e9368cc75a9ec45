/**
 * What a PanDA job's archive says of the job: read once, without unpacking it.
 *
 * @module
 */
import { ArchiveError } from "../../machine/archive.ts";
import type { ArchiveMember } from "../../machine/archive_member.ts";
import { UnsafePathError } from "../../machine/workspace.ts";
import { GridError, type JobOutput } from "../adapter.ts";
import { factsOf, type FileFacts } from "../rucio/checksums.ts";
import { type OutputFiles, parseOutputFiles } from "./output_files.ts";
import { parsePilotReport, type PilotReport } from "./pilot_report.ts";

/** Folder of a job's output, as the original expects it in the archive. */
const OUTPUT_FOLDER = "output-sandbox";
const OUTPUT_FILES = `${OUTPUT_FOLDER}/OutputFiles.xml`;
const PILOT_REPORT = `${OUTPUT_FOLDER}/heartbeat.json`;
/** Longest text that is read. */
const LONGEST_TEXT_BYTES = 2 ** 20;
/** Most files whose facts are kept; see `parseOutputFiles`. */
const MOST_FILES = 10_000;

/** A file that the pilot names and that is there. */
export interface FoundFile extends FileFacts {
  /** Global id, as the pilot gave it. */
  readonly guid: string;
  /** Logical file name. */
  readonly lfn: string;
}

/** What an archive says. */
export interface PandaOutput {
  /** How the pilot says that its job ended. */
  readonly report: PilotReport;
  /** Dataset of the files; `undefined` where there is a problem. */
  readonly dataset: string | undefined;
  /** The files that it names. */
  readonly files: readonly FoundFile[];
  /** Why the output cannot be stored; `undefined` where it can. */
  readonly problem: string | undefined;
}

/**
 * Reads an archive.
 *
 * @param output The archive.
 * @returns What it says.
 * @throws {GridError} For good, when it does not say whose output it is.
 */
export async function readPandaOutput(output: JobOutput): Promise<PandaOutput> {
  const texts = new Map<string, string>();
  const facts = new Map<string, FileFacts>();
  for await (const member of membersOf(output)) {
    if (member.type !== "file" || lfnOf(member) === "") continue;
    if (member.path === OUTPUT_FILES || member.path === PILOT_REPORT) {
      texts.set(member.path, await textOf(member));
    } else if (facts.size < MOST_FILES && !facts.has(lfnOf(member))) {
      facts.set(lfnOf(member), await factsOf(member.content()));
    }
  }
  const text = texts.get(PILOT_REPORT);
  if (text === undefined) {
    throw new GridError(`Its output holds no ${PILOT_REPORT}: no PanDA job was run`, {
      transient: false,
    });
  }
  const report = understood(() => parsePilotReport(text));
  return { report, ...namedFiles(texts.get(OUTPUT_FILES), facts) };
}

/** Logical name of a member of the output folder. */
export function lfnOf({ path }: ArchiveMember): string {
  return path.startsWith(`${OUTPUT_FOLDER}/`) ? path.slice(OUTPUT_FOLDER.length + 1) : "";
}

/** Reads the members of an archive; a damaged one is refused for good. */
export async function* membersOf(
  { folder, archive }: JobOutput,
): AsyncGenerator<ArchiveMember> {
  try {
    yield* folder.members(archive);
  } catch (error) {
    if (!(error instanceof ArchiveError) && !(error instanceof UnsafePathError)) throw error;
    throw new GridError(error.message, { transient: false, cause: error });
  }
}

function namedFiles(
  text: string | undefined,
  facts: ReadonlyMap<string, FileFacts>,
): Pick<PandaOutput, "dataset" | "files" | "problem"> {
  const withProblem = (problem: string) => ({ dataset: undefined, files: [], problem });
  if (text === undefined) return withProblem(`Its output holds no ${OUTPUT_FILES}`);
  let named: OutputFiles;
  try {
    named = parseOutputFiles(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return withProblem(error.message);
  }
  const files: FoundFile[] = [];
  for (const file of named.files) {
    const found = facts.get(file.lfn);
    if (found === undefined) {
      return withProblem(`${OUTPUT_FILES} names ${file.lfn}, which is not there`);
    }
    files.push({ ...file, ...found });
  }
  return { dataset: named.dataset, files, problem: undefined };
}

async function textOf(member: ArchiveMember): Promise<string> {
  if (member.sizeBytes > LONGEST_TEXT_BYTES) {
    throw new GridError(`Its ${member.path} is over ${LONGEST_TEXT_BYTES} bytes`, {
      transient: false,
    });
  }
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of member.content()) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new GridError(error.message, { transient: false, cause: error });
  }
}
