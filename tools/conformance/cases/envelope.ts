/**
 * What a message is and what is none (report 2.1): missing parts, other types, more than expected, and
 * the corrupted form in which the original sends again.
 *
 * @module
 */
import { encodeValue } from "../../../lib/protocol/value.ts";
import { xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { againstManager } from "../case.ts";
import type { ManagerStage } from "../stage.ts";
import { mustEqual } from "../verdict.ts";
import { PROBE, PROBE_VALUE, PROBED, probeInfo } from "./_probe.ts";

/** Sends a stanza that is no message of the protocol; nothing may come back, and the manager lives. */
async function mustBeIgnored(
  { manager, peer }: ManagerStage,
  make: (id: string) => Readonly<Record<string, string | undefined>>,
  ...children: readonly XmlElement[]
): Promise<void> {
  const agent = await peer();
  agent.send(xml("message", { to: manager, ...make(agent.newId()) }, ...children));
  await agent.hearNo(undefined);
  mustEqual(agent.acks.length, 0, "Number of acknowledgements");
  await agent.ask(manager, PROBE, PROBED);
}

/** Sends a message in an unusual form; it is acknowledged and answered. */
async function mustBeTaken(
  { manager, peer }: ManagerStage,
  attrs: Readonly<Record<string, string>>,
  ...children: readonly XmlElement[]
): Promise<void> {
  const agent = await peer();
  const id = agent.newId();
  agent.send(xml("message", { from: agent.bare, to: manager, id, ...attrs }, ...children));
  await agent.hearAck(id);
  await agent.hear(PROBED);
}

const body = (...children: readonly (XmlElement | string)[]) => xml("body", {}, ...children);
const PROBE_BODY = body(probeInfo());

const NO_MESSAGE = againstManager([
  {
    id: "envelope/ignored/1",
    level: "MUST",
    rule: "A message without id is neither processed nor acknowledged.",
    source: "measured",
    run: (stage) => mustBeIgnored(stage, () => ({}), PROBE_BODY),
  },
  {
    id: "envelope/ignored/2",
    level: "MUST",
    rule: "A message without body is ignored.",
    source: "measured",
    run: (stage) => mustBeIgnored(stage, (id) => ({ id })),
  },
  {
    id: "envelope/ignored/3",
    level: "MUST",
    rule: "A message with an empty body is ignored.",
    source: "measured",
    run: (stage) => mustBeIgnored(stage, (id) => ({ id }), body()),
  },
  {
    id: "envelope/ignored/4",
    level: "MUST",
    rule: "A message with text in its body, as people chat, is ignored.",
    source: "measured",
    run: (stage) => mustBeIgnored(stage, (id) => ({ id, type: "chat" }), body("hello there")),
  },
  {
    id: "envelope/ignored/5",
    level: "MUST",
    rule: "A body without info is ignored.",
    source: "measured",
    run: (stage) =>
      mustBeIgnored(stage, (id) => ({ id }), body(xml("other", { command: PROBE_VALUE }))),
  },
  {
    id: "envelope/ignored/6",
    level: "MUST",
    rule: "An info outside the body is ignored.",
    source: "report 2.1: the content is enclosed in body",
    run: (stage) => mustBeIgnored(stage, (id) => ({ id }), probeInfo()),
  },
  {
    id: "envelope/ignored/7",
    level: "MUST",
    rule: "A message of type error with an error in it is ignored.",
    source: "measured",
    run: (stage) =>
      mustBeIgnored(
        stage,
        (id) => ({ id, type: "error" }),
        xml(
          "error",
          { type: "cancel" },
          xml("item-not-found", { xmlns: "urn:ietf:params:xml:ns:xmpp-stanzas" }),
        ),
      ),
  },
  {
    id: "envelope/ignored/8",
    level: "SHOULD",
    rule:
      "A returned command, of type error with its own body, is not processed as if it were new.",
    source: "RFC 6120, 8.3.1",
    run: (stage) =>
      mustBeIgnored(
        stage,
        (id) => ({ id, type: "error" }),
        PROBE_BODY,
        xml(
          "error",
          { type: "cancel" },
          xml("service-unavailable", { xmlns: "urn:ietf:params:xml:ns:xmpp-stanzas" }),
        ),
      ),
  },
]);

const TAKEN = againstManager([
  ...["normal", "chat", "headline"].map((type, index) => ({
    id: `envelope/type/${index + 1}`,
    level: "MUST" as const,
    rule: `A message of type ${type} is processed like one without type.`,
    source: "measured",
    run: (stage: ManagerStage) => mustBeTaken(stage, { type }, PROBE_BODY),
  })),
  {
    id: "envelope/more/1",
    level: "MUST",
    rule: "Elements beside the body, such as subject, thread and extensions, change nothing.",
    source: "measured",
    run: (stage) =>
      mustBeTaken(
        stage,
        {},
        xml("subject", {}, "x"),
        xml("thread", {}, "t"),
        PROBE_BODY,
        xml("x", { xmlns: "jabber:x:oob" }),
      ),
  },
  {
    id: "envelope/more/2",
    level: "MUST",
    rule: "Of two infos in a body the last counts.",
    source: "measured",
    run: (stage) => mustBeTaken(stage, {}, body(probeInfo(encodeValue("x")), probeInfo())),
  },
  {
    id: "envelope/more/3",
    level: "MUST",
    rule: "Blanks and line ends around the info, as the report prints them, change nothing.",
    source: "report 2.2.1.1, listing 2.3",
    run: (stage) => mustBeTaken(stage, {}, body("\n    ", probeInfo(), "\n  ")),
  },
  {
    id: "envelope/more/4",
    level: "MUST",
    rule: "Attributes of info that a command does not know change nothing.",
    source: "design",
    run: (stage) =>
      mustBeTaken(
        stage,
        {},
        body(xml("info", { command: PROBE_VALUE, noSuchAttribute: encodeValue("x") })),
      ),
  },
  {
    id: "envelope/more/5",
    level: "MUST",
    rule: "Elements in info that a command does not know change nothing.",
    source: "design",
    run: (stage) =>
      mustBeTaken(
        stage,
        {},
        body(xml("info", { command: PROBE_VALUE }, xml("strange", { a: encodeValue("x") }))),
      ),
  },
  {
    id: "envelope/more/6",
    level: "SHOULD",
    rule: "A message of 100 kB is processed.",
    source: "measured: 300 kB pass",
    run: (stage) =>
      mustBeTaken(
        stage,
        {},
        body(xml("info", { command: PROBE_VALUE, jmJobData: encodeValue("x".repeat(75_000)) })),
      ),
  },
  {
    id: "envelope/more/7",
    level: "SHOULD",
    rule: "Elements nested thirty deep change nothing.",
    source: "design",
    run: (stage) => {
      let nested = xml("deep");
      for (let depth = 0; depth < 30; depth++) nested = xml("deep", {}, nested);
      return mustBeTaken(stage, {}, body(xml("info", { command: PROBE_VALUE }, nested)));
    },
  },
  {
    id: "envelope/corrupted/1",
    level: "MUST",
    rule:
      "The corrupted form in which the original sends again is processed: plain values, HASH(0x…).",
    source: "measured",
    run: (stage) => {
      const hash = "HASH(0x55d0c8a7b2e8)";
      const info = xml("info", { command: PROBE.command, jobID: PROBE.jobID, agentHost: "vm" });
      return mustBeTaken(stage, { body: hash }, xml("body", { info: hash }, info));
    },
  },
  {
    id: "envelope/corrupted/2",
    level: "MUST",
    rule:
      "A job request in the corrupted form, its JDL plain text over several lines, is processed.",
    source: "measured",
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      const { id: jobId } = await jobs.submit();
      const agent = await peer();
      const hash = "HASH(0x55d0c8a7b2e8)";
      const jdl = '[\nType="machine";\nRequirements=(other.Type=="Job");\n]\n';
      const info = xml("info", { command: "getJob", agentHost: "vm", jdl });
      const id = agent.newId();
      agent.send(
        xml("message", { to: manager, id, body: hash }, xml("body", { info: hash }, info)),
      );
      await agent.hearAck(id);
      const { info: { children } } = await agent.hear("runJob");
      mustEqual(children["job"]?.attributes["id"], jobId, "The job that was handed out");
    },
  },
]);

/** Cases about the envelope. */
export const ENVELOPE_CASES = [...NO_MESSAGE, ...TAKEN];
