/**
 * Managers in sealed mode: who is believed, and what is refused without a word.
 *
 * @module
 */
import { systemRandom } from "../../../lib/random.ts";
import { generateX25519Key } from "../../../lib/secure/x25519.ts";
import { encodeInfo } from "../../../lib/protocol/info.ts";
import { againstManager } from "../case.ts";
import type { Peer } from "../peer.ts";
import type { ManagerStage } from "../stage.ts";
import { must, mustEqual } from "../verdict.ts";
import { finishJob, takeNext } from "./_agent_side.ts";
import { PROBE, PROBED } from "./_probe.ts";
import {
  commandStanza,
  damaged,
  mustBeDeaf,
  mustBeSealed,
  sealedSpeaker,
  type SealedTraits,
  withBox,
} from "./_sealed.ts";

const SETUP = "sealed";
const MODE = "design: sealed mode";
/** More than any tolerance of clocks. */
const LONG_AGO_MS = 600_000;

/** Brings a session online that the manager believes. */
async function sealedAgent(stage: ManagerStage, traits: SealedTraits = {}): Promise<Peer> {
  const peer = await stage.peer();
  peer.protection = sealedSpeaker(stage, peer, stage.manager, traits);
  return peer;
}

/** Asks the harmless question and makes sure that it is served. */
async function mustServe({ manager }: ManagerStage, peer: Peer): Promise<void> {
  await peer.ask(manager, PROBE, PROBED);
}

/** Makes sure that a session that differs from a good one is not heard, and that a good one is. */
async function mustIgnore(stage: ManagerStage, traits: SealedTraits): Promise<void> {
  const bad = await sealedAgent(stage, traits);
  bad.say(stage.manager, PROBE);
  await mustBeDeaf(bad);
  bad.protection = sealedSpeaker(stage, bad, stage.manager);
  await mustServe(stage, bad);
}

const TALK = againstManager([
  {
    id: "sealed/talk/1",
    level: "MUST",
    setup: SETUP,
    rule: "A sealed command is acknowledged and answered.",
    source: MODE,
    run: async (stage) => await mustServe(stage, await sealedAgent(stage)),
  },
  {
    id: "sealed/talk/2",
    level: "MUST",
    setup: SETUP,
    rule: "Answers and acknowledgements are sealed; on the wire they show from, to and id alone.",
    source: `${MODE}, the acknowledged id is inside`,
    run: async (stage) => {
      const peer = await sealedAgent(stage);
      const id = peer.say(stage.manager, PROBE);
      mustBeSealed((await peer.hearAck(id)).wire);
      mustBeSealed((await peer.hear(PROBED)).wire);
    },
  },
  {
    id: "sealed/talk/3",
    level: "MUST",
    setup: SETUP,
    rule: "A command that is sealed anew under the same id is acknowledged again, answered once.",
    source: `${MODE}: one that is sent again is no replay`,
    run: async (stage) => {
      const peer = await sealedAgent(stage);
      const info = encodeInfo("info", { attributes: PROBE, children: {} });
      const id = peer.sayInfo(stage.manager, info);
      await peer.hear(PROBED);
      peer.sayInfo(stage.manager, info, { id });
      await peer.hearNo(PROBED);
      mustEqual(peer.acks.filter((ack) => ack.id === id).length, 2, "Acknowledgements");
    },
  },
  {
    id: "sealed/talk/4",
    level: "MUST",
    setup: SETUP,
    rule: "A whole job runs in sealed mode.",
    source: MODE,
    needs: ["jobs", "done"],
    run: async (stage) => {
      const peer = await sealedAgent(stage);
      await stage.jobs.submit();
      const job = await takeNext(stage, peer);
      mustBeSealed(job.runJob.wire);
      await finishJob(stage, job);
      await peer.pass(stage.patience.silenceMs);
      const days = await stage.jobs.done?.list(".") ?? [];
      const name = `${job.id}.tgz`;
      const kept = await Promise.all(
        days.map((day) => stage.jobs.done?.exists(`${day}/${name}`)),
      );
      must(kept.includes(true), "There is no archive");
    },
  },
]);

const REFUSED = againstManager([
  {
    id: "sealed/version/1",
    level: "MUST",
    setup: SETUP,
    rule: "A box of another version is refused without a word.",
    source: `${MODE}: the version is in the envelope`,
    run: async (stage) => {
      const peer = await sealedAgent(stage);
      const sealed = peer.protection?.protect(commandStanza(peer, stage.manager, PROBE));
      must(sealed !== undefined, "The suite cannot seal");
      peer.send(withBox(sealed, (box) => box.replace(/^1\./, "2.")));
      await mustBeDeaf(peer);
      await mustServe(stage, peer);
    },
  },
  {
    id: "sealed/replay/1",
    level: "MUST",
    setup: SETUP,
    rule: "The same sealed message a second time is refused without a word.",
    source: `${MODE}: replay refused`,
    run: async (stage) => {
      const peer = await sealedAgent(stage);
      const sealed = peer.protection?.protect(commandStanza(peer, stage.manager, PROBE));
      must(sealed !== undefined, "The suite cannot seal");
      peer.send(sealed);
      await peer.hear(PROBED);
      peer.send(sealed);
      await mustBeDeaf(peer);
      mustEqual(peer.acks.length, 1, "Number of acknowledgements");
    },
  },
  {
    id: "sealed/replay/2",
    level: "MUST",
    setup: SETUP,
    rule: "A sealed message under another id is refused: the id is bound into the seal.",
    source: `${MODE}: bound to from, to and id`,
    run: async (stage) => {
      const peer = await sealedAgent(stage);
      const sealed = peer.protection?.protect(commandStanza(peer, stage.manager, PROBE));
      must(sealed !== undefined, "The suite cannot seal");
      peer.send({ ...sealed, attrs: { ...sealed.attrs, id: peer.newId() } });
      await mustBeDeaf(peer);
      await mustServe(stage, peer);
    },
  },
  {
    id: "sealed/replay/3",
    level: "MUST",
    setup: SETUP,
    rule: "A box that another session sends is refused: the sender is bound into the seal.",
    source: `${MODE}: bound to from, to and id`,
    run: async (stage) => {
      const peer = await sealedAgent(stage);
      const thief = await stage.peer();
      const sealed = peer.protection?.protect(commandStanza(peer, stage.manager, PROBE));
      must(sealed !== undefined, "The suite cannot seal");
      thief.send({ ...sealed, attrs: { ...sealed.attrs, from: thief.bare } });
      await mustBeDeaf(thief);
      await mustBeDeaf(peer);
    },
  },
  {
    id: "sealed/stale/1",
    level: "MUST",
    setup: SETUP,
    rule: "A message stamped ten minutes ago is refused.",
    source: `${MODE}: what is older than five minutes is refused`,
    run: (stage) => mustIgnore(stage, { aheadMs: -LONG_AGO_MS }),
  },
  {
    id: "sealed/stale/2",
    level: "MUST",
    setup: SETUP,
    rule: "A message stamped ten minutes ahead is refused.",
    source: `${MODE}: clocks must agree to five minutes`,
    run: (stage) => mustIgnore(stage, { aheadMs: LONG_AGO_MS }),
  },
  {
    id: "sealed/key/1",
    level: "MUST",
    setup: SETUP,
    rule: "A message sealed with a key that is not listed is refused.",
    source: `${MODE}: both ends authenticated by their keys`,
    run: (stage) => mustIgnore(stage, { own: generateX25519Key(systemRandom) }),
  },
  {
    id: "sealed/key/2",
    level: "MUST",
    setup: SETUP,
    rule: "A message sealed for another receiver is refused.",
    source: `${MODE}: both ends authenticated by their keys`,
    run: (stage) => mustIgnore(stage, { key: generateX25519Key(systemRandom).publicKey }),
  },
  {
    id: "sealed/tamper/1",
    level: "MUST",
    setup: SETUP,
    rule: "A box in which one character is changed is refused.",
    source: `${MODE}: AES-256-GCM`,
    run: async (stage) => {
      const peer = await sealedAgent(stage);
      const sealed = peer.protection?.protect(commandStanza(peer, stage.manager, PROBE));
      must(sealed !== undefined, "The suite cannot seal");
      peer.send(withBox(sealed, damaged));
      await mustBeDeaf(peer);
      await mustServe(stage, peer);
    },
  },
  {
    id: "sealed/plain/1",
    level: "MUST",
    setup: SETUP,
    rule: "A command in clear is not served and not acknowledged.",
    source: `${MODE}: a component with a listed key is never believed in clear`,
    run: async (stage) => {
      const peer = await stage.peer();
      peer.say(stage.manager, PROBE);
      await mustBeDeaf(peer);
    },
  },
  {
    id: "sealed/plain/2",
    level: "MUST",
    setup: SETUP,
    rule: "Not even a ping is answered in clear to whom it knows a key for.",
    source: `${MODE}: a component with a listed key is never believed in clear`,
    run: async (stage) => {
      const peer = await stage.peer();
      peer.say(stage.manager, { command: "Heartbeat:ping" });
      await mustBeDeaf(peer);
    },
  },
  {
    id: "sealed/plain/3",
    level: "MUST",
    setup: SETUP,
    slow: true,
    rule: "A forged acknowledgement in clear is not believed: the answer comes again.",
    source: `${MODE}: acknowledgements are sealed, too`,
    run: async (stage) => {
      const peer = await sealedAgent(stage);
      peer.acknowledges = false;
      peer.say(stage.manager, PROBE);
      const answer = await peer.hear(PROBED);
      const { protection } = peer;
      peer.protection = undefined;
      peer.acknowledge(answer);
      peer.protection = protection;
      const again = await peer.hear(PROBED, { withinMs: 60_000 });
      mustEqual(again.id, answer.id, "Its id");
      peer.acknowledge(again);
    },
  },
]);

/** Cases about managers in sealed mode. */
export const SEALED_MANAGER_CASES = [...TALK, ...REFUSED];
