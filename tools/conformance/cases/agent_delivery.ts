/**
 * Delivery to an agent (report 2.1), as the manager sees it.
 *
 * @module
 */
import { encodeInfo } from "../../../lib/protocol/info.ts";
import { encodeValue } from "../../../lib/protocol/value.ts";
import { xml } from "../../../lib/protocol/xml.ts";
import { againstAgent } from "../case.ts";
import type { AgentStage } from "../stage.ts";
import { must, mustEqual } from "../verdict.ts";
import { makeJob, sayRunJob, takeOutput } from "./_manager_side.ts";

const OFFER = { command: "have_getJob" };
/** A command that an agent acknowledges and then ignores. */
const UNKNOWN = { command: "noSuchCommand" };

/** Offers a job in an unusual form; the agent takes it. */
async function mustTake(
  stage: AgentStage,
  offer: (agent: string) => void,
): Promise<void> {
  const { from } = await stage.request();
  offer(from);
  await stage.manager.hear("getJob");
  const job = await makeJob(stage, "true");
  await stage.manager.hearAck(sayRunJob(stage.manager, from, job));
  await takeOutput(stage, job);
}

/** Offers a job by an info as it stands on the wire. */
function offerBy(stage: AgentStage, command: string): Promise<void> {
  return mustTake(stage, (agent) => stage.manager.sayInfo(agent, xml("info", { command })));
}

/** Cases about delivery to agents. */
export const AGENT_DELIVERY_CASES = againstAgent([
  {
    id: "agent/ack/1",
    level: "MUST",
    rule: "The agent acknowledges what its manager sends, whatever it makes of it.",
    source: "report 2.1",
    run: async (stage) => {
      const { from } = await stage.request();
      await stage.manager.hearAck(stage.manager.say(from, UNKNOWN));
    },
  },
  {
    id: "agent/ack/2",
    level: "MUST",
    rule: "An acknowledgement goes to the session that sent the message, without content.",
    source: "report 2.1; measured",
    run: async (stage) => {
      const { from } = await stage.request();
      const { stanza } = await stage.manager.hearAck(stage.manager.say(from, UNKNOWN));
      mustEqual(stanza.attrs["to"], stage.manager.jid, "The receiver");
      const bodies = stanza.children.filter((child) => typeof child !== "string");
      must(
        bodies.every((body) => body.children.every((part) => `${part}`.trim() === "")),
        "Content",
      );
    },
  },
  {
    id: "agent/ack/3",
    level: "MUST",
    rule: "A message with noack is processed and not acknowledged.",
    source: "report 2.1",
    run: async (stage) => {
      const { from } = await stage.request();
      await stage.manager.hearNoAck(stage.manager.say(from, UNKNOWN, { noack: true }));
    },
  },
  {
    id: "agent/ack/4",
    level: "MUST",
    rule: "Every copy of a message is acknowledged.",
    source: "measured",
    run: async (stage) => {
      const { from } = await stage.request();
      const id = stage.manager.newId();
      for (let copy = 0; copy < 3; copy++) {
        stage.manager.say(from, UNKNOWN, { id });
        await stage.manager.pass(stage.patience.silenceMs);
      }
      mustEqual(stage.manager.acks.filter((ack) => ack.id === id).length, 3, "Acknowledgements");
    },
  },
  {
    id: "agent/ack/5",
    level: "MUST",
    rule: "An acknowledgement of an unknown id is harmless.",
    source: "measured",
    run: (stage) =>
      mustTake(stage, (agent) => {
        stage.manager.send(xml("message", { to: agent, ack: stage.manager.newId() }));
        stage.manager.say(agent, OFFER);
      }),
  },
  {
    id: "agent/ignored/1",
    level: "MUST",
    rule: "Chat, empty bodies and messages without id are ignored and do no harm.",
    source: "measured",
    run: (stage) =>
      mustTake(stage, (agent) => {
        const { manager } = stage;
        const offer = encodeInfo("info", { attributes: OFFER, children: {} });
        manager.send(xml("message", { to: agent, type: "chat", id: manager.newId() }));
        manager.send(xml("message", { to: agent, id: manager.newId() }, xml("body", {}, "hello")));
        manager.send(xml("message", { to: agent }, xml("body", {}, xml("other"))));
        manager.sayInfo(agent, offer);
      }),
  },
  {
    id: "agent/value/1",
    level: "MUST",
    rule: "The agent decodes values with the prefix _BASE64:, line ends or not.",
    source: "measured",
    run: (stage) => offerBy(stage, encodeValue(OFFER.command).trimEnd()),
  },
  {
    id: "agent/value/2",
    level: "SHOULD",
    rule: "The agent decodes values with the report's prefix __BASE64:.",
    source: "report 2.1, listing 2.2",
    known: { perl: "it takes such a value literally" },
    run: (stage) => offerBy(stage, `_${encodeValue(OFFER.command)}`),
  },
  {
    id: "agent/value/3",
    level: "MUST",
    rule: "The agent takes values without prefix as they stand.",
    source: "measured",
    run: (stage) => offerBy(stage, OFFER.command),
  },
  {
    id: "agent/iq/1",
    level: "MUST",
    rule: "A ping (XEP-0199) is answered with a result.",
    source: "measured",
    run: async (stage) => {
      const { from } = await stage.request();
      const { manager } = stage;
      const id = manager.newId();
      manager.send(
        xml("iq", { to: from, id, type: "get" }, xml("ping", { xmlns: "urn:xmpp:ping" })),
      );
      const answer = await manager.hearOther(
        "answer to the ping",
        ({ name, attrs }) => name === "iq" && attrs["id"] === id,
      );
      mustEqual(answer.attrs["type"], "result", "The type of the answer");
    },
  },
  {
    id: "agent/ping/1",
    level: "MUST",
    rule: "Heartbeat:ping to the agent's full JID is answered with pong, unacknowledged.",
    source: "report 2.2.6.3; measured",
    run: async (stage) => {
      const { from } = await stage.request();
      const pong = await stage.manager.ask(from, { command: "Heartbeat:ping" }, "pong");
      must(pong.noack, "pong has no noack");
    },
  },
  {
    id: "agent/ping/2",
    level: "SHOULD",
    rule: "An agent that runs a job answers, too: it lives.",
    source: "design",
    run: async (stage) => {
      const { manager } = stage;
      const { from } = await stage.request();
      await manager.ask(from, { command: "have_getJob" }, "getJob");
      const job = await makeJob(stage, "sleep 1");
      await manager.hearAck(sayRunJob(manager, from, job));
      await manager.ask(from, { command: "Heartbeat:ping" }, "pong");
      await takeOutput(stage, job);
    },
  },
]);
