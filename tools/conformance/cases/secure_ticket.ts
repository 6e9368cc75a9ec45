/**
 * Tickets as managers in the original's secure mode take and refuse them (report 2.2.7).
 *
 * @module
 */
import { generateRsaKey, SHORTEST_RSA_BITS } from "../../../lib/secure/rsa_key.ts";
import { againstManager } from "../case.ts";
import { makeTicket } from "../ticket_office.ts";
import { mustMatch } from "../verdict.ts";
import { mustRefuseTicket, mustServe, secureAgent } from "./_secure_agent.ts";
import { mustCarry } from "./_secure_wire.ts";

const SETUP = "secure";
const DAY_SECONDS = 86_400;

/** Cases about tickets. */
export const SECURE_TICKET_CASES = againstManager([
  {
    id: "secure/ticket/1",
    level: "MUST",
    setup: SETUP,
    rule: "A request without ticket is refused with `error` and not served.",
    source: "measured: the ticket is sent as componentAuthenticationTicket",
    run: async (stage) => void await mustRefuseTicket(stage, await secureAgent(stage, "none")),
  },
  {
    id: "secure/ticket/2",
    level: "MUST",
    setup: SETUP,
    rule: "The refusal of a ticket is encrypted under the session key of the request.",
    source: "measured: only what cannot be opened is answered in clear",
    run: async (stage) => {
      const { wire } = await mustRefuseTicket(stage, await secureAgent(stage, "none"));
      mustCarry(wire, ["info"]);
    },
  },
  {
    id: "secure/ticket/3",
    level: "MUST",
    setup: SETUP,
    rule: "A ticket that somebody else has signed is refused.",
    source: "measured: Failed to verify ticket signature",
    run: async (stage) => {
      const agent = await secureAgent(stage, "none");
      const traits = { holder: agent.peer.jid, nowMs: stage.clock.now() };
      agent.voice.ticket = makeTicket(traits, generateRsaKey(SHORTEST_RSA_BITS));
      const { attributes } = await mustRefuseTicket(stage, agent);
      mustMatch(attributes["errorString"], /signature/i, "errorString");
    },
  },
  {
    id: "secure/ticket/4",
    level: "MUST",
    setup: SETUP,
    rule: "A ticket that was changed after it was signed is refused.",
    source: "measured: the signature is over the base64 text",
    run: async (stage) => {
      const agent = await secureAgent(stage, { validSeconds: 1, startsInSeconds: -DAY_SECONDS });
      const later = await secureAgent(stage);
      const [signature = ""] = agent.voice.ticket?.split("###") ?? [];
      const [, text = ""] = later.voice.ticket?.split("###") ?? [];
      agent.voice.ticket = `${signature}###${text}`;
      await mustRefuseTicket(stage, agent);
    },
  },
  {
    id: "secure/ticket/5",
    level: "MUST",
    setup: SETUP,
    rule: "A ticket that has expired is refused.",
    source: "measured: The ticket has expired; 86400 s",
    run: async (stage) => {
      const traits = { startsInSeconds: -DAY_SECONDS - 600, validSeconds: DAY_SECONDS };
      const agent = await secureAgent(stage, traits);
      const { attributes } = await mustRefuseTicket(stage, agent);
      mustMatch(attributes["errorString"], /expired/i, "errorString");
    },
  },
  {
    id: "secure/ticket/6",
    level: "MUST",
    setup: SETUP,
    rule: "A ticket that is not valid yet is refused.",
    source: "measured: the ticket says from when and to when it is valid",
    run: async (stage) => {
      await mustRefuseTicket(stage, await secureAgent(stage, { startsInSeconds: 600 }));
    },
  },
  {
    id: "secure/ticket/7",
    level: "MUST",
    setup: SETUP,
    rule: "A ticket that opens another component is refused.",
    source: "measured: `*` opens every component",
    run: async (stage) => {
      await mustRefuseTicket(stage, await secureAgent(stage, { component: "somebody" }));
    },
  },
  {
    id: "secure/ticket/8",
    level: "MUST",
    setup: SETUP,
    known: { perl: "it does not look whose ticket it is" },
    rule: "A ticket lets in only the account that it was given to.",
    source: "design: a stolen ticket opens nothing from elsewhere",
    run: async (stage) => {
      const holder = `${(await stage.peer()).bare}/one`;
      await mustRefuseTicket(stage, await secureAgent(stage, { holder }));
    },
  },
  {
    id: "secure/ticket/9",
    level: "MUST",
    setup: SETUP,
    rule: "Another session of the account may show it: agents reconnect.",
    source: "measured",
    run: async (stage) => {
      const agent = await secureAgent(stage);
      const traits = { holder: `${agent.peer.bare}/before`, nowMs: stage.clock.now() };
      agent.voice.ticket = makeTicket(traits, stage.secure.keyManager);
      await mustServe(stage, agent);
    },
  },
  {
    id: "secure/ticket/10",
    level: "MUST",
    setup: SETUP,
    rule: "The ticket is looked at each time: after a good one a bad one is refused.",
    source: "measured: sent with every request",
    run: async (stage) => {
      const agent = await secureAgent(stage);
      await mustServe(stage, agent);
      agent.voice.ticket = undefined;
      await mustRefuseTicket(stage, agent);
    },
  },
  {
    id: "secure/ticket/11",
    level: "MUST",
    setup: SETUP,
    slow: true,
    rule: "A ticket that was good is refused once it has expired.",
    source: "measured: The ticket has expired",
    run: async (stage) => {
      const validSeconds = 30;
      const agent = await secureAgent(stage, { validSeconds });
      await mustServe(stage, agent);
      await agent.peer.pass((validSeconds + 5) * 1000);
      await mustRefuseTicket(stage, agent);
    },
  },
]);
