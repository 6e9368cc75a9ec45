/**
 * How an agent asks for a job and takes it (report 2.2.1).
 *
 * @module
 */
import { parseJdl } from "../../../lib/protocol/jdl.ts";
import { againstAgent } from "../case.ts";
import type { Heard } from "../peer.ts";
import type { AgentStage } from "../stage.ts";
import { must, mustEqual, mustMatch } from "../verdict.ts";
import { giveJob, makeJob, sayRunJob, takeOutput } from "./_manager_side.ts";

/** Lets the agent have a short job, so that it waits for nothing when the case is over. */
async function satisfy(stage: AgentStage, agent: string): Promise<void> {
  const job = await makeJob(stage, "true");
  await stage.manager.hearAck(sayRunJob(stage.manager, agent, job));
  await takeOutput(stage, job);
}

/** The agent's machine as its request describes it. */
async function machineOf(stage: AgentStage): Promise<ReadonlyMap<string, string>> {
  const { attributes } = await stage.request();
  return parseJdl(attributes["jdl"] ?? "");
}

function valuesIn({ stanza }: Heard): string[] {
  const infos = stanza.children.flatMap((body) => typeof body === "string" ? [] : body.children);
  return infos.flatMap((info) => typeof info === "string" ? [] : Object.values(info.attrs));
}

const WANT = againstAgent([
  {
    id: "agent/want_getJob/1",
    level: "MUST",
    rule: "An agent with a slot asks its managers: want_getJob with agentHost and jdl.",
    source: "report 2.2.1.1",
    run: async (stage) => {
      const { attributes } = await stage.request();
      for (const name of ["agentHost", "jdl"]) {
        must((attributes[name] ?? "") !== "", `The attribute ${name} is missing or empty`);
      }
    },
  },
  {
    id: "agent/want_getJob/2",
    level: "MUST",
    rule: "The request goes to the manager's bare JID: it is a broadcast.",
    source: "report 2.2.1.1; measured",
    run: async (stage) => {
      const { stanza } = await stage.request();
      mustEqual(stanza.attrs["to"], stage.manager.bare, "The receiver");
    },
  },
  {
    id: "agent/want_getJob/3",
    level: "MUST",
    rule: "The message has an id and wants an acknowledgement.",
    source: "report 2.1",
    run: async (stage) => {
      const { id, noack, stanza } = await stage.request();
      must(id !== "" && !noack, "The request has no id, or noack");
      mustMatch(stanza.attrs["type"] ?? "normal", /^(normal|chat)$/, "The type of the message");
    },
  },
  {
    id: "agent/want_getJob/4",
    level: "MUST",
    rule: "All its values are base64 encoded, with the prefix _BASE64:.",
    source: "report 2.1; measured",
    run: async (stage) => {
      const values = valuesIn(await stage.request());
      must(values.length >= 3, "The request has fewer than three values");
      for (const value of values) mustMatch(value, /^_BASE64:[A-Za-z0-9+/=\s]*$/, "A value");
    },
  },
  {
    id: "agent/want_getJob/5",
    level: "SHOULD",
    rule: "A long value is broken after every 76 characters.",
    source: "measured",
    run: async (stage) => {
      const values = valuesIn(await stage.request());
      const lines = values.flatMap((value) => value.replace("_BASE64:", "").split(/\s/));
      const longest = lines.reduce((length, line) => Math.max(length, line.length), 0);
      mustEqual(longest, 76, "The longest line of digits");
    },
  },
  {
    id: "agent/want_getJob/6",
    level: "SHOULD",
    slow: true,
    rule: "An agent that nobody offers a job asks again after a minute.",
    source: "measured: 60 s",
    run: async (stage) => {
      const first = await stage.request();
      const second = await stage.manager.hear("want_getJob", { withinMs: 130_000 });
      const seconds = (second.atMs - first.atMs) / 1000;
      must(seconds >= 20, `The agent asked again after ${seconds} s`);
    },
  },
  {
    id: "agent/want_getJob/7",
    level: "SHOULD",
    slow: true,
    rule: "The more often it asks in vain, the longer it waits.",
    source: "measured: 60, 120, 240 s",
    run: async (stage) => {
      // Two waits are enough: the original's would soon be longer than the next cases have patience for.
      const times = [(await stage.request()).atMs];
      while (times.length < 3) {
        times.push((await stage.manager.hear("want_getJob", { withinMs: 600_000 })).atMs);
      }
      const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      const grows = gaps.every((gap, index) => index === 0 || gap > (gaps[index - 1] ?? 0));
      must(grows, `The waits are ${gaps.map((gap) => `${Math.round(gap / 1000)} s`).join(", ")}`);
    },
  },
  {
    id: "agent/want_getJob/8",
    level: "SHOULD",
    slow: true,
    rule: "A request that is not acknowledged is made again.",
    source: "report 2.1; measured: after 141 s, in a corrupted form",
    run: async (stage) => {
      await stage.request();
      stage.manager.acknowledges = false;
      await stage.manager.hear("want_getJob", { withinMs: 600_000 });
      await stage.manager.hear("want_getJob", { withinMs: 600_000 });
    },
  },
]);

const JDL = againstAgent([
  {
    id: "agent/jdl/1",
    level: "MUST",
    rule: "The machine's configuration is formatted in JDL: names and values, in brackets.",
    source: "report 2.2.1.1, listing 2.4",
    run: async (stage) => {
      const { attributes } = await stage.request();
      mustMatch(attributes["jdl"], /^\s*\[[^]*\]\s*$/, "The JDL");
      must(parseJdl(attributes["jdl"] ?? "").size > 0, "The JDL is empty");
    },
  },
  {
    id: "agent/jdl/2",
    level: "MUST",
    rule: 'Type is "machine", and Requirements is other.Type == "Job".',
    source: "report 2.2.1.1, listing 2.4",
    run: async (stage) => {
      const machine = await machineOf(stage);
      mustEqual(machine.get("Type"), '"machine"', "Type");
      const requirements = machine.get("Requirements")?.replaceAll(" ", "");
      mustMatch(requirements, /^\(?other\.Type=="Job"\)?$/, "Requirements");
    },
  },
  {
    id: "agent/jdl/3",
    level: "MUST",
    rule: "WNHost is the name that agentHost tells.",
    source: "report 2.2.1.1, listing 2.4",
    run: async (stage) => {
      const { attributes } = await stage.request();
      const machine = parseJdl(attributes["jdl"] ?? "");
      mustEqual(machine.get("WNHost"), JSON.stringify(attributes["agentHost"]), "WNHost");
    },
  },
  ...["Version", "Platform", "Uname"].map((name, index) => ({
    id: `agent/jdl/${index + 4}`,
    level: "MUST" as const,
    rule: `${name} is a string.`,
    source: "report 2.2.1.1, listing 2.4",
    run: async (stage: AgentStage) => {
      mustMatch((await machineOf(stage)).get(name), /^"[^"]+"$/, name);
    },
  })),
  {
    id: "agent/jdl/7",
    level: "MUST",
    rule: "LocalDiskSpace is a whole number (of KiB).",
    source: "report 2.2.1.1, listing 2.4; measured",
    run: async (stage) => {
      mustMatch((await machineOf(stage)).get("LocalDiskSpace"), /^\d+$/, "LocalDiskSpace");
    },
  },
  {
    id: "agent/jdl/8",
    level: "MUST",
    rule: "Memory, FreeMemory, Swap and FreeSwap are whole numbers; what is zero is left out.",
    source: "measured",
    run: async (stage) => {
      const machine = await machineOf(stage);
      for (const name of ["Memory", "FreeMemory", "Swap", "FreeSwap"]) {
        const value = machine.get(name);
        if (value !== undefined) mustMatch(value, /^[1-9]\d*$/, name);
      }
    },
  },
]);

const GET = againstAgent([
  {
    id: "agent/getJob/1",
    level: "MUST",
    rule: "Upon have_getJob the agent makes the actual job request, getJob.",
    source: "report 2.2.1",
    run: async (stage) => {
      const { from } = await stage.request();
      await stage.manager.ask(from, { command: "have_getJob" }, "getJob");
      await satisfy(stage, from);
    },
  },
  {
    id: "agent/getJob/2",
    level: "MUST",
    rule: "getJob goes to the full JID of the manager that offered.",
    source: "report 2.2.1.3",
    run: async (stage) => {
      const { from } = await stage.request();
      const { stanza } = await stage.manager.ask(from, { command: "have_getJob" }, "getJob");
      mustEqual(stanza.attrs["to"], stage.manager.jid, "The receiver of getJob");
      await satisfy(stage, from);
    },
  },
  {
    id: "agent/getJob/3",
    level: "MUST",
    rule: "getJob has the same format as want_getJob: agentHost and jdl.",
    source: "report 2.2.1.3",
    run: async (stage) => {
      const { from, attributes: wanted } = await stage.request();
      const get = await stage.manager.ask(from, { command: "have_getJob" }, "getJob");
      mustEqual(get.attributes["agentHost"], wanted["agentHost"], "agentHost");
      must(parseJdl(get.attributes["jdl"] ?? "").has("WNHost"), "The JDL has no WNHost");
      await satisfy(stage, from);
    },
  },
  {
    id: "agent/getJob/4",
    level: "MUST",
    rule: "Of several offers the agent takes the first.",
    source: "report 2.2.1",
    run: async (stage) => {
      const { from } = await stage.request();
      const slower = await stage.sibling();
      stage.manager.say(from, { command: "have_getJob" });
      await stage.manager.hear("getJob");
      await slower.hearAck(slower.say(from, { command: "have_getJob" }));
      await slower.hearNo("getJob");
      await satisfy(stage, from);
    },
  },
  {
    id: "agent/getJob/5",
    level: "SHOULD",
    slow: true,
    rule: "An agent to which a promised job does not come asks again.",
    source: "measured: it waits 60 s",
    run: async (stage) => {
      const { from } = await stage.request();
      await stage.manager.ask(from, { command: "have_getJob" }, "getJob");
      await stage.manager.hear("want_getJob", { withinMs: 200_000 });
    },
  },
  {
    id: "agent/getJob/6",
    level: "MUST",
    rule: "When a job is done and acknowledged, the agent asks for the next.",
    source: "report 2.2.1; measured",
    run: async (stage) => {
      const job = await makeJob(stage, "true");
      await giveJob(stage, job);
      await takeOutput(stage, job);
      await stage.request();
    },
  },
]);

const REQUIRE_FILE = againstAgent([
  {
    id: "agent/requireFile/1",
    level: "MUST",
    rule:
      "Before getJob the agent makes sure that the required file is there; it is: getJob follows.",
    source: "report 2.2.1.2",
    run: async (stage) => {
      const { from } = await stage.request();
      await stage.manager.ask(from, { command: "have_getJob", requireFile: "/bin/sh" }, "getJob");
      await satisfy(stage, from);
    },
  },
  {
    id: "agent/requireFile/2",
    level: "MUST",
    rule: "Where the required file is missing the agent does not ask for the job.",
    source: "report 2.2.1.2",
    run: async (stage) => {
      const { from } = await stage.request();
      const offer = { command: "have_getJob", requireFile: "/no/such/file/anywhere" };
      await stage.manager.hearAck(stage.manager.say(from, offer));
      await stage.manager.hearNo("getJob");
    },
  },
  {
    id: "agent/requireFile/3",
    level: "SHOULD",
    slow: true,
    rule: "An agent without the file goes on asking, however often it is missing.",
    source: "design",
    known: { perl: "it dies at the fourth miss" },
    fatal: { perl: "it dies at the fourth miss" },
    run: async (stage) => {
      let request = await stage.request();
      for (let miss = 0; miss < 5; miss++) {
        const offer = { command: "have_getJob", requireFile: "/no/such/file/anywhere" };
        await stage.manager.hearAck(stage.manager.say(request.from, offer));
        request = await stage.manager.hear("want_getJob", { withinMs: 4_000_000 });
      }
    },
  },
]);

const REFUSED = againstAgent([
  {
    id: "agent/sleep/1",
    level: "MUST",
    slow: true,
    rule:
      "An agent that is sent to sleep acknowledges, waits, and asks again within 20 minutes or so.",
    source: "measured: it blocks up to 20 minutes and reboots its machine",
    fatal: { perl: "it reboots its machine" },
    run: async (stage) => {
      const { from } = await stage.request();
      await stage.manager.hearAck(stage.manager.say(from, { command: "sleep" }));
      await stage.manager.hear("want_getJob", { withinMs: 1_500_000 });
    },
  },
  {
    id: "agent/error/1",
    level: "SHOULD",
    slow: true,
    rule: "An agent whose request is answered with error asks again later.",
    source: "design",
    known: { perl: "it stops" },
    fatal: { perl: "it stops" },
    run: async (stage) => {
      const { from } = await stage.request();
      const error = { command: "error", errorString: "No such luck" };
      await stage.manager.hearAck(stage.manager.say(from, error));
      await stage.manager.hear("want_getJob", { withinMs: 600_000 });
    },
  },
]);

/** Cases about an agent's requests. */
export const AGENT_REQUEST_CASES = [...WANT, ...JDL, ...GET, ...REQUIRE_FILE, ...REFUSED];
