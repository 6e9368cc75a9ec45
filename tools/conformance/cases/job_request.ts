/**
 * Requests for a job and what a manager answers (report 2.2.1).
 *
 * @module
 */
import { againstManager } from "../case.ts";
import type { ManagerStage } from "../stage.ts";
import { must, mustEqual, mustMatch } from "../verdict.ts";
import { GET_JOB, jobOf, takeJob, WANT_JOB } from "./_agent_side.ts";

const WANT = againstManager([
  {
    id: "job/want_getJob/1",
    level: "MUST",
    rule: "Upon want_getJob, a job manager which has jobs for execution sends back have_getJob.",
    source: "report 2.2.1",
    needs: ["jobs", "asks"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit();
      const agent = await peer();
      await agent.ask(manager, WANT_JOB, "have_getJob");
    },
  },
  {
    id: "job/want_getJob/2",
    level: "MUST",
    rule: "A manager without jobs acknowledges want_getJob and says nothing more.",
    source: "measured",
    needs: ["jobs", "asks"],
    run: async ({ manager, peer }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, WANT_JOB));
      await agent.hearNo(undefined);
    },
  },
  {
    id: "job/want_getJob/3",
    level: "MUST",
    rule: "have_getJob comes from the manager's full JID, to which the agent then turns.",
    source: "report 2.2.1.3",
    needs: ["jobs", "asks"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit();
      const { from } = await (await peer()).ask(manager, WANT_JOB, "have_getJob");
      must(from.startsWith(`${manager}/`), `The sender ${from} is no full JID of ${manager}`);
    },
  },
  {
    id: "job/want_getJob/4",
    level: "MUST",
    rule: "The offer of a job takes it from nobody: it still waits.",
    source: "report 2.2.1",
    needs: ["jobs", "asks"],
    run: async ({ manager, peer, jobs }) => {
      const { id } = await jobs.submit();
      await (await peer()).ask(manager, WANT_JOB, "have_getJob");
      mustEqual(await jobs.waiting(), [id], "The queue");
    },
  },
  {
    id: "job/want_getJob/5",
    level: "MUST",
    rule: "Several agents that ask are all offered the job.",
    source: "report 2.2.1",
    needs: ["jobs", "asks"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit();
      for (const agent of [await peer(), await peer(), await peer()]) {
        await agent.ask(manager, WANT_JOB, "have_getJob");
      }
    },
  },
  {
    id: "job/want_getJob/6",
    level: "MUST",
    rule: "Without a prerequisite, have_getJob has no requireFile.",
    source: "report 2.2.1.2",
    notWith: ["require-file"],
    needs: ["jobs", "asks"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit();
      const { attributes } = await (await peer()).ask(manager, WANT_JOB, "have_getJob");
      mustEqual(attributes["requireFile"], undefined, "The attribute requireFile");
    },
  },
  {
    id: "job/want_getJob/7",
    level: "MUST",
    rule: "agentIP, which is to be implemented, may stand in the request.",
    source: "report 2.2.1.1",
    needs: ["jobs", "asks"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit();
      await (await peer()).ask(manager, { ...WANT_JOB, agentIP: "192.0.2.7" }, "have_getJob");
    },
  },
  ...["", "[", "not a jdl at all; [[["].map((jdl, index) => ({
    id: `job/want_getJob/${index + 8}`,
    level: "SHOULD" as const,
    rule: `A JDL that cannot be read (${JSON.stringify(jdl)}) keeps no agent from a job.`,
    source: "design",
    needs: ["jobs", "asks"] as const,
    run: async ({ manager, peer, jobs }: ManagerStage) => {
      await jobs.submit();
      await (await peer()).ask(manager, { ...WANT_JOB, jdl }, "have_getJob");
    },
  })),
  {
    id: "job/want_getJob/11",
    level: "SHOULD",
    rule: "A request with nothing but the command is answered.",
    source: "design",
    needs: ["jobs", "asks"],
    run: async ({ manager, peer, jobs }) => {
      await jobs.submit();
      await (await peer()).ask(manager, { command: "want_getJob" }, "have_getJob");
    },
  },
]);

const GET = againstManager([
  {
    id: "job/getJob/1",
    level: "MUST",
    rule: "Upon getJob the manager sends runJob with the job for execution.",
    source: "report 2.2.1.4",
    needs: ["jobs"],
    run: async (stage) => {
      await takeJob(stage);
    },
  },
  {
    id: "job/getJob/2",
    level: "MUST",
    rule: "A job is handed to one agent only.",
    source: "report 1: agents run the jobs of a queue",
    needs: ["jobs"],
    run: async (stage) => {
      const { jobs, manager, peer } = stage;
      await takeJob(stage);
      mustEqual(await jobs.waiting(), [], "The queue");
      const second = await peer();
      await second.hearAck(second.say(manager, GET_JOB));
      await second.hearNo("runJob");
    },
  },
  {
    id: "job/getJob/3",
    level: "MUST",
    rule: "Two jobs go to two agents, each with an id of its own.",
    source: "report 2.2.1.4",
    needs: ["jobs"],
    run: async (stage) => {
      const first = await takeJob(stage);
      const second = await takeJob(stage);
      must(first.id !== second.id, `Both agents got job ${first.id}`);
    },
  },
  {
    id: "job/getJob/4",
    level: "MUST",
    rule: "A manager without jobs acknowledges getJob and sends no runJob.",
    source: "measured",
    needs: ["jobs"],
    run: async ({ manager, peer }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, GET_JOB));
      await agent.hearNo("runJob");
    },
  },
  {
    id: "job/getJob/5",
    level: "MUST",
    rule: "getJob to the full JID of the manager, as agents send it, is served.",
    source: "report 2.2.1.3",
    needs: ["jobs", "asks"],
    run: async ({ manager, peer, jobs }) => {
      const { id } = await jobs.submit();
      const agent = await peer();
      const { from } = await agent.ask(manager, WANT_JOB, "have_getJob");
      const runJob = await agent.ask(from, GET_JOB, "runJob");
      mustEqual(jobOf(runJob)["id"], id, "The job's id");
    },
  },
  {
    id: "job/getJob/6",
    level: "MUST",
    rule: "runJob goes to the session that asked, not to others of its account.",
    source: "measured",
    needs: ["jobs"],
    run: async ({ manager, peer, sibling, jobs }) => {
      await jobs.submit();
      const agent = await peer();
      const other = await sibling(agent);
      await agent.ask(manager, GET_JOB, "runJob");
      await other.hearNo("runJob");
    },
  },
  {
    id: "job/getJob/7",
    level: "MUST",
    rule: "One getJob brings one runJob.",
    source: "report 2.2.1",
    needs: ["jobs"],
    run: async (stage) => {
      await stage.jobs.submit();
      const { agent } = await takeJob(stage);
      await agent.hearNo("runJob");
      mustEqual((await stage.jobs.waiting()).length, 1, "Jobs left in the queue");
    },
  },
]);

const RUN = againstManager([
  {
    id: "job/runJob/1",
    level: "MUST",
    rule: "Job information is enclosed in one job element.",
    source: "report 2.2.1.4",
    needs: ["jobs"],
    run: async (stage) => {
      const { runJob } = await takeJob(stage);
      mustEqual(Object.keys(runJob.info.children), ["job"], "The elements in info");
    },
  },
  {
    id: "job/runJob/2",
    level: "MUST",
    rule: "id is the job's id.",
    source: "report 2.2.1.4",
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      const { id } = await jobs.submit();
      const runJob = await (await peer()).ask(manager, GET_JOB, "runJob");
      mustEqual(jobOf(runJob)["id"], id, "The job's id");
    },
  },
  {
    id: "job/runJob/3",
    level: "MUST",
    rule: "chirpUrl is the address of the Chirp server with the input.",
    source: "report 2.2.1.4",
    needs: ["jobs"],
    run: async (stage) => {
      const { runJob } = await takeJob(stage, { chirpUrl: "files.example.org:9094" });
      mustEqual(jobOf(runJob)["chirpUrl"], "files.example.org:9094", "chirpUrl");
    },
  },
  {
    id: "job/runJob/4",
    level: "MUST",
    rule: "inputDir is the directory on the Chirp server with the input files.",
    source: "report 2.2.1.4",
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      const { inputDir } = await jobs.submit();
      const runJob = await (await peer()).ask(manager, GET_JOB, "runJob");
      mustEqual(jobOf(runJob)["inputDir"], inputDir, "inputDir");
    },
  },
  {
    id: "job/runJob/5",
    level: "MUST",
    rule: "inputFiles is the list of input files, parted by ###.",
    source: "report 2.2.1.4; measured",
    needs: ["jobs"],
    run: async (stage) => {
      const { runJob } = await takeJob(stage, { inputFiles: ["data.txt", "run.sh"] });
      mustEqual(jobOf(runJob)["inputFiles"], "data.txt###run.sh", "inputFiles");
    },
  },
  {
    id: "job/runJob/6",
    level: "MUST",
    rule: "A job whose only file is its command has that file in inputFiles.",
    source: "measured: the list then begins with ###",
    needs: ["jobs"],
    run: async (stage) => {
      const { runJob } = await takeJob(stage);
      mustMatch(jobOf(runJob)["inputFiles"], /^(?:###)?run\.sh$/, "inputFiles");
    },
  },
  {
    id: "job/runJob/7",
    level: "MUST",
    rule: "command is the job execution command.",
    source: "report 2.2.1.4",
    needs: ["jobs"],
    run: async (stage) => {
      const { runJob } = await takeJob(stage, { inputFiles: ["a"], command: "analyse" });
      mustEqual(jobOf(runJob)["command"], "analyse", "command");
    },
  },
  {
    id: "job/runJob/8",
    level: "MUST",
    rule: "arguments are the command line arguments, unchanged shell text.",
    source: "report 2.2.1.4; measured",
    needs: ["jobs"],
    run: async (stage) => {
      const text = `-n 5 "two words" 'it''s' $HOME & < in > out ; \\ # tail`;
      const { runJob } = await takeJob(stage, { arguments: text });
      mustEqual(jobOf(runJob)["arguments"], text, "arguments");
    },
  },
  {
    id: "job/runJob/9",
    level: "MUST",
    rule: "environment is the text that sets the variables, line ends included.",
    source: "report 2.2.1.4; measured",
    needs: ["jobs"],
    run: async (stage) => {
      const text = 'A=1\nexport B="two words"\n';
      const { runJob } = await takeJob(stage, { environment: text });
      mustEqual(jobOf(runJob)["environment"], text, "environment");
    },
  },
  {
    id: "job/runJob/10",
    level: "MUST",
    rule: "packages is the list of application software packages needed by the job.",
    source: "report 2.2.1.4",
    needs: ["jobs"],
    run: async (stage) => {
      const { runJob } = await takeJob(stage, { packages: "VO@ROOT::v5-34 VO@AliRoot::v1" });
      mustEqual(jobOf(runJob)["packages"], "VO@ROOT::v5-34 VO@AliRoot::v1", "packages");
    },
  },
  {
    id: "job/runJob/11",
    level: "MUST",
    rule: "A job without validation has no name of a validation script.",
    source: "report 2.2.1.4: optional",
    needs: ["jobs"],
    run: async (stage) => {
      const { validation = "", validationScript = "" } = jobOf((await takeJob(stage)).runJob);
      mustEqual([validation, validationScript], ["", ""], "validation and validationScript");
    },
  },
  {
    id: "job/runJob/12",
    level: "MUST",
    rule: "Empty arguments, environment and packages are there, and empty.",
    source: "measured",
    needs: ["jobs"],
    run: async (stage) => {
      const job = jobOf((await takeJob(stage)).runJob);
      const texts = ["arguments", "environment", "packages"].map((name) => job[name]);
      mustEqual(texts, ["", "", ""], "arguments, environment and packages");
    },
  },
  {
    id: "job/runJob/13",
    level: "SHOULD",
    rule: "jmJobData begins with the time of the hand-out: startedAt=EPOCH####.",
    source: "measured",
    needs: ["jobs"],
    run: async (stage) => {
      const { jmJobData } = await takeJob(stage);
      mustMatch(jmJobData, /^startedAt=\d+####/, "jmJobData");
    },
  },
  {
    id: "job/runJob/14",
    level: "SHOULD",
    rule: "startedAt is in seconds.",
    source: "measured",
    needs: ["jobs"],
    run: async (stage) => {
      const { jmJobData } = await takeJob(stage);
      const startedAt = Number(/startedAt=(\d+)/.exec(jmJobData)?.[1]);
      const nowSeconds = stage.clock.now() / 1000;
      const nearby = Math.abs(startedAt - nowSeconds) < 86_400;
      must(nearby, `startedAt is ${startedAt}, but the time is ${Math.floor(nowSeconds)}`);
    },
  },
]);

/** Cases about requests for jobs. */
export const JOB_REQUEST_CASES = [...WANT, ...GET, ...RUN];
