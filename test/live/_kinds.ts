/**
 * One job of each kind, with what it must come to.
 *
 * @module
 */

/** A job to be submitted from a folder that holds {@linkcode KIND_FILES}. */
export interface Kind {
  readonly name: string;
  /** Flags of `copilot-job-submit`. */
  readonly flags: readonly string[];
  readonly state: "succeeded" | "failed";
  /** Raw wait status. */
  readonly exitCode: number;
  /** What stands in its file `stdout`. */
  readonly stdout: string;
  readonly validateExitCode?: number;
  /** Reason that its record gives; `undefined`: none. */
  readonly reason?: string;
  /** Files of its archive beside those that every job leaves. */
  readonly files: readonly string[];
}

/** Text by path; the scripts among them end in `.sh`. */
export const KIND_FILES: Readonly<Record<string, string>> = {
  "arguments.sh": `printf '%s|' "$@"`,
  "inputs.sh": "cat first.txt below/second.txt tree/third.txt tree/deep/fourth.txt",
  "first.txt": "1 ",
  "below/second.txt": "2 ",
  "tree/third.txt": "3 ",
  "tree/deep/fourth.txt": "4",
  "environment.sh": `printf '%s %s' "$GREETING" "$TARGET"; env | grep PASSWORD; true`,
  "failing.sh": "echo before; exit 3",
  "events.sh": "seq 3 | tee events.txt",
  "check.sh": `test "$(wc -l < events.txt)" = 3`,
  "doubt.sh": "exit 7",
  "endless.sh": "echo begun; exec sleep 600",
};

/** Every kind. */
export const KINDS: readonly Kind[] = [
  {
    name: "arguments",
    flags: ["--command=arguments.sh", `--arguments=one 'two words' "$((1 + 2))"`],
    state: "succeeded",
    exitCode: 0,
    stdout: "one|two words|3|",
    files: ["arguments.sh"],
  },
  {
    name: "inputs in sub-directories",
    flags: [
      "--command=inputs.sh",
      "--input-files=first.txt below/second.txt",
      "--input-files=tree",
    ],
    state: "succeeded",
    exitCode: 0,
    stdout: "1 2 3 4",
    files: [
      "inputs.sh",
      "first.txt",
      "below/second.txt",
      "tree/third.txt",
      "tree/deep/fourth.txt",
    ],
  },
  {
    name: "environment, and none of the agent's secrets",
    flags: ["--command=environment.sh", "--environment=export GREETING=hello TARGET='big world'"],
    state: "succeeded",
    exitCode: 0,
    stdout: "hello big world",
    files: ["environment.sh"],
  },
  {
    name: "a program of the agent's machine",
    flags: ["--command=missing-program"],
    state: "failed",
    exitCode: 127 << 8,
    stdout: "",
    reason: "The job exited with 127",
    files: [],
  },
  {
    name: "failing",
    flags: ["--command=failing.sh"],
    state: "failed",
    exitCode: 3 << 8,
    stdout: "before\n",
    reason: "The job exited with 3",
    files: ["failing.sh"],
  },
  {
    name: "validated",
    flags: ["--command=events.sh", "--validation=check.sh"],
    state: "succeeded",
    exitCode: 0,
    validateExitCode: 0,
    stdout: "1\n2\n3\n",
    files: ["events.sh", "check.sh", "events.txt", "validate_stdout", "validate_stderr"],
  },
  {
    name: "failing its validation",
    flags: ["--command=events.sh", "--validation=doubt.sh"],
    state: "failed",
    exitCode: 0,
    validateExitCode: 7 << 8,
    stdout: "1\n2\n3\n",
    reason: "Its validation exited with 7",
    files: ["events.sh", "doubt.sh", "events.txt", "validate_stdout", "validate_stderr"],
  },
  {
    name: "over its wall time",
    flags: ["--command=endless.sh", "--wall-time=1"],
    state: "failed",
    exitCode: 15,
    stdout: "begun\n",
    reason: "Killed: its limit of wall-time was reached",
    files: ["endless.sh"],
  },
];
