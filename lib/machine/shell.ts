/**
 * Short commands of the machine's own shell.
 *
 * Deno lets only a process with all permissions read `/proc`, and only one that may run anything send
 * signals. The shell may do both, and takes `--allow-run=/bin/sh`.
 *
 * @module
 */

/** The one program that a component has to be allowed to run. */
export const SHELL = "/bin/sh";

/** Environment of the commands: nothing of the component's own. */
const ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C" };

/** A command that ended with another status than 0. */
export class ShellError extends Error {
  /** Shown before the message in logs and stack traces. */
  override readonly name = "ShellError";
}

/**
 * Runs a command to its end.
 *
 * @param script The shell's text; never put values into it, take them as `$1`, `$2` …
 * @param values What `$1` and so on stand for.
 * @returns Standard output; bytes that are not UTF-8 are replaced.
 * @throws {ShellError} When the status is not 0.
 * @throws {Deno.errors.NotCapable} Without `--allow-run=/bin/sh`.
 */
export async function shell(script: string, ...values: readonly string[]): Promise<string> {
  const { code, stdout } = await new Deno.Command(SHELL, {
    args: ["-c", script, SHELL, ...values],
    clearEnv: true,
    env: ENVIRONMENT,
    stdin: "null",
    stderr: "null",
  }).output();
  if (code !== 0) throw new ShellError(`Shell command ended with status ${code}: ${script}`);
  return new TextDecoder().decode(stdout);
}

/**
 * Reads a file below `/proc`: directly where all is allowed, else through the shell.
 *
 * @param path Absolute path of the file.
 * @returns The text.
 * @throws {Deno.errors.NotCapable} Where neither is allowed.
 */
export async function readProcFile(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    return await shell('cat -- "$1"', path);
  }
}
