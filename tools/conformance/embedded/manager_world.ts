/**
 * Our manager in a world of its own: queue and folders are in memory, too.
 *
 * @module
 */
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import { silentLogger } from "../../../lib/log.ts";
import { JobManager } from "../../../roles/jobmanager.ts";
import type { JobManagerOptions } from "../../../roles/jobmanager/options.ts";
import { MemoryWorkspace } from "../../../sim/machine/memory_workspace.ts";
import { memoryRedisCalls, RedisStore } from "../../../sim/redis/mod.ts";
import type { ManagerCase, Setup } from "../case.ts";
import { SuiteJobs } from "../job_bench.ts";
import type { Peer } from "../peer.ts";
import { guardManager } from "../role_guards.ts";
import type { ManagerStage } from "../stage.ts";
import { suiteKeys } from "../suite_keys.ts";
import type { TranscriptMaker } from "../target.ts";
import { DOMAIN, PATIENCE, type World } from "./world.ts";

const ACCOUNT = "jobmanager";
const CHIRP_ADDRESS = "chirp.localhost:9094";
/** A file that is required of agents; nothing looks for it. */
const REQUIRED_FILE = "/cvmfs/conformance.example/ready";
/** The original's cooldown. */
const COOLDOWN_SECONDS = 60;

/** What a setup changes in a manager's options. */
const SETUPS: Readonly<Record<Setup, Partial<JobManagerOptions>>> = {
  plain: {},
  cooldown: { cooldownSeconds: COOLDOWN_SECONDS },
  "require-file": { requireFile: REQUIRED_FILE },
  "queue-only": { mode: "queue" },
  "storage-only": { mode: "storage" },
  "two-managers": {},
  secure: {},
  sealed: {},
};
/** Accounts of the suite at most in one case. */
const MOST_AGENTS = 9;

/**
 * Runs a case against our manager.
 *
 * @param world An empty world.
 * @param test The case.
 * @param makeTranscript Makes its transcript.
 */
export async function runInManagerWorld(
  world: World,
  test: ManagerCase,
  makeTranscript: TranscriptMaker,
): Promise<void> {
  const { clock } = world;
  using store = new RedisStore({ clock, random: world.random() });
  const redis = memoryRedisCalls(store);
  const chirp = new MemoryWorkspace({ root: "/chirp", clock });
  const done = new MemoryWorkspace({ root: "/done", clock });
  const queue = "waiting_jobs";
  const jobs = new SuiteJobs({
    redis,
    chirp,
    done,
    queue,
    chirpAddress: CHIRP_ADDRESS,
    random: world.random(),
  });
  const setup = test.setup ?? "plain";
  const sealedPeers = Array.from({ length: MOST_AGENTS }, (_, i) => `agent-${i + 1}@${DOMAIN}`);
  const resources = setup === "two-managers" ? ["one", "two"] : ["one"];
  await using roles = new AsyncDisposableStack();
  for (const resource of resources) {
    roles.use(world.run(ACCOUNT, resource, (link) =>
      new JobManager({
        link: guardManager(link, { setup, clock, random: world.random(), sealedPeers }),
        store: new RedisJobStore(redis),
        chirpFolder: chirp,
        doneFolder: done,
        chirpAddress: CHIRP_ADDRESS,
        log: silentLogger,
        clock,
        random: world.random(),
        ...SETUPS[setup],
      })));
  }
  const transcript = makeTranscript(() => clock.now());
  const keys = suiteKeys();
  let agents = 0;
  const stage: ManagerStage = {
    clock,
    patience: PATIENCE,
    manager: `${ACCOUNT}@${DOMAIN}`,
    peer: () => world.peer(`agent-${++agents}`, transcript),
    sibling: (peer: Peer) => world.peer(peer.bare.replace(/@.*$/, ""), transcript),
    jobs,
    chirp,
    requireFile: REQUIRED_FILE,
    cooldownSeconds: COOLDOWN_SECONDS,
    secure: { manager: keys.manager.publicKey, keyManager: keys.keyManager },
    sealed: { own: keys.sealedOwn, tested: keys.sealedTested.publicKey },
  };
  await test.run(stage);
}
