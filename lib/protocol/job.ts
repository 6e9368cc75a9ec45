/**
 * A job in its two written forms: the attributes of `<job>` in a `runJob` command (report 2.2.1.4) and
 * the description that the original keeps in Redis under `job:ID:description`.
 *
 * @module
 */
import type { Info } from "./info.ts";

/** What an agent needs to know to run a job. */
export interface Job {
  /** The job's id, a UUID. */
  readonly id: string;
  /** Chirp server with the input, `host` or `host:port`. */
  readonly chirpUrl: string;
  /** Directory there that holds the input files. */
  readonly inputDir: string;
  /** Input files, relative to the directory; the command itself among them. */
  readonly inputFiles: readonly string[];
  /** The program, relative to the job's directory. */
  readonly command: string;
  /** Arguments of the program, as shell text. */
  readonly arguments: string;
  /** Shell text that sets environment variables, a line each. */
  readonly environment: string;
  /** Packages as `VO@NAME::VERSION`, parted by blanks. */
  readonly packages: string;
  /** Script that judges the job's output (`validationScript` in the original, `validation` in the report). */
  readonly validationScript?: string | undefined;
  /** Longest run in seconds; ours, the original ignores it. */
  readonly wallTimeSeconds?: number | undefined;
  /** Largest size of the job's directory in bytes; ours, the original ignores it. */
  readonly outputBytes?: number | undefined;
}

/** A job as it waits in Redis: without the id, which is in the key. */
export type JobDescription = Omit<
  Job,
  "id" | "validationScript" | "wallTimeSeconds" | "outputBytes"
>;

const FIELD_SEPARATOR = "::::";
const FILE_SEPARATOR = "###";

/**
 * Joins names of input files. The original writes a separator first where the command is the only
 * file.
 */
function joinFiles(files: readonly string[], command: string): string {
  const only = files.length === 1 && files[0] === command;
  return (only ? FILE_SEPARATOR : "") + files.join(FILE_SEPARATOR);
}

function splitFiles(text: string): string[] {
  return text.split(FILE_SEPARATOR).filter((name) => name !== "");
}

/**
 * Writes a description for Redis.
 *
 * @param description The job.
 * @returns `chirp::::inputDir::::f1###f2::::command::::arguments::::environment::::packages::::`.
 * @throws {RangeError} When a field holds a separator, or borders on one, and could not be read back.
 */
export function formatJobDescription(description: JobDescription): string {
  const fields: Record<string, string> = {
    "Chirp address": description.chirpUrl,
    "input directory": description.inputDir,
    "input files": joinFiles(description.inputFiles, description.command),
    command: description.command,
    arguments: description.arguments,
    environment: description.environment,
    packages: description.packages,
  };
  for (const name of Object.keys(fields)) {
    const field = fields[name] ?? "";
    if (field.includes(FIELD_SEPARATOR) || field.endsWith(":")) {
      throw new RangeError(
        `Cannot write job description: ${name} ${JSON.stringify(field.slice(0, 80))} ` +
          `holds "${FIELD_SEPARATOR}" or ends with ":"`,
      );
    }
  }
  const files = description.inputFiles.find((name) => name === "" || name.includes("#"));
  if (files !== undefined) {
    throw new RangeError(`Cannot write job description: bad input file ${JSON.stringify(files)}`);
  }
  return Object.values(fields).map((field) => field + FIELD_SEPARATOR).join("");
}

/**
 * Reads a description from Redis; missing fields at the end are empty, more than seven ignored.
 *
 * @param text The description.
 * @returns The job.
 * @throws {SyntaxError} When there is no command.
 */
export function parseJobDescription(text: string): JobDescription {
  const fields = text.split(FIELD_SEPARATOR);
  const field = (index: number) => fields[index] ?? "";
  if (field(3) === "") {
    throw new SyntaxError(
      `Cannot read job description ${JSON.stringify(text.slice(0, 120))}: no command`,
    );
  }
  return {
    chirpUrl: field(0),
    inputDir: field(1),
    inputFiles: splitFiles(field(2)),
    command: field(3),
    arguments: field(4),
    environment: field(5),
    packages: field(6),
  };
}

/** Writes the `<job>` of a `runJob`. */
export function jobToInfo(job: Job): Info {
  const attributes: Record<string, string> = {
    id: job.id,
    chirpUrl: job.chirpUrl,
    inputDir: job.inputDir,
    inputFiles: joinFiles(job.inputFiles, job.command),
    command: job.command,
    arguments: job.arguments,
    environment: job.environment,
    packages: job.packages,
  };
  if (job.validationScript !== undefined) attributes["validationScript"] = job.validationScript;
  if (job.wallTimeSeconds !== undefined) attributes["wallTimeLimit"] = `${job.wallTimeSeconds}`;
  if (job.outputBytes !== undefined) attributes["outputLimit"] = `${job.outputBytes}`;
  return { attributes, children: {} };
}

/** Reads the `<job>` of a `runJob`; what is missing is empty. */
export function jobFromInfo(info: Info): Job {
  const { attributes } = info;
  const text = (name: string) => attributes[name] ?? "";
  const validationScript = text("validationScript") || text("validation");
  return {
    id: text("id"),
    chirpUrl: text("chirpUrl"),
    inputDir: text("inputDir"),
    inputFiles: splitFiles(text("inputFiles")),
    command: text("command"),
    arguments: text("arguments"),
    environment: text("environment"),
    packages: text("packages"),
    ...(validationScript === "" ? {} : { validationScript }),
    ...limit("wallTimeSeconds", text("wallTimeLimit")),
    ...limit("outputBytes", text("outputLimit")),
  };
}

/** A limit from the wire: a positive number, or none. */
function limit<Name extends string>(name: Name, text: string): Partial<Record<Name, number>> {
  const value = Number(text);
  const given = Number.isFinite(value) && value > 0;
  return given ? { [name]: value } as Record<Name, number> : {};
}
