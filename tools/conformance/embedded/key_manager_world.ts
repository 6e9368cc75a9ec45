/**
 * Our key manager in a world of its own.
 *
 * @module
 */
import { silentLogger } from "../../../lib/log.ts";
import { KeyManager } from "../../../roles/keymanager.ts";
import type { KeyManagerCase } from "../case.ts";
import { guardKeyManager } from "../role_guards.ts";
import { suiteKeys } from "../suite_keys.ts";
import type { TranscriptMaker } from "../target.ts";
import { DOMAIN, PATIENCE, type World } from "./world.ts";

const ACCOUNT = "keymanager";
const CREDENTIAL = "a-long-secret";

/**
 * Runs a case against our key manager.
 *
 * @param world An empty world.
 * @param test The case.
 * @param makeTranscript Makes its transcript.
 */
export async function runInKeyManagerWorld(
  world: World,
  test: KeyManagerCase,
  makeTranscript: TranscriptMaker,
): Promise<void> {
  const { clock } = world;
  const { keyManager: key } = suiteKeys();
  await using _role = world.run(ACCOUNT, "one", (link) =>
    new KeyManager({
      link: guardKeyManager(link, clock, world.random()),
      key,
      credential: CREDENTIAL,
      log: silentLogger,
      clock,
      random: world.random(),
    }));
  const transcript = makeTranscript(() => clock.now());
  let peers = 0;
  await test.run({
    clock,
    patience: PATIENCE,
    keyManager: `${ACCOUNT}@${DOMAIN}`,
    key: key.publicKey,
    credential: CREDENTIAL,
    peer: () => world.peer(`agent-${++peers}`, transcript),
  });
}
