/**
 * Jobs of AliEn in the demo, each with what it shows and how it must end.
 *
 * @module
 */

/** A job and its expected end. */
export interface AlienDemoJob {
  /** What it shows. */
  readonly name: string;
  /** Its files in the catalogue: content by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Which of them is run. */
  readonly program: string;
  /** More lines of its JDL; `$HOME` and `$SE` stand for the owner's directory and the storage element. */
  readonly jdl?: readonly string[];
  /** State in AliEn in which it must end. */
  readonly ends: string;
  /** Output that must be registered then. */
  readonly registers: readonly string[];
  /** Line that it must print last; `undefined`: none. */
  readonly prints: string | undefined;
}

const LOGS = ["log_archive.zip"];

/** The jobs; the agent of the first one is killed, and the second one may be repeated. */
export const ALIEN_JOBS: readonly AlienDemoJob[] = [
  {
    name: "its agent is killed",
    files: { "slow.sh": "#!/bin/sh\nsleep 2\necho survived\n" },
    program: "slow.sh",
    ends: "DONE",
    registers: LOGS,
    prints: "survived",
  },
  {
    name: "calculator",
    files: { "calculator.sh": "#!/bin/sh\necho $((2 + 2))\n" },
    program: "calculator.sh",
    ends: "DONE",
    registers: LOGS,
    prints: "4",
  },
  {
    name: "arguments and inputs",
    files: {
      "sum.sh":
        '#!/bin/sh\ntotal=0\nwhile read -r number; do total=$((total + number)); done < "$2"\n' +
        "echo $((total * $1))\n",
      "numbers.txt": "1\n2\n3\n",
    },
    program: "sum.sh",
    jdl: ['Arguments = "7 numbers.txt"'],
    ends: "DONE",
    registers: LOGS,
    prints: "42",
  },
  {
    name: "environment",
    files: { "tell.sh": '#!/bin/sh\necho "$ALIEN_JDL_GREETING from $ALIEN_USER"\n' },
    program: "tell.sh",
    jdl: ['Greeting = "hello"', 'JDLVariables = {"Greeting"}'],
    ends: "DONE",
    registers: LOGS,
    prints: "hello from hartem",
  },
  {
    name: "a failing one",
    files: { "fail.sh": '#!/bin/sh\necho "this job knows how to fail" >&2\nexit 3\n' },
    program: "fail.sh",
    ends: "ERROR_E",
    registers: [],
    prints: undefined,
  },
  {
    name: "validation and a file",
    files: {
      "simulate.sh": '#!/bin/sh\nseq 1 1000 > events.txt\necho "1000 events"\n',
      "check.sh": '#!/bin/sh\n[ "$(wc -l < events.txt)" -eq 1000 ]\n',
    },
    program: "simulate.sh",
    jdl: ['ValidationCommand = "$HOME/demo/check.sh"', 'OutputFile = {"events.txt@$SE"}'],
    ends: "DONE",
    registers: ["events.txt", "log_archive.zip"],
    prints: "1000 events",
  },
  {
    name: "failed validation",
    files: {
      "broken.sh": "#!/bin/sh\nseq 1 999 > events.txt\n",
      "check.sh": '#!/bin/sh\n[ "$(wc -l < events.txt)" -eq 1000 ]\n',
    },
    program: "broken.sh",
    jdl: ['ValidationCommand = "$HOME/demo/check.sh"', 'OutputFile = {"events.txt@$SE"}'],
    ends: "ERROR_V",
    registers: [],
    prints: undefined,
  },
];
