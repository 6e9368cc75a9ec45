/**
 * Redirection of commands (report 2.2.4). What an agent conveys also shows how it reads and writes values.
 *
 * @module
 */
import { encodeInfo, type Info } from "../../../lib/protocol/info.ts";
import { againstAgent } from "../case.ts";
import { type Heard, MADE_UP, type Peer } from "../peer.ts";
import type { AgentStage } from "../stage.ts";
import { must, mustEqual, mustMatch } from "../verdict.ts";
import { giveJob, makeJob, sayRunJob, sayStore, takeOutput } from "./_manager_side.ts";

/** A command of the suite's own, which no agent sends by itself. */
const CONVEYED = `${MADE_UP}Conveyed`;

/** Redirects an info from one peer to another; returns the message's id. */
function redirect(from: Peer, agent: string, referral: string, info: Info): string {
  const attributes = { command: "redirect", referral };
  return from.sayInfo(agent, encodeInfo("info", { attributes, children: { info } }));
}

/** Lets the agent convey attributes to another account; returns what arrives there. */
async function convey(
  stage: AgentStage,
  attributes: Readonly<Record<string, string>>,
  children: Readonly<Record<string, Info>> = {},
): Promise<Heard> {
  const { from } = await stage.request();
  const referral = await stage.referral();
  const info = { attributes: { command: CONVEYED, ...attributes }, children };
  await stage.manager.hearAck(redirect(stage.manager, from, referral.bare, info));
  return await referral.hear(CONVEYED);
}

/** Makes sure that a value arrives as it was sent. */
async function mustConvey(stage: AgentStage, value: string): Promise<void> {
  const { attributes } = await convey(stage, { value });
  mustEqual(attributes["value"], value, "The value that was conveyed");
}

const CONVEY = againstAgent([
  {
    id: "redirect/convey/1",
    level: "MUST",
    rule: "redirect is acknowledged.",
    source: "report 2.1, 2.2.4",
    run: async (stage) => {
      await convey(stage, {});
    },
  },
  {
    id: "redirect/convey/2",
    level: "MUST",
    rule: "redirect results in sending its info to the referral.",
    source: "report 2.2.4.1",
    run: async (stage) => {
      const { attributes } = await convey(stage, { jobId: "30801741", state: "done" });
      mustEqual([attributes["jobId"], attributes["state"]], ["30801741", "done"], "jobId, state");
    },
  },
  {
    id: "redirect/convey/3",
    level: "MUST",
    rule: "The attributes of the info are conveyed, all and no others.",
    source: "report 2.2.4.1, listing 2.6",
    run: async (stage) => {
      const sent = { a: "1", b: "2", to: "jmreal@example.org", exitCode: "0" };
      const { attributes } = await convey(stage, sent);
      const names = Object.keys(attributes).sort();
      mustEqual(names, [...Object.keys(sent), "command"].sort(), "Names of the attributes");
    },
  },
  {
    id: "redirect/convey/4",
    level: "MUST",
    rule: "Elements inside the info are conveyed, as AliEn's adapter needs it.",
    source: "measured",
    run: async (stage) => {
      const adapter = { attributes: { WORKDIR: "/tmp/x", STATUS: "ok" }, children: {} };
      const { info } = await convey(stage, {}, { adapter });
      mustEqual(info.children["adapter"]?.attributes["WORKDIR"], "/tmp/x", "WORKDIR of adapter");
    },
  },
  {
    id: "redirect/convey/5",
    level: "MUST",
    rule: "The message to the referral has an id of its own and comes from the agent.",
    source: "report 2.2.4.1, listing 2.6",
    run: async (stage) => {
      const { from } = await stage.request();
      const referral = await stage.referral();
      const info = { attributes: { command: CONVEYED }, children: {} };
      const id = redirect(stage.manager, from, referral.bare, info);
      const conveyed = await referral.hear(CONVEYED);
      must(conveyed.id !== id, "It bears the id of the redirect");
      mustEqual(conveyed.from, from, "The sender");
    },
  },
  {
    id: "redirect/convey/6",
    level: "MUST",
    rule: "Conveyed values are encoded again, with the prefix _BASE64:.",
    source: "report 2.2.4.1, listing 2.6",
    run: async (stage) => {
      const { stanza } = await convey(stage, { value: "text" });
      const infos = stanza.children.flatMap((body) =>
        typeof body === "string" ? [] : body.children
      );
      for (const info of infos) {
        if (typeof info === "string") continue;
        for (const value of Object.values(info.attrs)) mustMatch(value, /^_BASE64:/, "A value");
      }
    },
  },
  {
    id: "redirect/convey/7",
    level: "SHOULD",
    rule: "A redirect from somebody who is no manager of the agent's is not followed.",
    source: "design",
    known: { perl: "it obeys any XMPP account" },
    run: async (stage) => {
      const { from } = await stage.request();
      const stranger = await stage.stranger();
      const info = { attributes: { command: CONVEYED }, children: {} };
      await stranger.hearAck(redirect(stranger, from, stranger.bare, info));
      await stranger.hearNo(CONVEYED);
    },
  },
  {
    id: "redirect/convey/8",
    level: "MUST",
    rule: "A referral that is no JID does not stop the agent.",
    source: "design",
    fatal: { perl: "it repeats for ever what nobody can acknowledge, and reconnects each time" },
    run: async (stage) => {
      const { from } = await stage.request();
      const info = { attributes: { command: CONVEYED }, children: {} };
      await stage.manager.hearAck(redirect(stage.manager, from, "@@ no jid", info));
      await stage.manager.ask(from, { command: "have_getJob" }, "getJob");
    },
  },
]);

const VALUES: readonly (readonly [what: string, value: string])[] = [
  ["Text that is not ASCII", "naïve Ωμέγα 日本語 🚀"],
  ["Markup", `<a b='c'>&amp;"</a>`],
  ["An empty value", ""],
  ["Text of several lines", "one\ntwo\r\n\tthree\n"],
  ["Text that looks like a prefix", "_BASE64:eA=="],
  ["A hash string", "a=1####b=x::::y####"],
  ["A long value", "0123456789".repeat(2000)],
];

const CONVEYED_VALUES = againstAgent(VALUES.map(([what, value], index) => ({
  id: `redirect/value/${index + 1}`,
  level: "MUST",
  rule: `${what} is conveyed unchanged.`,
  source: "report 2.2.4.1; measured",
  run: (stage) => mustConvey(stage, value),
})));

/** The manager's requests as they stand, to be conveyed. */
function requestOf({ info }: Heard): Info {
  return { attributes: info.attributes, children: info.children };
}

const DIALOGUE = againstAgent([
  {
    id: "redirect/dialogue/1",
    level: "MUST",
    rule: "A redirected job request brings the agent a job of the referral.",
    source: "report 2.2.4; trace redirect",
    run: async (stage) => {
      const request = await stage.request();
      const other = await stage.referral();
      redirect(stage.manager, request.from, other.bare, requestOf(request));
      const { from } = await other.hear("want_getJob");
      await other.ask(from, { command: "have_getJob" }, "getJob");
      const job = await makeJob(stage, "true");
      await other.hearAck(sayRunJob(other, from, job));
      await takeOutput(stage, job);
    },
  },
  {
    id: "redirect/dialogue/2",
    level: "MUST",
    rule: "Job request and output can go to different managers: the output request is redirected.",
    source: "report 2.2.4; trace redirect",
    run: async (stage) => {
      const { manager } = stage;
      const storage = await stage.referral();
      const job = await makeJob(stage, "true");
      await giveJob(stage, job);
      const want = await manager.hear("want_getJobOutputDir", { withinMs: 60_000 });
      redirect(manager, want.from, storage.bare, requestOf(want));
      const { from } = await storage.hear("want_getJobOutputDir");
      await storage.ask(from, { command: "have_getJobOutputDir" }, "getJobOutputDir");
      await storage.hearAck(await sayStore(stage, storage, from, job));
      mustEqual((await storage.hear("jobDone")).attributes["jobID"], job.id, "jobID");
    },
  },
  {
    id: "redirect/dialogue/3",
    level: "SHOULD",
    rule: "A redirect that comes before the acknowledgement of what it redirects is followed.",
    source: "design",
    known: { perl: "such a redirect is silently lost" },
    run: async (stage) => {
      const { manager } = stage;
      const storage = await stage.referral();
      const job = await makeJob(stage, "true");
      await giveJob(stage, job);
      manager.acknowledges = false;
      const want = await manager.hear("want_getJobOutputDir", { withinMs: 60_000 });
      redirect(manager, want.from, storage.bare, requestOf(want));
      // Both at once would be a race: the original may read the acknowledgement first.
      await manager.pass(stage.patience.silenceMs / 3);
      manager.acknowledge(want);
      manager.acknowledges = true;
      const { from } = await storage.hear("want_getJobOutputDir");
      await storage.ask(from, { command: "have_getJobOutputDir" }, "getJobOutputDir");
      await storage.hearAck(await sayStore(stage, storage, from, job));
      await storage.hear("jobDone");
    },
  },
]);

/** Cases about redirection. */
export const REDIRECT_CASES = [...CONVEY, ...CONVEYED_VALUES, ...DIALOGUE];
