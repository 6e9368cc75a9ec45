/**
 * The place of a load test: the servers, and where agents and managers are started.
 *
 * @module
 */
import type { JobStore } from "../../lib/jobs/job_store.ts";
import type { RedisCalls } from "../../lib/jobs/redis_calls.ts";
import type { AgentsWords } from "./agents.ts";
import type { ManagerWords } from "./manager.ts";
import type { Part } from "./part.ts";

/** A place; disposing of it ends the servers, not the parts that were started. */
export interface LoadSite extends AsyncDisposable {
  /** What this process itself is in the list of CPU times. */
  readonly name: string;
  /** The queue, for the test's own looks and submissions. */
  readonly store: JobStore;
  /** The connection to Redis under it; the site's own. */
  readonly calls: RedisCalls;
  /** JID of the managers. */
  readonly manager: string;
  /** Address of the file server, as agents are told it. */
  readonly chirpAddress: string;
  /** Processes of the servers, by kind. */
  readonly servers: ReadonlyMap<string, Part>;
  /** Starts a manager; it is online when the promise resolves. */
  startManager(words: ManagerWords): Promise<Part>;
  /** Starts agents; returns a part for each process. */
  startAgents(words: AgentsWords): Promise<readonly Part[]>;
}

/** Name of the managers' account, where the site makes the accounts. */
export const MANAGER_ACCOUNT = "jobmanager";
/** Domain of the site, where it chooses one. */
export const DOMAIN = "load.test";
