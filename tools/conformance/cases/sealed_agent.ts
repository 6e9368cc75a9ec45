/**
 * Agents in sealed mode: whom they believe.
 *
 * @module
 */
import { systemRandom } from "../../../lib/random.ts";
import { generateX25519Key } from "../../../lib/secure/x25519.ts";
import { againstAgent } from "../case.ts";
import type { AgentStage } from "../stage.ts";
import { must, mustEqual } from "../verdict.ts";
import { giveJob, makeJob, mustOnlyAsk, runJob } from "./_manager_side.ts";
import { commandStanza, damaged, mustBeSealed, sealedSpeaker, withBox } from "./_sealed.ts";

const SETUP = "sealed";
const MODE = "design: sealed mode";
const OFFER = { command: "have_getJob" };

/** Makes sure that nothing followed an offer that was not to be believed, and that a good one is taken. */
async function mustOnlyTakeGood(stage: AgentStage, agent: string): Promise<void> {
  await mustOnlyAsk(stage);
  await stage.manager.ask(agent, OFFER, "getJob");
}

/** Cases about agents in sealed mode. */
export const SEALED_AGENT_CASES = againstAgent([
  {
    id: "sealed/agent/1",
    level: "MUST",
    setup: SETUP,
    rule: "The agent's request is sealed; on the wire it shows from, to and id alone.",
    source: MODE,
    run: async (stage) => mustBeSealed((await stage.request()).wire),
  },
  {
    id: "sealed/agent/2",
    level: "MUST",
    setup: SETUP,
    rule: "A whole job runs in sealed mode; every message and acknowledgement of it is sealed.",
    source: MODE,
    run: async (stage) => {
      const { want, get, done } = await runJob(stage, "exit 3");
      for (const { wire } of [want, get, done, ...stage.manager.acks]) mustBeSealed(wire);
      mustEqual(done.attributes["exitCode"], "768", "exitCode");
    },
  },
  {
    id: "sealed/agent/3",
    level: "MUST",
    setup: SETUP,
    rule: "An offer in clear is not taken.",
    source: `${MODE}: a component with a listed key is never believed in clear`,
    run: async (stage) => {
      const { manager } = stage;
      const { from } = await stage.request();
      manager.send(commandStanza(manager, from, OFFER));
      await mustOnlyTakeGood(stage, from);
    },
  },
  {
    id: "sealed/agent/4",
    level: "MUST",
    setup: SETUP,
    rule: "An offer under a key that is not listed is not taken.",
    source: `${MODE}: both ends authenticated by their keys`,
    run: async (stage) => {
      const { manager } = stage;
      const { from } = await stage.request();
      const forger = sealedSpeaker(stage, manager, from, { own: generateX25519Key(systemRandom) });
      manager.send(forger.protect(commandStanza(manager, from, OFFER)));
      await mustOnlyTakeGood(stage, from);
    },
  },
  {
    id: "sealed/agent/5",
    level: "MUST",
    setup: SETUP,
    rule: "An offer that was changed on its way is not taken.",
    source: `${MODE}: AES-256-GCM`,
    run: async (stage) => {
      const { manager } = stage;
      const { from } = await stage.request();
      const sealed = manager.protection?.protect(commandStanza(manager, from, OFFER));
      must(sealed !== undefined, "The suite cannot seal");
      manager.send(withBox(sealed, damaged));
      await mustOnlyTakeGood(stage, from);
    },
  },
  {
    id: "sealed/agent/6",
    level: "MUST",
    setup: SETUP,
    rule: "runJob a second time, as it was recorded, is refused without a word.",
    source: `${MODE}: replay refused`,
    run: async (stage) => {
      const { manager } = stage;
      let sealed: Parameters<typeof manager.send>[0] | undefined;
      const { protection } = manager;
      must(protection !== undefined, "The suite cannot seal");
      manager.protection = {
        open: (stanza) => protection.open(stanza),
        protect: (stanza) => sealed = protection.protect(stanza),
      };
      await giveJob(stage, await makeJob(stage, "sleep 1"));
      manager.protection = protection;
      const before = manager.acks.length;
      must(sealed !== undefined, "Nothing was said");
      manager.send(sealed);
      await manager.pass(stage.patience.silenceMs);
      mustEqual(manager.acks.length, before, "Number of acknowledgements");
    },
  },
]);
