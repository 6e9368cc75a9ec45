/**
 * Key managers (report 2.2.7): who gets a ticket, and what is in it.
 *
 * @module
 */
import { systemRandom } from "../../../lib/random.ts";
import { xml } from "../../../lib/protocol/xml.ts";
import { encodeInfo } from "../../../lib/protocol/info.ts";
import { wrapSessionKey } from "../../../lib/secure/session_key.ts";
import { readTicket, type Ticket } from "../../../lib/secure/ticket.ts";
import { SecureAsker } from "../../protection/secure_asker.ts";
import { againstKeyManager } from "../case.ts";
import type { Heard, Peer } from "../peer.ts";
import type { KeyManagerStage } from "../stage.ts";
import { CaseSkipped, must, mustEqual, mustMatch } from "../verdict.ts";
import { mustBeRefusedInClear, NO_SESSION_KEY, sendBody } from "./_secure_agent.ts";
import { mustCarry } from "./_secure_wire.ts";

const LOOP = "it answers every message, also an error, and two of them keep each other busy";
const DAY_SECONDS = 86_400;
/** How far clocks may be apart. */
const SKEW_SECONDS = 300;

interface Asker {
  readonly peer: Peer;
  readonly voice: SecureAsker;
}

async function asker(stage: KeyManagerStage): Promise<Asker> {
  const peer = await stage.peer();
  const voice = new SecureAsker({ keyOf: () => stage.key, random: systemRandom });
  peer.protection = voice;
  return { peer, voice };
}

function getTicket({ credential = "No credential" }: KeyManagerStage): Record<string, string> {
  return { command: "getTicket", credential };
}

/** Asks for a ticket and hears it. */
async function askTicket(stage: KeyManagerStage): Promise<{ heard: Heard; peer: Peer }> {
  const { peer } = await asker(stage);
  const heard = await peer.ask(stage.keyManager, getTicket(stage), "storeTicket");
  return { heard, peer };
}

/** Reads the ticket; one that is not signed by the key manager breaks the rule. */
function ticketIn({ attributes }: Heard, { key }: KeyManagerStage): Ticket {
  try {
    return readTicket(attributes["ticket"] ?? "", key);
  } catch {
    must(false, "The ticket is not signed by the key manager");
  }
}

const TICKETS = againstKeyManager([
  {
    id: "secure/getTicket/1",
    level: "MUST",
    rule: "getTicket, encrypted, is acknowledged and answered with storeTicket.",
    source: "measured: getTicket(credential) → storeTicket(ticket)",
    run: async (stage) => void await askTicket(stage),
  },
  {
    id: "secure/getTicket/2",
    level: "MUST",
    rule: "The acknowledgement is plain; storeTicket carries only `info`.",
    source: "measured: acks are plain, replies carry only info",
    run: async (stage) => {
      const { peer } = await asker(stage);
      const { wire } = await peer.hearAck(peer.say(stage.keyManager, getTicket(stage)));
      mustEqual(wire.children.length, 0, "Number of the acknowledgement's children");
      mustCarry((await peer.hear("storeTicket")).wire, ["info"]);
    },
  },
  {
    id: "secure/getTicket/3",
    level: "MUST",
    rule: "The ticket is base64(signature) ### base64(text), signed over the base64 text.",
    source: "measured: RSA PKCS#1 v1.5 with SHA-1",
    run: async (stage) => {
      const { heard } = await askTicket(stage);
      mustMatch(heard.attributes["ticket"], /^[\w+/=\s]+###[\w+/=\s]+$/, "ticket");
      ticketIn(heard, stage);
    },
  },
  {
    id: "secure/getTicket/4",
    level: "MUST",
    rule: "The ticket opens every component and names the full JID of whoever asked.",
    source: "measured: *###FROM###TO###REQUESTER",
    run: async (stage) => {
      const { heard, peer } = await askTicket(stage);
      const { component, holder } = ticketIn(heard, stage);
      mustEqual([component, holder], ["*", peer.jid], "Component and requester");
    },
  },
  {
    id: "secure/getTicket/5",
    level: "MUST",
    rule: "The ticket is valid now.",
    source: "measured: *###FROM###TO###REQUESTER, in seconds since the epoch",
    run: async (stage) => {
      const { validFrom, validTo } = ticketIn((await askTicket(stage)).heard, stage);
      const now = stage.clock.now() / 1000;
      must(validFrom <= now + SKEW_SECONDS, `Its validity begins at ${validFrom}, now is ${now}`);
      must(validTo > now, `Its validity ends at ${validTo}, now is ${now}`);
    },
  },
  {
    id: "secure/getTicket/6",
    level: "SHOULD",
    rule: "The ticket is valid for a day, where nothing else is configured.",
    source: "measured: KM_TICKET_VALIDITY (86400)",
    run: async (stage) => {
      const { validFrom, validTo } = ticketIn((await askTicket(stage)).heard, stage);
      mustEqual(validTo - validFrom, DAY_SECONDS, "Validity in seconds");
    },
  },
  {
    id: "secure/getTicket/7",
    level: "MUST",
    rule: "Two that ask at a time get each a ticket of their own.",
    source: "measured: the ticket names its requester",
    run: async (stage) => {
      const askers = [await asker(stage), await asker(stage)];
      for (const { peer } of askers) peer.say(stage.keyManager, getTicket(stage));
      for (const { peer } of askers) {
        mustEqual(ticketIn(await peer.hear("storeTicket"), stage).holder, peer.jid, "Requester");
      }
    },
  },
  {
    id: "secure/getTicket/8",
    level: "MUST",
    known: { perl: "it gives a ticket to whoever asks" },
    rule: "Who shows another credential than the configured one gets no ticket.",
    source: "design: KM_CREDENTIAL",
    run: async (stage) => {
      if (stage.credential === undefined) {
        throw new CaseSkipped("It needs a key manager that wants a credential: --credential TEXT");
      }
      const { peer } = await asker(stage);
      const credential = `${stage.credential}-not`;
      await peer.hearAck(peer.say(stage.keyManager, { command: "getTicket", credential }));
      await peer.hearNo("storeTicket");
    },
  },
]);

const REFUSALS = againstKeyManager([
  {
    id: "secure/keymanager/1",
    level: "MUST",
    rule: "A session key that cannot be opened is answered with security_error in clear.",
    source: "measured: trace secure-mode-agent-on-older-core",
    run: async (stage) => {
      const { peer, voice } = await asker(stage);
      const info = voice.encrypt(
        encodeInfo("info", { attributes: getTicket(stage), children: {} }),
      );
      sendBody(peer, stage.keyManager, { info, sessionKey: "garbage" });
      await mustBeRefusedInClear(peer, NO_SESSION_KEY);
    },
  },
  {
    id: "secure/keymanager/2",
    level: "MUST",
    rule: "An info that cannot be opened is answered with security_error in clear.",
    source: "measured: security_error with errorString",
    run: async (stage) => {
      const { peer, voice } = await asker(stage);
      const sessionKey = wrapSessionKey(voice.sessionKey, stage.key, systemRandom);
      sendBody(peer, stage.keyManager, { info: "garbage", sessionKey });
      await mustBeRefusedInClear(peer);
    },
  },
  {
    id: "secure/keymanager/3",
    level: "MUST",
    rule: "getTicket in clear gets no ticket.",
    source: "report 2.2.7: all messages they exchange are encrypted",
    run: async (stage) => {
      const peer = await stage.peer();
      peer.say(stage.keyManager, getTicket(stage));
      await mustBeRefusedInClear(peer);
    },
  },
  {
    id: "secure/keymanager/4",
    level: "MUST",
    rule: "A message that came back from the server is not answered.",
    source: "design: errors never make a loop; measured: the original's 371 stanzas in 3 s",
    run: async (stage) => {
      const { peer } = await asker(stage);
      const condition = xml("service-unavailable", {
        xmlns: "urn:ietf:params:xml:ns:xmpp-stanzas",
      });
      const error = xml("error", { type: "cancel" }, condition);
      peer.send(xml("message", { to: stage.keyManager, id: peer.newId(), type: "error" }, error));
      await peer.hearNo(undefined);
    },
  },
  {
    id: "secure/keymanager/5",
    level: "MUST",
    known: { perl: LOOP },
    rule: "A security_error is not answered.",
    source: "design: errors never make a loop; measured: the original's 371 stanzas in 3 s",
    run: async (stage) => {
      const peer = await stage.peer();
      peer.say(stage.keyManager, { command: "security_error", errorString: NO_SESSION_KEY });
      await peer.hearNo(undefined);
    },
  },
  {
    id: "secure/keymanager/6",
    level: "MUST",
    known: { perl: "it acknowledges nothing that it cannot open" },
    rule: "What cannot be opened is acknowledged all the same: it need not come again.",
    source: "report 2.1: every message should be acknowledged",
    run: async (stage) => {
      const peer = await stage.peer();
      const body = { info: "garbage", sessionKey: "garbage" };
      await peer.hearAck(sendBody(peer, stage.keyManager, body));
    },
  },
]);

/** Cases about key managers. */
export const SECURE_KEY_MANAGER_CASES = [...TICKETS, ...REFUSALS];
