/**
 * A load test's place in several processes, which speak XMPP over TCP.
 *
 * @module
 */
import type { RedisCalls } from "../../lib/jobs/redis_calls.ts";
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import { RedisJobStore } from "../../lib/jobs/redis_job_store.ts";
import type { AgentsWords } from "./agents.ts";
import { filePlace, type FileWords } from "./files.ts";
import type { LoadSite } from "./load_site.ts";
import type { ManagerWords } from "./manager.ts";
import type { Address, XmppTarget } from "./options.ts";
import type { Part } from "./part.ts";
import { PartProcess } from "./part_process.ts";

/** Options of a {@linkcode ProcessSite}. */
export interface ProcessSiteOptions {
  readonly xmpp: XmppTarget;
  readonly redis: Address;
  readonly files: FileWords;
  /** Processes of the servers, by kind; the caller's to end. */
  readonly servers: ReadonlyMap<string, Part>;
  /** Agents in one process at most. */
  readonly agentsPerProcess: number;
}

/** A place in several processes. */
export class ProcessSite implements LoadSite {
  readonly name = "this";
  readonly manager: string;
  readonly store: RedisJobStore;
  readonly chirpAddress: string;
  readonly servers: ReadonlyMap<string, Part>;
  readonly #options: ProcessSiteOptions;
  readonly calls: RedisCalls;
  #managers = 0;

  private constructor(options: ProcessSiteOptions, calls: RedisCalls) {
    this.#options = options;
    this.calls = calls;
    const { managerAccount, domain } = options.xmpp;
    this.manager = `${managerAccount}@${domain}`;
    this.store = new RedisJobStore(calls);
    this.servers = options.servers;
    this.chirpAddress = filePlace(options.files).address;
  }

  /**
   * Opens a place.
   *
   * @param options See {@linkcode ProcessSiteOptions}.
   */
  static async open(options: ProcessSiteOptions): Promise<ProcessSite> {
    return new ProcessSite(options, await connectRedis(options.redis));
  }

  /** See {@linkcode LoadSite}. */
  async startManager(words: ManagerWords): Promise<Part> {
    const { xmpp, redis, files } = this.#options;
    const resource = `load-m${++this.#managers}`;
    const { part } = await PartProcess.start({
      kind: "manager",
      words,
      xmpp,
      redis,
      files,
      resource,
    });
    return part;
  }

  /** See {@linkcode LoadSite}. Each process starts its share over the whole time. */
  async startAgents(words: AgentsWords): Promise<readonly Part[]> {
    const { xmpp, files, agentsPerProcess } = this.#options;
    const processes = Math.ceil(words.count / agentsPerProcess);
    const shares = Array.from({ length: processes }, (_, index) => {
      const begin = Math.floor(words.count * index / processes);
      const end = Math.floor(words.count * (index + 1) / processes);
      return { ...words, first: words.first + begin, count: end - begin };
    });
    const started = await Promise.all(
      shares.map((share) => PartProcess.start({ kind: "agents", words: share, xmpp, files })),
    );
    return started.map(({ part }) => part);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.calls[Symbol.asyncDispose]();
  }
}
