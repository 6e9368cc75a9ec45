/**
 * The one error of configuration: every problem found, each with what it takes to mend it.
 *
 * @module
 */

/** One thing that is wrong with a component's configuration. */
export interface ConfigProblem {
  /** Name of the variable; for a file that cannot be read, its path. */
  readonly subject: string;
  /** What is wrong, as the end of a sentence that begins with the subject: `is not set`. */
  readonly problem: string;
  /** File and line, `environment` or flag the value came from, or the files that were looked for. */
  readonly where: string;
  /** What the variable means. */
  readonly meaning?: string | undefined;
  /** A line that would be right. */
  readonly example?: string | undefined;
}

function describe({ subject, problem, where, meaning, example }: ConfigProblem): string {
  const lines = [`  ${subject} ${problem}`, `    where:   ${where}`];
  if (meaning !== undefined) lines.push(`    meaning: ${meaning}`);
  if (example !== undefined) lines.push(`    example: ${example}`);
  return lines.join("\n");
}

/**
 * Thrown when a component cannot start because of its configuration. The message names every
 * problem, so that one round of editing is enough.
 */
export class ConfigError extends Error {
  /** Name of the class, for logs. */
  override readonly name = "ConfigError";
  /** Exit code of a program that ends with this error. */
  readonly exitCode = 2;

  /** What is wrong, in the order found. */
  readonly problems: readonly ConfigProblem[];

  /**
   * Makes the error and its message.
   *
   * @param component The component that was to start, such as `copilot-agent`.
   * @param problems What is wrong; at least one.
   */
  constructor(component: string, problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(`Cannot configure ${component}: ${count}\n${problems.map(describe).join("\n")}`);
    this.problems = problems;
  }
}
