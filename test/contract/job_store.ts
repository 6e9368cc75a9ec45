/**
 * The contract of {@linkcode JobStore}: what holds on any Redis.
 *
 * @module
 */
import { completionContract } from "./job_store/completion.ts";
import { concurrencyContract } from "./job_store/concurrency.ts";
import { crashContract } from "./job_store/crash.ts";
import { contractTest, type OpenRedis } from "./job_store/fixture.ts";
import { leaseContract } from "./job_store/leases.ts";
import { modelContract } from "./job_store/model.ts";
import { originalContract } from "./job_store/original.ts";
import { purgeContract } from "./job_store/purge.ts";
import { queueContract } from "./job_store/queue.ts";
import { readingContract } from "./job_store/reading.ts";
import { requirementsContract } from "./job_store/requirements.ts";
import { transitionContract } from "./job_store/transitions.ts";
import { viewContract } from "./job_store/view.ts";

export type { OpenRedis, RedisFixture } from "./job_store/fixture.ts";

/**
 * Registers the contract's tests.
 *
 * @param name What the Redis is, for the tests' names.
 * @param open Opens an empty one for each test.
 */
export function jobStoreContract(name: string, open: OpenRedis): void {
  const test = contractTest(name, open);
  queueContract(test);
  leaseContract(test);
  completionContract(test);
  transitionContract(test);
  readingContract(test);
  viewContract(test);
  originalContract(test);
  purgeContract(test);
  requirementsContract(test);
  concurrencyContract(test);
  crashContract(test);
  modelContract(test);
}
