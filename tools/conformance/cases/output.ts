/**
 * Where a job's output goes (report 2.2.2), and who may do what there.
 *
 * @module
 */
import { formatRights, parseAcl } from "../../../lib/chirp/acl.ts";
import { againstManager } from "../case.ts";
import type { ManagerStage } from "../stage.ts";
import { must, mustEqual, mustMatch } from "../verdict.ts";
import { aboutJob, askDirectory, takeJob } from "./_agent_side.ts";
import { PROBE, PROBED } from "./_probe.ts";

const WANT = againstManager([
  {
    id: "output/want_getJobOutputDir/1",
    level: "MUST",
    rule: "have_getJobOutputDir is sent as a reply to want_getJobOutputDir.",
    source: "report 2.2.2.2",
    run: async ({ manager, peer }) => {
      await (await peer()).ask(manager, PROBE, PROBED);
    },
  },
  {
    id: "output/want_getJobOutputDir/2",
    level: "MUST",
    rule: "The reply has the command and nothing else.",
    source: "report 2.2.2.2",
    run: async ({ manager, peer }) => {
      const { attributes } = await (await peer()).ask(manager, PROBE, PROBED);
      mustEqual(Object.keys(attributes), ["command"], "The attributes of info");
    },
  },
  {
    id: "output/want_getJobOutputDir/3",
    level: "MUST",
    rule: "The reply comes from the manager's full JID.",
    source: "report 2.2.2.1",
    run: async ({ manager, peer }) => {
      const { from } = await (await peer()).ask(manager, PROBE, PROBED);
      must(from.startsWith(`${manager}/`), `The sender ${from} is no full JID of ${manager}`);
    },
  },
  {
    id: "output/want_getJobOutputDir/4",
    level: "MUST",
    rule: "A request as the original sends it, with agentIP='todo' and jmJobData, is answered.",
    source: "measured",
    run: async ({ manager, peer }) => {
      const request = { ...PROBE, agentIP: "todo", jmJobData: "startedAt=1795342355####" };
      await (await peer()).ask(manager, request, PROBED);
    },
  },
  {
    id: "output/want_getJobOutputDir/5",
    level: "MUST",
    rule: "A request without job id is answered all the same.",
    source: "measured",
    run: async ({ manager, peer }) => {
      await (await peer()).ask(manager, { command: "want_getJobOutputDir" }, PROBED);
    },
  },
  {
    id: "output/want_getJobOutputDir/6",
    level: "MUST",
    rule: "One request brings one reply.",
    source: "report 2.2.2",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      await agent.ask(manager, PROBE, PROBED);
      await agent.hearNo(undefined);
    },
  },
]);

const DIRECTORY = againstManager([
  {
    id: "output/getJobOutputDir/1",
    level: "MUST",
    rule: "The manager creates the directory and sends back its address.",
    source: "report 2.2.2.4",
    needs: ["jobs"],
    run: async (stage) => {
      const { attributes } = await askDirectory(await takeJob(stage));
      const { outputDir = "" } = attributes;
      must(outputDir !== "", "storeJobOutputDir has no outputDir");
      must(await stage.chirp.exists(outputDir), `There is no directory ${outputDir}`);
    },
  },
  {
    id: "output/getJobOutputDir/2",
    level: "MUST",
    rule: "storeJobOutputDir repeats the job id which was received with getJobOutputDir.",
    source: "report 2.2.2.4",
    needs: ["jobs"],
    run: async (stage) => {
      const job = await takeJob(stage);
      mustEqual((await askDirectory(job)).attributes["jobID"], job.id, "jobID");
    },
  },
  {
    id: "output/getJobOutputDir/3",
    level: "MUST",
    rule: "outputChirpUrl is host and port, parted by a colon.",
    source: "measured (report 2.2.2.4: by semicolon)",
    needs: ["jobs"],
    run: async (stage) => {
      const { attributes } = await askDirectory(await takeJob(stage));
      mustMatch(attributes["outputChirpUrl"], /^[^:;\s]+:\d+$/, "outputChirpUrl");
    },
  },
  {
    id: "output/getJobOutputDir/4",
    level: "MUST",
    rule: "For an agent of the original, which writes to ID/ID.tgz, outputDir is the job id.",
    source: "measured",
    needs: ["jobs"],
    run: async (stage) => {
      const job = await takeJob(stage);
      mustEqual((await askDirectory(job)).attributes["outputDir"], job.id, "outputDir");
    },
  },
  {
    id: "output/getJobOutputDir/5",
    level: "MUST",
    rule: "A request that is repeated gets the same directory again.",
    source: "design: a reply may be lost",
    needs: ["jobs"],
    run: async (stage) => {
      const job = await takeJob(stage);
      const [first, second] = [await askDirectory(job), await askDirectory(job)];
      mustEqual(second.attributes["outputDir"], first.attributes["outputDir"], "outputDir");
    },
  },
  {
    id: "output/getJobOutputDir/6",
    level: "SHOULD",
    rule: "A request repeated after the upload leaves the output where it is.",
    source: "design",
    needs: ["jobs"],
    run: async (stage) => {
      const job = await takeJob(stage);
      await askDirectory(job);
      await stage.chirp.writeText(`${job.id}/${job.id}.tgz`, "output", 0o666);
      await askDirectory(job);
      mustEqual(await stage.chirp.readText(`${job.id}/${job.id}.tgz`), "output", "The output");
    },
  },
  {
    id: "output/getJobOutputDir/7",
    level: "MUST",
    rule: "The request goes without jmJobData where the manager sent none.",
    source: "report 2.2.1.4: optional",
    needs: ["jobs"],
    run: async (stage) => {
      const { agent, manager, id } = await takeJob(stage);
      const request = { command: "getJobOutputDir", jobID: id, agentHost: "vm" };
      await agent.ask(manager, request, "storeJobOutputDir");
    },
  },
]);

/** Job ids that must not become paths or shell text; each names what it would touch. */
const HOSTILE: readonly (readonly [id: string, what: string])[] = [
  ["../conformance-escaped", "a directory beside the Chirp folder"],
  ["conformance-a/b/c", "a nested directory"],
  ["", "the Chirp folder itself"],
  [".", "the Chirp folder itself"],
  ["conformance;touch conformance-owned", "a shell"],
  ["$(touch conformance-owned)", "a shell"],
  ["conformance\0x", "a path cut short"],
];

async function mustNotTouch({ manager, peer, chirp }: ManagerStage, jobID: string): Promise<void> {
  const entries = async () =>
    (await chirp.list(".")).filter((name) => name.includes("conformance"));
  const before = await entries();
  const agent = await peer();
  const list = await readAcl(chirp, ".");
  agent.say(manager, { command: "getJobOutputDir", jobID, agentHost: "vm" });
  await agent.hearNo("storeJobOutputDir");
  mustEqual(await entries(), before, "What the Chirp folder holds of it");
  mustEqual(await readAcl(chirp, "."), list, "Its access list");
  await agent.ask(manager, PROBE, PROBED);
}

const UNSAFE = againstManager(HOSTILE.map(([id, what], index) => ({
  id: `output/unsafe/${index + 1}`,
  level: "MUST",
  rule: `The job id ${JSON.stringify(id)} of a request does not reach ${what}.`,
  source: "design",
  known: { perl: "the job id reaches a shell: injected commands ran" },
  fatal: { perl: "the job id reaches a shell: injected commands run" },
  needs: ["chirp"],
  run: (stage) => mustNotTouch(stage, id),
})));

/** Reads a directory's access list; empty where there is none. */
async function readAcl(chirp: ManagerStage["chirp"], directory: string): Promise<string> {
  const file = `${directory}/.__acl`;
  return await chirp.exists(file) ? await chirp.readText(file) : "";
}

/** Rights by subject in the access list of a fresh output directory, as a Chirp server reads it. */
async function outputRights(
  stage: ManagerStage,
  agentIP?: string,
): Promise<ReadonlyMap<string, string>> {
  const job = await takeJob(stage);
  const about = aboutJob("getJobOutputDir", job);
  const request = agentIP === undefined ? about : { ...about, agentIP };
  const { attributes } = await job.agent.ask(job.manager, request, "storeJobOutputDir");
  const entries = parseAcl(await readAcl(stage.chirp, attributes["outputDir"] ?? ""));
  return new Map(entries.map(({ subject, rights }) => [subject, formatRights(rights)]));
}

const ACL = againstManager([
  {
    id: "acl/output/1",
    level: "MUST",
    rule: "The manager gives the agent write access: any address may put files.",
    source: "report 2.2.2.4; measured: address:* rwl",
    needs: ["jobs"],
    run: async (stage) => {
      const rights = await outputRights(stage);
      mustMatch(rights.get("address:*"), /[wp]/, "Rights of address:*");
    },
  },
  {
    id: "acl/output/2",
    level: "MUST",
    rule: "The list also serves agents that prove a host name.",
    source: "measured: hostname:* rwl",
    known: { perl: "it needs a /bin/sh whose echo knows -e; with dash that line is spoilt" },
    needs: ["jobs"],
    run: async (stage) => {
      const rights = await outputRights(stage);
      mustMatch(rights.get("hostname:*"), /[wp]/, "Rights of hostname:*");
    },
  },
  {
    id: "acl/output/3",
    level: "SHOULD",
    rule: "Nobody may read the output of somebody else's job.",
    source: "design",
    known: { perl: "output can be read by everybody (rwl)" },
    needs: ["jobs"],
    run: async (stage) => {
      for (const [subject, rights] of await outputRights(stage)) {
        must(!rights.includes("r"), `${subject} may read (${rights})`);
      }
    },
  },
  {
    id: "acl/output/4",
    level: "SHOULD",
    rule: "Nobody may replace or delete output that is there.",
    source: "design",
    known: { perl: "output can be replaced by everybody (rwl)" },
    needs: ["jobs"],
    run: async (stage) => {
      for (const [subject, rights] of await outputRights(stage)) {
        must(!/[wd]/.test(rights), `${subject} may write or delete (${rights})`);
      }
    },
  },
  {
    id: "acl/output/5",
    level: "MUST",
    rule: "Nobody may change the access list.",
    source: "measured: no right a",
    needs: ["jobs"],
    run: async (stage) => {
      for (const [subject, rights] of await outputRights(stage)) {
        must(!rights.includes("a"), `${subject} may change the list (${rights})`);
      }
    },
  },
  {
    id: "acl/output/6",
    level: "SHOULD",
    rule: "An agent that tells its address is the only one that may put files.",
    source: "design",
    known: { perl: "it does not read agentIP" },
    needs: ["jobs"],
    run: async (stage) => {
      const rights = await outputRights(stage, "192.0.2.7");
      mustEqual([...rights.keys()], ["address:192.0.2.7"], "Subjects of the access list");
    },
  },
  {
    id: "acl/output/7",
    level: "MUST",
    rule: "An agentIP that is no address, such as the original's todo, shuts nobody out.",
    source: "measured",
    needs: ["jobs"],
    run: async (stage) => {
      const rights = await outputRights(stage, "todo");
      mustMatch(rights.get("address:*"), /[wp]/, "Rights of address:*");
    },
  },
  {
    id: "acl/output/8",
    level: "MUST",
    rule: "An agentIP with a line end in it adds no line to the access list.",
    source: "design",
    needs: ["jobs"],
    run: async (stage) => {
      const rights = await outputRights(stage, "192.0.2.7 rwlda\nhostname:evil rwlda");
      must(!rights.has("hostname:evil"), "The access list names hostname:evil");
      must(
        ![...rights.values()].some((letters) => letters.includes("a")),
        "Somebody got all rights",
      );
    },
  },
  {
    id: "acl/input/1",
    level: "MUST",
    rule: "Taking a job's output leaves the access list of its input as the submitter wrote it.",
    source: "measured: address:* rl, hostname:* rl",
    needs: ["jobs"],
    run: async (stage) => {
      const { inputDir } = await stage.jobs.submit();
      const before = await readAcl(stage.chirp, inputDir);
      const job = await takeJob(stage);
      await askDirectory(job);
      mustEqual(await readAcl(stage.chirp, inputDir), before, "The access list of the input");
    },
  },
]);

/** Cases about output directories. */
export const OUTPUT_CASES = [...WANT, ...DIRECTORY, ...UNSAFE, ...ACL];
