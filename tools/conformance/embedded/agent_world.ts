/**
 * Our agent in a world of its own: its waits are virtual; its processes, files and transfers are real,
 * and time stands still while one of them is under way.
 *
 * @module
 */
import { join } from "@std/path";
import { parseChirpAddress } from "../../../lib/chirp/address.ts";
import { connectChirp } from "../../../lib/chirp/mod.ts";
import { silentLogger } from "../../../lib/log.ts";
import { diskWorkspace } from "../../../lib/machine/disk_workspace.ts";
import { linuxHost } from "../../../lib/machine/linux_host.ts";
import { processRunner } from "../../../lib/machine/process_runner.ts";
import { Agent } from "../../../roles/agent.ts";
import { startChirpServer } from "../../../sim/chirp/mod.ts";
import type { AgentCase } from "../case.ts";
import { guardAgent } from "../role_guards.ts";
import type { AgentStage } from "../stage.ts";
import { suiteKeys } from "../suite_keys.ts";
import { openOffice, speakAsSetup } from "../setup_speech.ts";
import type { TranscriptMaker } from "../target.ts";
import { DOMAIN, PATIENCE, type World } from "./world.ts";

const MANAGER = "jobmanager";
const KEY_MANAGER = "keymanager";
const ADDRESSES = { manager: `${MANAGER}@${DOMAIN}`, keyManager: `${KEY_MANAGER}@${DOMAIN}` };

/**
 * Runs a case against our agent.
 *
 * @param world An empty world.
 * @param test The case.
 * @param makeTranscript Makes its transcript.
 */
export async function runInAgentWorld(
  world: World,
  test: AgentCase,
  makeTranscript: TranscriptMaker,
): Promise<void> {
  const { clock, inFlight } = world;
  await using resources = new AsyncDisposableStack();
  const directory = await inFlight.track(Deno.makeTempDir({ prefix: "copilot_conformance_" }));
  resources.defer(() => inFlight.track(Deno.remove(directory, { recursive: true })));
  const folders = { chirp: join(directory, "chirp"), work: join(directory, "work") };
  for (const folder of Object.values(folders)) await inFlight.track(Deno.mkdir(folder));
  const server = await inFlight.track(
    startChirpServer({ root: folders.chirp, rootAcl: "address:127.0.0.1 l\n" }),
  );
  resources.defer(() => inFlight.track(server[Symbol.asyncDispose]()));
  const transcript = makeTranscript(() => clock.now());
  const peer = (user: string) => world.peer(user, transcript);
  // The manager is there before its agent asks.
  const manager = await peer(MANAGER);
  const { setup = "plain" } = test;
  const keys = suiteKeys();
  const random = world.random();
  const sealed = { own: keys.sealedOwn, tested: keys.sealedTested.publicKey };
  const speech = { tested: `agent@${DOMAIN}`, key: keys.manager, sealed, clock, random };
  speakAsSetup(manager, setup, speech);
  const office = openOffice(await peer(KEY_MANAGER), keys.keyManager, random);
  // The world outlives the agent's folders: it is stopped before they go.
  resources.use(world.run("agent", "one", (link) =>
    new Agent({
      manager: ADDRESSES.manager,
      link: guardAgent(link, ADDRESSES, {
        setup,
        clock,
        random: world.random(),
        sealedPeers: [ADDRESSES.manager],
      }),
      host: inFlight.watch(linuxHost({ isKnownName: () => Promise.resolve(false) })),
      workspace: inFlight.watch(diskWorkspace(folders.work)),
      runner: inFlight.watch(processRunner()),
      openTransfer: (address) =>
        inFlight.watch(connectChirp({ ...parseChirpAddress(address), auth: ["address"] })),
      log: silentLogger,
      clock,
      random: world.random(),
    })));
  const stage: AgentStage = {
    clock,
    patience: PATIENCE,
    manager,
    request: () => manager.hear("want_getJob"),
    sibling: () => peer(MANAGER),
    referral: () => peer("referral"),
    stranger: () => peer("stranger"),
    chirp: inFlight.watch(diskWorkspace(folders.chirp)),
    chirpAddress: `127.0.0.1:${server.port}`,
    // The whole folder goes with the world.
    willMake: () => {},
    secure: { manager: keys.manager, office },
    sealed,
  };
  await test.run(stage);
}
