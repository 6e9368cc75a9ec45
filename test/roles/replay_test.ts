/** What agents of the original said to their manager, said to ours: recorded traffic, decoded answers. */
import { assert, assertEquals } from "@std/assert";
import { parseCommand } from "../../lib/protocol/command_codec.ts";
import type { Command } from "../../lib/protocol/commands.ts";
import { decodeMessage, type Message } from "../../lib/protocol/message.ts";
import type { XmlElement } from "../../lib/protocol/xml.ts";
import { parseXml } from "../../lib/protocol/xml_parser.ts";
import { messagesOf, readTrace } from "../traces.ts";
import type { Hand } from "./_hand.ts";
import { MANAGER, type ManagerSetup, Site } from "./_site.ts";

/** What one side of the recorded manager's connection carried, in order. */
function recorded(
  trace: string,
  dir: "s2c" | "c2s",
): { readonly t: number; readonly stanza: XmlElement }[] {
  return messagesOf(`${trace}.jsonl`)
    .filter(({ line }) => line.conn === "jm" && line.dir === dir)
    .map(({ line, stanza }) => ({ t: line.t, stanza }));
}

/** Puts our manager into the place of the recorded one. */
function readdressed(stanza: XmlElement): XmlElement {
  const { from: _, "xml:lang": __, ...attrs } = stanza.attrs;
  const to = (attrs["to"] ?? "").replace(/^jm@copilot\.test/, MANAGER).replace(/\/.*$/, "/one");
  return { ...stanza, attrs: { ...attrs, to } };
}

function nameOf(message: Message): string {
  if (message.kind !== "command") return message.kind;
  const command: Command = parseCommand(message.info);
  return command.command === "unknown" ? command.name : command.command;
}

/** What came to a peer: commands and acknowledgements by name. */
function answers(hand: Hand): string[] {
  return hand.stanzas.filter(({ name }) => name === "message")
    .map((stanza) => nameOf(decodeMessage(stanza)));
}

interface Scene {
  readonly site: Site;
  /** Speaks for all of the recording's peers. */
  readonly hand: Hand;
}

/** Says to our manager what the recorded one was told, in the recorded rhythm. */
async function replay(
  trace: string,
  setup: ManagerSetup,
  prepare: (site: Site) => Promise<void>,
  check: (scene: Scene) => Promise<void> | void,
): Promise<void> {
  await using site = new Site();
  site.manager({ resource: "one", ...setup });
  const hand = site.hand("agent");
  hand.acknowledges = false;
  await site.pass(1);
  await prepare(site);
  let time = 0;
  for (const { t, stanza } of recorded(trace, "s2c")) {
    await site.pass(Math.max(0, t - time));
    time = t;
    const message = decodeMessage(stanza);
    // The recorded acknowledgements are of messages of the recorded manager.
    if (message.kind === "ack" && hand.commands.length > 0) {
      const last = hand.commands.at(-1);
      if (last !== undefined) hand.acknowledge(last);
    } else hand.send(readdressed(stanza));
    await site.pass(0);
  }
  await site.pass(1);
  await check({ site, hand });
}

/** What the recorded manager answered, by name. */
function recordedAnswers(trace: string): string[] {
  return recorded(trace, "c2s").map(({ stanza }) => nameOf(decodeMessage(stanza)));
}

const nothing = () => Promise.resolve();

Deno.test("job-happy-path: our manager answers as the original, but for its sleep", () =>
  replay("job-happy-path", { leases: true }, async (site) => {
    const jobs = recorded("job-happy-path", "s2c").flatMap(({ stanza }) => {
      const message = decodeMessage(stanza);
      return message.kind === "command" ? [message.info.attributes["jobID"] ?? ""] : [];
    });
    await site.submit(jobs.find((id) => id !== "") ?? "");
  }, ({ hand }) => {
    const expected = recordedAnswers("job-happy-path").filter((name) => name !== "sleep");
    assertEquals(answers(hand), expected);
    const { job, jmJobData } = hand.last("runJob").command;
    const { outputDir, jobID } = hand.last("storeJobOutputDir").command;
    assertEquals([outputDir, jobID], [job.id, job.id]);
    assert(jmJobData?.startsWith("startedAt="));
  }));

Deno.test("empty-queue: our manager is as silent as the original", () =>
  replay("empty-queue", {}, nothing, ({ hand }) => {
    assertEquals(answers(hand), recordedAnswers("empty-queue"));
  }));

Deno.test("request-cooldown: our manager sends to sleep whom the original does", () =>
  replay("request-cooldown", { cooldownSeconds: 60 }, nothing, ({ hand }) => {
    // All peers speak through one account here, so that all but the first come too soon.
    const sleeps = answers(hand).filter((name) => name === "sleep").length;
    assertEquals(
      sleeps,
      recorded("request-cooldown", "s2c").filter(({ stanza }) =>
        nameOf(decodeMessage(stanza)) === "want_getJob"
      ).length - 1,
    );
  }));

for (const trace of ["require-file-present", "require-file-absent"]) {
  Deno.test(`${trace}: our manager names the file as the original does`, () =>
    replay(trace, { requireFile: "/var/lib/copilot/required.flag" }, async (site) => {
      await site.submit("d744fe4c-af2b-4e6f-ac03-8e87c2da2c37");
    }, ({ hand }) => {
      const offers = hand.commands.flatMap(({ command }) =>
        command.command === "have_getJob" ? [command.requireFile] : []
      );
      const expected = recordedAnswers(trace).filter((name) => name === "have_getJob");
      assertEquals(offers, expected.map(() => "/var/lib/copilot/required.flag"));
      const expectedJobs = recordedAnswers(trace).filter((name) => name === "runJob");
      assertEquals(hand.count("runJob"), expectedJobs.length);
    }));
}

Deno.test("dedupe-same-id: our manager processes once what the original does four times", () =>
  replay("dedupe-same-id", {}, async (site) => {
    for (let number = 0; number < 6; number++) await site.submit(`job-${number}`);
  }, async ({ site, hand }) => {
    const acksTo = (id: string) => hand.acks.filter((ack) => ack === id).length;
    // The original acknowledges even a noack message from its fifth copy on; nobody waits for that.
    const ids = ["SAME-ID-A", "SAME-ID-B", "SAME-ID-C", "SAME-ID-D", "SAME-ID-E", "NOCMD"];
    assertEquals(ids.map(acksTo), [6, 0, 6, 1, 1, 1]);
    assertEquals(new Set(hand.commands.map(({ id }) => id)).size, 3);
    assertEquals(hand.names.filter((name) => name === "have_getJobOutputDir").length >= 2, true);
    assertEquals(await site.store.waiting(), 5);
  }));

Deno.test("malformed-and-odd-messages: our manager acknowledges what the original does, and lives", () =>
  replay("malformed-and-odd-messages", {}, nothing, async ({ site, hand }) => {
    const acksOfOriginal = recorded("malformed-and-odd-messages", "c2s").flatMap(({ stanza }) => {
      const message = decodeMessage(stanza);
      return message.kind === "ack" ? [message.ack] : [];
    });
    assertEquals(hand.acks, acksOfOriginal);
    assertEquals(hand.count("pong"), 1);
    assertEquals(await site.done.list("."), []);
    for (const name of await site.chirp.list(".")) assert(/^[\w-][\w.-]*$/.test(name), name);
  }));

Deno.test("malformed-and-odd-messages: our manager answers the recorded iq ping", async () => {
  await using site = new Site();
  site.manager({ resource: "one" });
  const hand = site.hand("hand");
  await site.pass(1);
  const requests = readTrace("malformed-and-odd-messages.jsonl")
    .filter(({ conn, dir, xml }) => conn === "jm" && dir === "s2c" && /type='get'/.test(xml));
  for (const { xml } of requests) {
    const stanza = parseXml(xml);
    hand.send({ ...stanza, attrs: { ...stanza.attrs, to: `${MANAGER}/one` } });
  }
  await site.pass(1);
  const results = hand.stanzas.filter(({ name }) => name === "iq")
    .map(({ attrs }) => [attrs["id"], attrs["type"]]);
  assertEquals(results, [["q1", "result"], ["q2", "error"], ["q3", "error"]]);
});
