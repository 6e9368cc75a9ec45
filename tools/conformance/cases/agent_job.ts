/**
 * How an agent runs a job (report 2.2.1.4, table 1.1), and what it must not run.
 *
 * @module
 */
import { againstAgent } from "../case.ts";
import { must, mustEqual, mustMatch } from "../verdict.ts";
import {
  giveJob,
  makeJob,
  outputOf,
  runJob,
  sayRunJob,
  takeOutput,
  unpackOutput,
} from "./_manager_side.ts";

const RUN = againstAgent([
  {
    id: "agent/runJob/1",
    level: "MUST",
    rule: "runJob is acknowledged.",
    source: "report 2.1",
    run: async (stage) => {
      const job = await makeJob(stage, "true");
      await giveJob(stage, job);
      await takeOutput(stage, job);
    },
  },
  {
    id: "agent/runJob/2",
    level: "MUST",
    rule: "The agent downloads the input file and executes it as the job's command.",
    source: "report 1, table 1.1",
    run: async (stage) => {
      mustEqual(await outputOf(stage, "echo it ran", "stdout"), "it ran\n", "stdout");
    },
  },
  {
    id: "agent/runJob/3",
    level: "MUST",
    rule: "All input files are in the job's working directory.",
    source: "report 2.2.1.4",
    run: async (stage) => {
      const files = { "a.txt": "first\n", "b.txt": "second\n" };
      const stdout = await outputOf(stage, "cat a.txt b.txt", "stdout", { files });
      mustEqual(stdout, "first\nsecond\n", "stdout");
    },
  },
  {
    id: "agent/runJob/4",
    level: "MUST",
    rule: "arguments are the command's arguments, as shell text.",
    source: "report 2.2.1.4; measured",
    run: async (stage) => {
      const script = 'for word in "$@"; do echo "<$word>"; done';
      const attributes = { arguments: `one "two words" 'it is' $((1+2))` };
      const stdout = await outputOf(stage, script, "stdout", { attributes });
      mustEqual(stdout, "<one>\n<two words>\n<it is>\n<3>\n", "stdout");
    },
  },
  {
    id: "agent/runJob/5",
    level: "MUST",
    rule: "environment sets variables before the job is executed.",
    source: "report 2.2.1.4",
    run: async (stage) => {
      const attributes = { environment: 'export ONE=1\nexport TWO="two words"' };
      const stdout = await outputOf(stage, 'echo "$ONE $TWO"', "stdout", { attributes });
      mustEqual(stdout, "1 two words\n", "stdout");
    },
  },
  {
    id: "agent/runJob/6",
    level: "MUST",
    rule: "What the job writes to standard error is kept apart.",
    source: "measured",
    run: async (stage) => {
      mustEqual(await outputOf(stage, "echo trouble >&2", "stderr"), "trouble\n", "stderr");
    },
  },
  {
    id: "agent/runJob/7",
    level: "MUST",
    rule: "Files that the job makes belong to its output.",
    source: "measured",
    run: async (stage) => {
      const script = "mkdir deep; echo 42 > deep/result.txt";
      mustEqual(await outputOf(stage, script, "deep/result.txt"), "42\n", "deep/result.txt");
    },
  },
  {
    id: "agent/runJob/8",
    level: "MUST",
    rule: "The command need not be executable as it was uploaded.",
    source: "measured: chmod a+x",
    run: async (stage) => {
      const { done } = await runJob(stage, "exit 0");
      mustEqual(done.attributes["exitCode"], "0", "exitCode");
    },
  },
  {
    id: "agent/runJob/9",
    level: "MUST",
    rule:
      "runJob that comes again under one id is run once, also where it comes after the job's end.",
    source: "design",
    run: async (stage) => {
      const { manager } = stage;
      const job = await makeJob(stage, "true");
      const { from } = await stage.request();
      await manager.ask(from, { command: "have_getJob" }, "getJob");
      const id = manager.newId();
      for (let copy = 0; copy < 2; copy++) sayRunJob(manager, from, job, id);
      await takeOutput(stage, job);
      sayRunJob(manager, from, job, id);
      await manager.hearNo("want_getJobOutputDir", 3 * stage.patience.silenceMs);
    },
  },
  {
    id: "agent/runJob/10",
    level: "SHOULD",
    rule: "Packages that the machine has no tool for keep no job from running.",
    source: "design",
    run: async (stage) => {
      const attributes = { packages: "VO_ALICE@ROOT::v5-34-05" };
      const { done } = await runJob(stage, "exit 0", { attributes });
      mustEqual(done.attributes["exitCode"], "0", "exitCode");
    },
  },
  {
    id: "agent/runJob/11",
    level: "SHOULD",
    rule: "An input file in a sub-directory is fetched to the same place.",
    source: "design",
    known: { perl: "it dies without a word" },
    fatal: { perl: "it dies without a word to the manager" },
    run: async (stage) => {
      const files = { "sub/dir/x.txt": "deep\n" };
      mustEqual(
        await outputOf(stage, "cat sub/dir/x.txt", "stdout", { files }),
        "deep\n",
        "stdout",
      );
    },
  },
  {
    id: "agent/runJob/12",
    level: "SHOULD",
    rule: "A missing input file makes a failed job that is reported.",
    source: "design",
    known: { perl: "it dies without a word" },
    fatal: { perl: "it dies without a word to the manager" },
    run: async (stage) => {
      const attributes = { inputFiles: "run.sh###missing.txt" };
      const { done } = await runJob(stage, "true", { attributes });
      mustMatch(done.attributes["exitCode"], /^[1-9]\d*$/, "exitCode");
    },
  },
  {
    id: "agent/runJob/13",
    level: "MUST",
    rule: "An input file whose name leads out of the job's directory is not fetched there.",
    source: "design",
    fatal: { perl: "it might write anywhere on the agent's machine" },
    run: async (stage) => {
      const attributes = { inputFiles: "run.sh###../conformance-escaped.txt" };
      const { done } = await runJob(stage, "true", { attributes });
      mustMatch(done.attributes["exitCode"], /^[1-9]\d*$/, "exitCode");
    },
  },
]);

const VALIDATION = againstAgent([
  {
    id: "agent/validation/1",
    level: "MUST",
    rule: "The validation script is run after the job; its exit code is reported.",
    source: "report 2.2.1.4; measured",
    run: async (stage) => {
      const { done } = await runJob(stage, "echo 4 > answer", {
        files: { "check.sh": '#!/bin/sh\ntest "$(cat answer)" = 4\n' },
        attributes: { validationScript: "check.sh" },
      });
      mustEqual(done.attributes["validateExitCode"], "0", "validateExitCode");
    },
  },
  {
    id: "agent/validation/2",
    level: "MUST",
    rule: "A validation that fails is reported by its raw wait status.",
    source: "measured",
    run: async (stage) => {
      const { done } = await runJob(stage, "true", {
        files: { "check.sh": "#!/bin/sh\nexit 2\n" },
        attributes: { validationScript: "check.sh" },
      });
      mustEqual(done.attributes["validateExitCode"], "512", "validateExitCode");
      mustEqual(done.attributes["exitCode"], "0", "exitCode");
    },
  },
  {
    id: "agent/validation/3",
    level: "SHOULD",
    rule: "The script may be named by the attribute validation, as the report has it.",
    source: "report 2.2.1.4",
    known: { perl: "it reads validationScript" },
    run: async (stage) => {
      const { done } = await runJob(stage, "true", {
        files: { "check.sh": "#!/bin/sh\nexit 2\n" },
        attributes: { validation: "check.sh" },
      });
      mustEqual(done.attributes["validateExitCode"], "512", "validateExitCode");
    },
  },
  {
    id: "agent/validation/4",
    level: "MUST",
    rule: "A job without validation has no validateExitCode.",
    source: "measured",
    run: async (stage) => {
      const { done } = await runJob(stage, "true");
      mustEqual(done.attributes["validateExitCode"], undefined, "validateExitCode");
    },
  },
  {
    id: "agent/validation/5",
    level: "SHOULD",
    rule: "What the script prints is part of the output: validate_stdout and validate_stderr.",
    source: "measured",
    run: async (stage) => {
      const stdout = await outputOf(stage, "true", "validate_stdout", {
        files: { "check.sh": "#!/bin/sh\necho valid\n" },
        attributes: { validationScript: "check.sh" },
      });
      mustEqual(stdout, "valid\n", "validate_stdout");
    },
  },
]);

const OBEDIENCE = againstAgent([
  {
    id: "agent/trust/1",
    level: "SHOULD",
    rule: "An agent runs jobs of its managers only.",
    source: "design",
    known: { perl: "it obeys any XMPP account" },
    run: async (stage) => {
      const { from } = await stage.request();
      const stranger = await stage.stranger();
      stranger.say(from, { command: "have_getJob" });
      await stranger.hearNo("getJob");
      sayRunJob(stranger, from, await makeJob(stage, "true"));
      await stage.manager.hearNo("want_getJobOutputDir");
    },
  },
  {
    id: "agent/trust/2",
    level: "MUST",
    rule: "A stranger's offer does not keep the agent from its manager's.",
    source: "design",
    known: { perl: "it obeys any XMPP account" },
    run: async (stage) => {
      const { from } = await stage.request();
      const stranger = await stage.stranger();
      await stranger.hearAck(stranger.say(from, { command: "have_getJob" }));
      await stage.manager.ask(from, { command: "have_getJob" }, "getJob");
      const job = await makeJob(stage, "true");
      await stage.manager.hearAck(sayRunJob(stage.manager, from, job));
      await takeOutput(stage, job);
    },
  },
]);

const ARCHIVE = againstAgent([
  {
    id: "agent/archive/1",
    level: "MUST",
    rule: "The output is uploaded as ID/ID.tgz before the job is reported done.",
    source: "report 2.2.3.1; measured",
    run: async (stage) => {
      const { job } = await runJob(stage, "true");
      must(await stage.chirp.exists(`${job.id}/${job.id}.tgz`), "There is no ID/ID.tgz");
    },
  },
  {
    id: "agent/archive/2",
    level: "MUST",
    rule: "It is a gzip-compressed tar archive with stdout and stderr in it.",
    source: "measured",
    run: async (stage) => {
      const { job } = await runJob(stage, "true");
      const names = await stage.chirp.list(await unpackOutput(stage, job));
      for (const name of ["stdout", "stderr"]) {
        must(names.includes(name), `The archive holds no ${name}, but ${names.join(", ")}`);
      }
    },
  },
  {
    id: "agent/archive/3",
    level: "SHOULD",
    rule: "Input files, _wrapper_.sh and resources are in it, too.",
    source: "measured",
    run: async (stage) => {
      const { job } = await runJob(stage, "true");
      const names = await stage.chirp.list(await unpackOutput(stage, job));
      for (const name of ["run.sh", "_wrapper_.sh", "resources"]) {
        must(names.includes(name), `The archive holds no ${name}, but ${names.join(", ")}`);
      }
    },
  },
  {
    id: "agent/archive/4",
    level: "MUST",
    rule: "The output of a job that fails is uploaded like any other.",
    source: "measured: trace job-fails-exit3",
    run: async (stage) => {
      mustEqual(
        await outputOf(stage, "echo last words; exit 3", "stdout"),
        "last words\n",
        "stdout",
      );
    },
  },
]);

/** Cases about running jobs. */
export const AGENT_JOB_CASES = [...RUN, ...VALIDATION, ...OBEDIENCE, ...ARCHIVE];
