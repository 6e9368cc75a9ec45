/**
 * A load test's place in this process: stanzas travel without a socket.
 *
 * @module
 */
import type { RedisCalls } from "../../lib/jobs/redis_calls.ts";
import { RedisJobStore } from "../../lib/jobs/redis_job_store.ts";
import { memoryLink } from "../xmpp/mod.ts";
import { Broker } from "../xmpp/mod.ts";
import { type AgentsWords, LoadAgents } from "./agents.ts";
import type { FilePlace } from "./files.ts";
import { DOMAIN, type LoadSite, MANAGER_ACCOUNT } from "./load_site.ts";
import { LoadManager, type ManagerWords } from "./manager.ts";
import type { Part } from "./part.ts";

/** Options of a {@linkcode MemorySite}. */
export interface MemorySiteOptions {
  /** True: stanzas are written as XML and parsed on their way. */
  readonly xml: boolean;
  /** Connects to Redis. */
  readonly connectRedis: () => Promise<RedisCalls>;
  /** Where output goes. */
  readonly files: FilePlace;
  /** Processes of servers that the site uses. */
  readonly servers: ReadonlyMap<string, Part>;
}

/** A place in this process. */
export class MemorySite implements LoadSite {
  readonly name = "all";
  readonly manager = `${MANAGER_ACCOUNT}@${DOMAIN}`;
  readonly store: RedisJobStore;
  readonly chirpAddress: string;
  readonly servers: ReadonlyMap<string, Part>;
  readonly #options: MemorySiteOptions;
  readonly calls: RedisCalls;
  // Who hears of an agent's presence does not matter here, and would cost the square of the agents.
  readonly #broker = new Broker({ domain: DOMAIN, autoRegister: true, presence: "self" });
  #managers = 0;

  private constructor(options: MemorySiteOptions, calls: RedisCalls) {
    this.#options = options;
    this.calls = calls;
    this.store = new RedisJobStore(calls);
    this.servers = options.servers;
    this.chirpAddress = options.files.address;
  }

  /**
   * Opens a place.
   *
   * @param options See {@linkcode MemorySiteOptions}.
   */
  static async open(options: MemorySiteOptions): Promise<MemorySite> {
    return new MemorySite(options, await options.connectRedis());
  }

  /** See {@linkcode LoadSite}. */
  async startManager(words: ManagerWords): Promise<LoadManager> {
    const { xml, connectRedis, files } = this.#options;
    const resource = `m${++this.#managers}`;
    const manager = new LoadManager(words, {
      link: memoryLink(this.#broker, { user: MANAGER_ACCOUNT, resource, xml }),
      calls: await connectRedis(),
      ...files.ofManager(),
    });
    await manager.online;
    return manager;
  }

  /** See {@linkcode LoadSite}. */
  startAgents(words: AgentsWords): Promise<readonly LoadAgents[]> {
    const { xml, files } = this.#options;
    const agents = new LoadAgents(words, {
      link: (number, resource) =>
        memoryLink(this.#broker, { user: `agent${number}`, resource, xml }),
      ...files.ofAgents(words.jobs),
    });
    return Promise.resolve([agents]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#broker.stop();
    await this.calls[Symbol.asyncDispose]();
  }
}
