/**
 * Delivery between a manager and its peers (report 2.1): acknowledgements, their suppression, and copies
 * of a message.
 *
 * @module
 */
import { againstManager } from "../case.ts";
import { must, mustEqual } from "../verdict.ts";
import { PROBE, PROBED } from "./_probe.ts";

const ACKS = againstManager([
  {
    id: "delivery/ack/1",
    level: "MUST",
    rule: "Every message by default should be acknowledged by the recipient.",
    source: "report 2.1",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, PROBE));
    },
  },
  {
    id: "delivery/ack/2",
    level: "MUST",
    rule: "An acknowledgement has no body, or an empty one.",
    source: "report 2.1; measured: no body",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      const { stanza } = await agent.hearAck(agent.say(manager, PROBE));
      const content = stanza.children.flatMap((child) =>
        typeof child === "string" ? [child] : child.children
      );
      must(
        content.every((part) => typeof part === "string" && part.trim() === ""),
        "The acknowledgement carries content",
      );
    },
  },
  {
    id: "delivery/ack/3",
    level: "MUST",
    rule: "The id of the message being acknowledged is the value of the attribute ack, unchanged.",
    source: "report 2.1",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      const ids = ["A b", "ünïcødé-✓", "0", `long-${"x".repeat(900)}`]
        .map((id) => `${id} ${agent.newId()}`);
      for (const id of ids) agent.say(manager, PROBE, { id });
      for (const id of ids) await agent.hearAck(id);
    },
  },
  {
    id: "delivery/ack/4",
    level: "SHOULD",
    rule: "An acknowledgement has no id of its own, so that nobody acknowledges it.",
    source: "measured",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      const { stanza } = await agent.hearAck(agent.say(manager, PROBE));
      mustEqual(stanza.attrs["id"], undefined, "The attribute id of the acknowledgement");
    },
  },
  {
    id: "delivery/ack/5",
    level: "MUST",
    rule: "The acknowledgement goes to the session that sent the message, not to its account.",
    source: "measured",
    run: async ({ manager, peer, sibling }) => {
      const agent = await peer();
      const other = await sibling(agent);
      const id = agent.say(manager, PROBE);
      const { stanza } = await agent.hearAck(id);
      mustEqual(stanza.attrs["to"], agent.jid, "The receiver of the acknowledgement");
      await other.hearNoAck(id);
    },
  },
  {
    id: "delivery/ack/6",
    level: "MUST",
    rule: "The acknowledgement comes from the account that was asked.",
    source: "measured: from repeats the to of the message",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      const { from } = await agent.hearAck(agent.say(manager, PROBE));
      mustEqual(from.replace(/\/.*$/, ""), manager, "The bare sender of the acknowledgement");
    },
  },
  {
    id: "delivery/ack/7",
    level: "SHOULD",
    rule: "The acknowledgement comes before the answer.",
    source: "measured",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      const id = agent.say(manager, PROBE);
      const answer = await agent.hear(PROBED);
      const ack = await agent.hearAck(id);
      must(ack.order < answer.order, "The answer came before the acknowledgement");
    },
  },
  {
    id: "delivery/ack/8",
    level: "MUST",
    rule: "A message to the full JID is acknowledged like one to the bare JID.",
    source: "report 2.2.1.3; measured",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      const { from } = await agent.ask(manager, PROBE, PROBED);
      await agent.ask(from, PROBE, PROBED);
    },
  },
  {
    id: "delivery/ack/9",
    level: "MUST",
    rule: "A command that nobody knows is acknowledged and not answered.",
    source: "measured",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, { command: "noSuchCommand" }));
      await agent.hearNo(undefined);
    },
  },
  {
    id: "delivery/ack/10",
    level: "MUST",
    rule: "A command for a plugin that nobody knows is acknowledged and not answered.",
    source: "measured",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, { command: "NoPlugin:hello" }));
      await agent.hearNo(undefined);
    },
  },
  {
    id: "delivery/ack/11",
    level: "MUST",
    rule: "An info without a command is acknowledged and not answered.",
    source: "measured",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, {}));
      await agent.hearAck(agent.say(manager, { jobID: "x" }));
      await agent.hearNo(undefined);
    },
  },
  {
    id: "delivery/ack/12",
    level: "MUST",
    rule: "Each of many messages in a row is acknowledged once and answered once.",
    source: "report 2.1",
    run: async ({ manager, peer, patience }) => {
      const agent = await peer();
      const ids = Array.from({ length: 25 }, () => agent.say(manager, PROBE));
      for (const id of ids) await agent.hearAck(id);
      for (const _ of ids) await agent.hear(PROBED);
      await agent.pass(patience.silenceMs);
      mustEqual(agent.acks.length, ids.length, "Number of acknowledgements");
      mustEqual(agent.heard.length, ids.length, "Number of answers");
    },
  },
  {
    id: "delivery/ack/13",
    level: "SHOULD",
    rule: "An id of characters that XML escapes is acknowledged unchanged, too.",
    source: "report 2.1",
    known: { perl: "it escapes them once more: &lt; comes back as &amp;lt;" },
    run: async ({ manager, peer }) => {
      const agent = await peer();
      await agent.hearAck(agent.say(manager, PROBE, { id: `<&'"> ${agent.newId()}` }));
    },
  },
]);

const STRAY_ACKS = againstManager([
  {
    id: "delivery/stray/1",
    level: "MUST",
    rule: "An acknowledgement of an unknown id is harmless and not acknowledged.",
    source: "measured",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      agent.send({ name: "message", attrs: { to: manager, ack: agent.newId() }, children: [] });
      await agent.hearNo(undefined);
      mustEqual(agent.acks.length, 0, "Number of acknowledgements");
      await agent.ask(manager, PROBE, PROBED);
    },
  },
  {
    id: "delivery/stray/2",
    level: "MUST",
    rule: "An acknowledgement with a body, as the report prints it, is accepted.",
    source: "report 2.1, listing 2.1",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      agent.acknowledges = false;
      const answer = await agent.ask(manager, PROBE, PROBED);
      const body = { name: "body", attrs: {}, children: [" "] };
      agent.send({
        name: "message",
        attrs: { to: answer.from, from: agent.bare, ack: answer.id },
        children: [body],
      });
      await agent.ask(manager, PROBE, PROBED);
    },
  },
  {
    id: "delivery/stray/3",
    level: "MUST",
    rule: "An empty ack attribute is ignored.",
    source: "measured",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      agent.send({ name: "message", attrs: { to: manager, ack: "" }, children: [] });
      await agent.ask(manager, PROBE, PROBED);
      mustEqual(agent.acks.length, 1, "Number of acknowledgements");
    },
  },
  {
    id: "delivery/resend/1",
    level: "SHOULD",
    rule: "An answer that is not acknowledged is sent again under the same id.",
    source: "report 2.1: every message is to be acknowledged",
    known: { perl: "its manager sends an answer once" },
    slow: true,
    run: async ({ manager, peer }) => {
      const agent = await peer();
      agent.acknowledges = false;
      const first = await agent.ask(manager, PROBE, PROBED);
      const again = await agent.hear(PROBED, { withinMs: 360_000 });
      mustEqual(again.id, first.id, "The id of the second copy");
      agent.acknowledge(again);
    },
  },
  {
    id: "delivery/resend/2",
    level: "MUST",
    rule: "An answer that is acknowledged is not sent again.",
    source: "report 2.1",
    slow: true,
    run: async ({ manager, peer }) => {
      const agent = await peer();
      await agent.ask(manager, PROBE, PROBED);
      await agent.hearNo(PROBED, 360_000);
    },
  },
]);

const NOACK = againstManager([
  {
    id: "delivery/noack/1",
    level: "MUST",
    rule: "The property noack signals the recipient not to send an acknowledgement.",
    source: "report 2.1",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      const id = agent.say(manager, PROBE, { noack: true });
      await agent.hear(PROBED);
      await agent.hearNoAck(id);
    },
  },
  {
    id: "delivery/noack/2",
    level: "MUST",
    rule: "A message with noack is processed like any other.",
    source: "report 2.1",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      agent.say(manager, PROBE, { noack: true });
      await agent.hear(PROBED);
    },
  },
  {
    id: "delivery/noack/3",
    level: "SHOULD",
    rule: "No copy of a message with noack is acknowledged.",
    source: "report 2.1",
    known: { perl: "it acknowledges even these from the fifth copy on" },
    run: async ({ manager, peer }) => {
      const agent = await peer();
      const id = agent.newId();
      for (let copy = 0; copy < 6; copy++) agent.say(manager, PROBE, { id, noack: true });
      await agent.hear(PROBED);
      await agent.hearNoAck(id);
    },
  },
]);

const COPIES = againstManager([
  {
    id: "delivery/duplicate/1",
    level: "MUST",
    rule: "Every copy of a message is acknowledged: its sender may not have heard the first time.",
    source: "measured",
    run: async ({ manager, peer, patience }) => {
      const agent = await peer();
      const id = agent.newId();
      for (let copy = 0; copy < 6; copy++) {
        agent.say(manager, PROBE, { id });
        await agent.hearAck(id);
        await agent.pass(Math.min(200, patience.silenceMs));
      }
      await agent.pass(patience.silenceMs);
      mustEqual(
        agent.acks.filter((ack) => ack.id === id).length,
        6,
        "Acknowledgements of six copies",
      );
    },
  },
  {
    id: "delivery/duplicate/2",
    level: "SHOULD",
    rule: "A message that comes twice is processed once.",
    source: "design; report 2.1: the id is unique",
    known: {
      perl: "the same id is processed four times; from the fifth on it is only acknowledged",
    },
    run: async ({ manager, peer, patience }) => {
      const agent = await peer();
      const id = agent.newId();
      for (let copy = 0; copy < 3; copy++) agent.say(manager, PROBE, { id });
      await agent.hear(PROBED);
      await agent.pass(patience.silenceMs);
      mustEqual(new Set(agent.heard.map((heard) => heard.id)).size, 1, "Number of answers");
    },
  },
  {
    id: "delivery/duplicate/3",
    level: "MUST",
    rule: "The same id from another account is another message.",
    source: "design",
    run: async ({ manager, peer }) => {
      const [one, other] = [await peer(), await peer()];
      const id = one.newId();
      for (const agent of [one, other]) {
        agent.say(manager, PROBE, { id });
        await agent.hearAck(id);
        await agent.hear(PROBED);
      }
    },
  },
  {
    id: "delivery/duplicate/4",
    level: "MUST",
    rule: "Ids that differ in case only are of different messages.",
    source: "report 2.1",
    run: async ({ manager, peer }) => {
      const agent = await peer();
      const id = agent.newId();
      for (const other of [`a${id}`, `A${id}`]) {
        agent.say(manager, PROBE, { id: other });
        await agent.hearAck(other);
        await agent.hear(PROBED);
      }
    },
  },
  {
    id: "delivery/duplicate/5",
    level: "SHOULD",
    rule: "A copy of getJob takes no second job from the queue.",
    source: "design",
    known: { perl: "four copies of getJob take four jobs" },
    needs: ["jobs"],
    run: async ({ manager, peer, jobs }) => {
      const agent = await peer();
      await jobs.submit();
      await jobs.submit();
      const id = agent.newId();
      for (let copy = 0; copy < 3; copy++) {
        agent.say(manager, { command: "getJob", agentHost: "vm", jdl: "[]" }, { id });
      }
      await agent.hear("runJob");
      await agent.hearNo("runJob");
      mustEqual((await jobs.waiting()).length, 1, "Jobs left in the queue");
    },
  },
]);

/** Cases about delivery. */
export const DELIVERY_CASES = [...ACKS, ...STRAY_ACKS, ...NOACK, ...COPIES];
