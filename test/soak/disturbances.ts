/**
 * What happens to a site while it works: roles come, go and are killed, connections are cut, servers are
 * restarted.
 *
 * @module
 */
import type { RedisCalls } from "../../lib/jobs/redis_calls.ts";
import { type Random, randomFraction, seededRandom } from "../../lib/random.ts";
import type { Server } from "../live/_site.ts";
import type { Program } from "../tools/_program.ts";

/** What is disturbed. */
export interface DisturbanceOptions {
  /** Starts a role and waits until it is online. */
  readonly startRole: (name: "agent" | "jobmanager") => Promise<Program>;
  /** Servers that can be killed, by name. */
  readonly servers: Readonly<Record<string, Server>>;
  /** Which of them are restarted, each once in so many disturbances. */
  readonly restarts: Readonly<Record<string, number>>;
  /** A connection to Redis, to cut the others. */
  readonly redis: RedisCalls;
  readonly seed: number;
}

/** Longest time from the beginning of a round to its disturbance, in milliseconds. */
const LATEST_MS = 800;

/** A site's bad luck. */
export class Disturbances {
  readonly #options: DisturbanceOptions;
  readonly #random: Random;
  readonly #visitors: Map<"agent" | "jobmanager", Program>;
  #count = 0;

  private constructor(
    options: DisturbanceOptions,
    visitors: Map<"agent" | "jobmanager", Program>,
  ) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#visitors = visitors;
  }

  /** Starts the roles that come and go: an agent and a second manager. */
  static async begin(options: DisturbanceOptions): Promise<Disturbances> {
    const { startRole } = options;
    return new Disturbances(
      options,
      new Map([
        ["jobmanager", await startRole("jobmanager")],
        ["agent", await startRole("agent")],
      ]),
    );
  }

  /** Does the next thing at some moment of the round; everything is up again afterwards. */
  async next(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, randomFraction(this.#random) * LATEST_MS));
    this.#count++;
    for (const [name, every] of Object.entries(this.#options.restarts)) {
      if (this.#count % every === 0) return await this.#restartServer(name);
    }
    const kinds = [
      () => this.#replace("agent", "SIGKILL"),
      () => this.#replace("jobmanager", "SIGKILL"),
      () => this.#replace("agent", "SIGTERM"),
      () => this.#replace("jobmanager", "SIGTERM"),
      () => this.#cutRedis(),
    ];
    const kind = kinds[Math.floor(randomFraction(this.#random) * kinds.length)];
    return kind === undefined ? "nothing" : await kind();
  }

  async #restartServer(name: string): Promise<string> {
    const server = this.#options.servers[name];
    if (server === undefined) throw new Error(`Cannot restart ${name}: there is no such server`);
    await server.kill();
    await server.restart();
    return `${name} restarted`;
  }

  /** Ends a role by a signal; another comes in its place. */
  async #replace(name: "agent" | "jobmanager", signal: Deno.Signal): Promise<string> {
    const leaving = this.#visitors.get(name);
    leaving?.signal(signal);
    await leaving?.end();
    this.#visitors.set(name, await this.#options.startRole(name));
    return `${name} replaced after ${signal}`;
  }

  async #cutRedis(): Promise<string> {
    const { redis } = this.#options;
    const own = String(await redis.call(["CLIENT", "ID"]));
    const clients = String(await redis.call(["CLIENT", "LIST"])).matchAll(/^id=(\d+)/gm);
    const others = Array.from(clients, ([, id = ""]) => id).filter((id) => id !== own);
    for (const id of others) await redis.call(["CLIENT", "KILL", "ID", id]);
    return `${others.length} connections to Redis cut`;
  }
}
