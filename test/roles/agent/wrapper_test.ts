import { assertEquals, assertThrows } from "@std/assert";
import type { Job } from "../../../lib/protocol/job.ts";
import { wrapperScript } from "../../../roles/agent/wrapper.ts";

const JOB: Job = {
  id: "one",
  chirpUrl: "chirp:9094",
  inputDir: "one",
  inputFiles: ["run.sh"],
  command: "run.sh",
  arguments: "",
  environment: "",
  packages: "",
};

Deno.test("wrapperScript() prepares packages, then the environment, then the command", () => {
  const script = wrapperScript({
    ...JOB,
    arguments: "'2+ 2' & >x",
    environment: "A='b c'\nexport A",
    packages: "VO_ALICE@AliRoot::v4-20  VO_ALICE@ROOT",
  }, "/work/one.1");
  assertEquals(
    script,
    `#!/bin/sh
# Environment variables for VO_ALICE@AliRoot::v4-20
command -v alienv >/dev/null && eval "$(alienv print AliRoot/v4-20)"
# Environment variables for VO_ALICE@ROOT
command -v alienv >/dev/null && eval "$(alienv print ROOT)"

# Environment variables needed by the job
A='b c'
export A

# Job command execution
cd /work/one.1
chmod a+x ./run.sh
./run.sh '2+ 2' & >x
`,
  );
});

Deno.test("wrapperScript() quotes names of files, but not a command that is none", () => {
  const odd = "it's $odd.sh";
  const quoted = wrapperScript({ ...JOB, command: odd, inputFiles: [odd] }, "/work dir/x");
  assertEquals(quoted.split("\n").slice(-4), [
    "cd '/work dir/x'",
    "chmod a+x './it'\\''s $odd.sh'",
    "'./it'\\''s $odd.sh'",
    "",
  ]);
  const plain = wrapperScript({ ...JOB, command: "run.sh --fast", arguments: "1 &" }, "/x");
  assertEquals(plain.split("\n").slice(-4), [
    "_program=./run.sh",
    'if [ -e "$_program" ]; then chmod a+x "$_program"; else _program=run.sh; fi',
    '"$_program" --fast 1 &',
    "",
  ]);
});

Deno.test("wrapperScript() refuses packages that could be shell text", () => {
  for (const packages of ["$(reboot)", "a;b", "VO@a::b::c", "`x`", "VO@"]) {
    assertThrows(() => wrapperScript({ ...JOB, packages }, "/x"), SyntaxError, "not VO@NAME");
  }
});
