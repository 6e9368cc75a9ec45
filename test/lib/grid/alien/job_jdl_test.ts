import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readAlienJob } from "../../../../lib/grid/alien/job_jdl.ts";
import { argumentText, environmentText } from "../../../../lib/grid/alien/shell_text.ts";

const JDL = `
Executable = {"/alice/cern.ch/user/h/hartem/bin/aliroot_new.sh"};
Arguments = {"--run 1 --mode sim"};
SplitArguments = "--seed 7";
InputFile = {"LF:/alice/sim/Config.C", "LF:/alice/sim/rec.C,nodownload"};
Packages = {"VO_ALICE@AliRoot::v4-19-16-AN", "VO_ALICE@ROOT::v5-26"};
OutputArchive = {"log_archive:stdout,stderr@ALICE::CERN::SE", "root_archive.zip:*.root@disk=2"};
OutputFile = "result.txt@ALICE::CERN::SE";
OutputDir = "/alice/sim/out/";
ValidationCommand = "/alice/sim/validation.sh";
JDLVariables = {"Packages", "OutputDir"};
TTL = 72000;
Requirements = member(other.Packages, "VO_ALICE@ROOT::v5-26");
`;

Deno.test("readAlienJob() reads what a site must know of a JDL", () => {
  const { ad: _, ...job } = readAlienJob(JDL);
  assertEquals(job, {
    executable: "/alice/cern.ch/user/h/hartem/bin/aliroot_new.sh",
    arguments: ["--run 1 --mode sim", "--seed 7"],
    inputs: ["/alice/sim/Config.C", "/alice/sim/rec.C"],
    packages: ["VO_ALICE@AliRoot::v4-19-16-AN", "VO_ALICE@ROOT::v5-26"],
    validation: "/alice/sim/validation.sh",
    outputDirectory: "/alice/sim/out/",
    output: [
      "result.txt@ALICE::CERN::SE",
      "log_archive:stdout,stderr@ALICE::CERN::SE",
      "root_archive.zip:*.root@disk=2",
    ],
    outputOfFailure: [],
    variables: {
      PACKAGES: "VO_ALICE@AliRoot::v4-19-16-AN##VO_ALICE@ROOT::v5-26",
      OUTPUTDIR: "/alice/sim/out/",
    },
    timeToLiveSeconds: 72000,
  });
  assertThrows(() => readAlienJob('Arguments = "a"'), SyntaxError, "it has no Executable");
});

/** What a shell makes of a text. */
async function shell(script: string): Promise<string> {
  const { stdout } = await new Deno.Command("/bin/sh", { args: ["-c", script] }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("a job's arguments and variables reach it as the JDL has them, past any shell", async () => {
  const printable = fc.string({ unit: fc.constantFrom(..."ab1 '\"$`\\;&|*~{}()<>!#") });
  await fc.assert(
    fc.asyncProperty(printable, async (text) => {
      const quoted = text.replace(/[\\"]/g, "\\$&");
      const job = readAlienJob(
        `Executable = "a"; Arguments = "${quoted}"; Word = "${quoted}"; JDLVariables = {"Word"};`,
      );
      const words = text.split(" ").filter((word) => word !== "").map((word) => `${word}|`).join(
        "",
      );
      const said = await shell(
        `${environmentText("1001", "hartem", job)}\n` +
          `printf '%s|' ${
            argumentText(job) || "''"
          }; /bin/sh -c 'printf "\\n$ALIEN_PROC_ID"; printenv ALIEN_JDL_WORD'`,
      );
      assertEquals(said, `${words || "|"}\n1001${text}\n`);
    }),
    { numRuns: 25 },
  );
});
