/**
 * The script that runs a job (`_wrapper_.sh`), as the original writes it: packages, environment, then the
 * command with its arguments as shell text.
 *
 * @module
 */
import type { Job } from "../../lib/protocol/job.ts";

/** Name of the script in the job's directory. */
export const WRAPPER_FILE = "_wrapper_.sh";

const PACKAGE = /^(?:[^@\s]*@)?([A-Za-z0-9_.+-]+)(?:::([A-Za-z0-9_.+-]+))?$/;

/**
 * Writes the wrapper.
 *
 * @param job The job. Environment and arguments are shell text of its owner.
 * @param directory Absolute path of the job's directory.
 * @returns The script.
 * @throws {SyntaxError} When a package is not of the form `VO@NAME::VERSION`.
 */
export function wrapperScript(job: Job, directory: string): string {
  const packages = job.packages.split(/\s+/).filter((name) => name !== "");
  const start = job.inputFiles.includes(job.command)
    ? startOwn(quoteShell(`./${job.command}`))
    : startFound(job.command);
  return [
    "#!/bin/sh",
    ...packages.flatMap(packageLines),
    "",
    "# Environment variables needed by the job",
    job.environment,
    "",
    "# Job command execution",
    `cd ${quoteShell(directory)}`,
    ...start.before,
    `${start.command} ${job.arguments}`.trimEnd(),
    "",
  ].join("\n");
}

/** How a job's program is started. */
interface Start {
  /** Lines before the one that starts it. */
  readonly before: readonly string[];
  /** The word that starts it. */
  readonly command: string;
}

function startOwn(command: string): Start {
  return { before: [`chmod a+x ${command}`], command };
}

/**
 * A command that did not come as an input file of its own: below a directory that did, or one of the machine's.
 * It is shell text, and may have arguments in it.
 */
function startFound(text: string): Start {
  const [program = "", ...rest] = text.split(" ");
  return {
    before: [
      `_program=./${program}`,
      `if [ -e "$_program" ]; then chmod a+x "$_program"; else _program=${program}; fi`,
    ],
    command: ['"$_program"', ...rest].join(" "),
  };
}

/** AliEn's `alienv` prints the variables of `NAME/VERSION`; a machine without it has the packages installed. */
function packageLines(text: string): string[] {
  const match = PACKAGE.exec(text);
  if (match === null) {
    throw new SyntaxError(`Cannot prepare package ${JSON.stringify(text)}: not VO@NAME::VERSION`);
  }
  const [, name, version] = match;
  const wanted = version === undefined ? name : `${name}/${version}`;
  return [
    `# Environment variables for ${text}`,
    `command -v alienv >/dev/null && eval "$(alienv print ${wanted})"`,
  ];
}

/** Quotes a text so that a shell takes it as one word. */
function quoteShell(text: string): string {
  return /^[A-Za-z0-9_./+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
