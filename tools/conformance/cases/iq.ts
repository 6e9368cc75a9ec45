/**
 * Requests of XMPP itself (`<iq/>`), which keep a session alive and tell peers apart.
 *
 * @module
 */
import { xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { againstManager } from "../case.ts";
import type { Peer } from "../peer.ts";
import type { ManagerStage } from "../stage.ts";
import { must, mustEqual } from "../verdict.ts";
import { PROBE, PROBED } from "./_probe.ts";

/** Finds out the manager's full JID. */
async function fullJidOf({ manager }: ManagerStage, agent: Peer): Promise<string> {
  return (await agent.ask(manager, PROBE, PROBED)).from;
}

/** Sends a request to a session; returns its answer. */
async function request(
  agent: Peer,
  to: string,
  type: "get" | "set",
  payload: XmlElement,
): Promise<XmlElement> {
  const id = agent.newId();
  agent.send(xml("iq", { to, id, type }, payload));
  return await agent.hearOther(
    "answer to the iq",
    ({ name, attrs }) => name === "iq" && attrs["id"] === id,
  );
}

const IGNORES = { perl: "of iq it answers only ping" };

/** Cases about iq. */
export const IQ_CASES = againstManager([
  {
    id: "iq/ping/1",
    level: "MUST",
    rule: "A ping (XEP-0199) to the full JID is answered with a result.",
    source: "measured",
    run: async (stage) => {
      const agent = await stage.peer();
      const to = await fullJidOf(stage, agent);
      const answer = await request(agent, to, "get", xml("ping", { xmlns: "urn:xmpp:ping" }));
      mustEqual(answer.attrs["type"], "result", "The type of the answer");
    },
  },
  {
    id: "iq/other/1",
    level: "SHOULD",
    rule: "A request that is not known is refused with an error, not left open.",
    source: "RFC 6120, 8.2.3",
    known: IGNORES,
    run: async (stage) => {
      const agent = await stage.peer();
      const to = await fullJidOf(stage, agent);
      const answer = await request(agent, to, "get", xml("query", { xmlns: "conformance:none" }));
      mustEqual(answer.attrs["type"], "error", "The type of the answer");
    },
  },
  {
    id: "iq/other/2",
    level: "SHOULD",
    rule: "An order (set) that is not known is refused with an error.",
    source: "RFC 6120, 8.2.3",
    known: IGNORES,
    run: async (stage) => {
      const agent = await stage.peer();
      const to = await fullJidOf(stage, agent);
      const answer = await request(agent, to, "set", xml("query", { xmlns: "conformance:none" }));
      mustEqual(answer.attrs["type"], "error", "The type of the answer");
    },
  },
  {
    id: "iq/other/3",
    level: "MUST",
    rule: "A result that nobody asked for is not answered.",
    source: "RFC 6120, 8.2.3",
    run: async (stage) => {
      const agent = await stage.peer();
      const to = await fullJidOf(stage, agent);
      const id = agent.newId();
      agent.send(xml("iq", { to, id, type: "result" }));
      await agent.pass(stage.patience.silenceMs);
      must(!agent.others.some(({ attrs }) => attrs["id"] === id), "The result was answered");
    },
  },
]);
