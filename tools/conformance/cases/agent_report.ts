/**
 * How an agent hands a finished job over (report 2.2.2, 2.2.3).
 *
 * @module
 */
import { parseHashString } from "../../../lib/protocol/hash_string.ts";
import { againstAgent } from "../case.ts";
import { must, mustEqual, mustMatch } from "../verdict.ts";
import { giveJob, JOB_DATA, makeJob, runJob, sayStore, takeOutput } from "./_manager_side.ts";

const OUTPUT_DIR = againstAgent([
  {
    id: "agent/want_getJobOutputDir/1",
    level: "MUST",
    rule: "When the job is finished the agent asks, by broadcast, for a place for its output.",
    source: "report 2.2.2, 2.2.2.1",
    run: async (stage) => {
      const { want } = await runJob(stage, "true");
      mustEqual(want.stanza.attrs["to"], stage.manager.bare, "The receiver");
    },
  },
  {
    id: "agent/want_getJobOutputDir/2",
    level: "MUST",
    rule: "The request names the job id which was received with runJob, and the agent's host.",
    source: "report 2.2.2.1",
    run: async (stage) => {
      const { job, want } = await runJob(stage, "true");
      mustEqual(want.attributes["jobID"], job.id, "jobID");
      must((want.attributes["agentHost"] ?? "") !== "", "agentHost is missing or empty");
    },
  },
  {
    id: "agent/want_getJobOutputDir/3",
    level: "SHOULD",
    rule: "agentIP is there: the agent's address, or 'todo'.",
    source: "measured (report 2.2.2.1: to be implemented)",
    run: async (stage) => {
      const { want } = await runJob(stage, "true");
      mustMatch(want.attributes["agentIP"], /^(todo|[0-9a-fA-F.:]+)$/, "agentIP");
    },
  },
  {
    id: "agent/want_getJobOutputDir/4",
    level: "MUST",
    rule: "jmJobData that came with runJob is sent again with subsequent requests.",
    source: "report 2.2.1.4",
    run: async (stage) => {
      const jmJobData = "startedAt=1767225600####secret=42####";
      const { want, get } = await runJob(stage, "true", { jmJobData });
      for (const { name, attributes } of [want, get]) {
        mustEqual(attributes["jmJobData"], jmJobData, `jmJobData of ${name}`);
      }
    },
  },
  {
    id: "agent/want_getJobOutputDir/5",
    level: "SHOULD",
    slow: true,
    rule: "A request that nobody answers is made again.",
    source: "design",
    run: async (stage) => {
      const job = await makeJob(stage, "true");
      await giveJob(stage, job);
      await stage.manager.hear("want_getJobOutputDir", { withinMs: 60_000 });
      await stage.manager.hear("want_getJobOutputDir", { withinMs: 1_200_000 });
    },
  },
  {
    id: "agent/getJobOutputDir/1",
    level: "MUST",
    rule: "The directory request goes to the full JID of the manager that answered.",
    source: "report 2.2.2.1",
    run: async (stage) => {
      const { get } = await runJob(stage, "true");
      mustEqual(get.stanza.attrs["to"], stage.manager.jid, "The receiver");
    },
  },
  {
    id: "agent/getJobOutputDir/2",
    level: "MUST",
    rule: "It names the job and the agent's host.",
    source: "report 2.2.2.3",
    run: async (stage) => {
      const { job, get } = await runJob(stage, "true");
      mustEqual(get.attributes["jobID"], job.id, "jobID");
      must((get.attributes["agentHost"] ?? "") !== "", "agentHost is missing or empty");
    },
  },
  {
    id: "agent/getJobOutputDir/3",
    level: "SHOULD",
    slow: true,
    rule: "Where storeJobOutputDir does not come the agent asks again from the beginning.",
    source: "measured: it waits 10 s",
    run: async (stage) => {
      const { manager } = stage;
      const job = await makeJob(stage, "true");
      await giveJob(stage, job);
      const { from } = await manager.hear("want_getJobOutputDir", { withinMs: 60_000 });
      await manager.ask(from, { command: "have_getJobOutputDir" }, "getJobOutputDir");
      await manager.hear("want_getJobOutputDir", { withinMs: 600_000 });
    },
  },
]);

const DONE = againstAgent([
  {
    id: "agent/jobDone/1",
    level: "MUST",
    rule: "When the output is uploaded the agent reports that the job is done, by its id.",
    source: "report 2.2.3.1",
    run: async (stage) => {
      const { job, done } = await runJob(stage, "true");
      mustEqual(done.attributes["jobID"], job.id, "jobID");
    },
  },
  {
    id: "agent/jobDone/2",
    level: "MUST",
    rule: "The report goes to the manager that sent storeJobOutputDir.",
    source: "measured",
    run: async (stage) => {
      const { manager } = stage;
      const storage = await stage.sibling();
      const job = await makeJob(stage, "true");
      await giveJob(stage, job);
      const { from } = await manager.hear("want_getJobOutputDir", { withinMs: 60_000 });
      await storage.ask(from, { command: "have_getJobOutputDir" }, "getJobOutputDir");
      await storage.hearAck(await sayStore(stage, storage, from, job));
      const done = await storage.hear("jobDone", { withinMs: 60_000 });
      mustEqual(done.stanza.attrs["to"], storage.jid, "The receiver of jobDone");
    },
  },
  {
    id: "agent/jobDone/3",
    level: "MUST",
    rule: "state is that of a job which is done: 'ready', or 'done' in the report.",
    source: "measured (report 2.2.3.1: done)",
    run: async (stage) => {
      const { done } = await runJob(stage, "true");
      mustMatch(done.attributes["state"], /^(ready|done)$/, "state");
    },
  },
  {
    id: "agent/jobDone/4",
    level: "MUST",
    rule: "exitCode of a job that succeeds is 0.",
    source: "report 2.2.3.1",
    run: async (stage) => {
      const { done } = await runJob(stage, "true");
      mustEqual(done.attributes["exitCode"], "0", "exitCode");
    },
  },
  {
    id: "agent/jobDone/5",
    level: "MUST",
    rule: "exitCode is the raw wait status: exit 3 is 768.",
    source: "measured",
    run: async (stage) => {
      const { done } = await runJob(stage, "exit 3");
      mustEqual(done.attributes["exitCode"], "768", "exitCode");
    },
  },
  {
    id: "agent/jobDone/6",
    level: "MUST",
    rule: "A job that is killed under its shell has the shell's status: signal 9 is 35072.",
    source: "measured",
    run: async (stage) => {
      const { done } = await runJob(stage, "kill -9 $$");
      mustEqual(done.attributes["exitCode"], "35072", "exitCode");
    },
  },
  {
    id: "agent/jobDone/7",
    level: "MUST",
    rule: "agentHost is the hostname of the client.",
    source: "report 2.2.3.1",
    run: async (stage) => {
      const { want, done } = await runJob(stage, "true");
      must((done.attributes["agentHost"] ?? "") !== "", "agentHost is missing or empty");
      mustEqual(done.attributes["agentHost"], want.attributes["agentHost"], "agentHost");
    },
  },
  {
    id: "agent/jobDone/8",
    level: "MUST",
    rule: "jmJobData comes back, the agent's wallTime added: startedAt=…####wallTime=…####.",
    source: "measured",
    run: async (stage) => {
      const { done } = await runJob(stage, "true");
      const { jmJobData = "" } = done.attributes;
      // The original writes the pairs in any order.
      const { wallTime, ...sent } = parseHashString(jmJobData);
      mustEqual(sent, parseHashString(JOB_DATA), "What the manager sent");
      must(typeof wallTime === "string" && /^[\d.]*$/.test(wallTime), "There is no wallTime");
    },
  },
  {
    id: "agent/jobDone/9",
    level: "MUST",
    rule:
      "If jmJobData isn't provided, the agent will omit it; its time alone may come with jobDone.",
    source: "report 2.2.1.4; the original sends wallTime=…#### with jobDone",
    run: async (stage) => {
      const { want, get, done } = await runJob(stage, "true", { jmJobData: null });
      for (const { name, attributes } of [want, get]) {
        mustEqual(attributes["jmJobData"], undefined, `jmJobData of ${name}`);
      }
      const { jmJobData = "" } = done.attributes;
      mustMatch(jmJobData, /^(?:wallTime=[\d.]*####)?$/, "jmJobData of jobDone");
    },
  },
  {
    id: "agent/jobDone/10",
    level: "SHOULD",
    rule: "jmJobData that comes anew with storeJobOutputDir replaces the old one.",
    source: "report 2.2.2.4",
    run: async (stage) => {
      const job = await makeJob(stage, "true");
      await giveJob(stage, job);
      const { done } = await takeOutput(stage, job, { jmJobData: "place=7####" });
      mustMatch(done.attributes["jmJobData"], /place=7/, "jmJobData");
    },
  },
  {
    id: "agent/jobDone/11",
    level: "SHOULD",
    slow: true,
    rule: "A report that is not acknowledged is sent again.",
    source: "report 2.1; measured: after 141 s",
    run: async (stage) => {
      const { manager } = stage;
      const job = await makeJob(stage, "true");
      await giveJob(stage, job);
      const { from } = await manager.hear("want_getJobOutputDir", { withinMs: 60_000 });
      await manager.ask(from, { command: "have_getJobOutputDir" }, "getJobOutputDir");
      await manager.hearAck(await sayStore(stage, manager, from, job));
      manager.acknowledges = false;
      await manager.hear("jobDone", { withinMs: 60_000 });
      manager.acknowledge(await manager.hear("jobDone", { withinMs: 600_000 }));
    },
  },
  {
    id: "agent/jobDone/12",
    level: "MUST",
    rule: "A job that prints a megabyte is handed over like any other.",
    source: "design",
    run: async (stage) => {
      const { done } = await runJob(stage, "head -c 1000000 /dev/zero");
      mustEqual(done.attributes["exitCode"], "0", "exitCode");
    },
  },
]);

/** Cases about the handing over of jobs. */
export const AGENT_REPORT_CASES = [...OUTPUT_DIR, ...DONE];
