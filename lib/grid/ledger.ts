/**
 * What a site has taken from a grid and not given back yet, in the site's Redis: nothing of it is lost with
 * a manager. Keys: hashes `grid:NAME:takes` (what was asked, by request) and `grid:NAME:jobs` (what was got,
 * by job).
 *
 * @module
 */
import { type RedisCalls, RedisError, type RedisReply } from "../jobs/redis_calls.ts";
import type { GridHost, GridJobRef } from "./adapter.ts";

/** A request to the grid whose answer is not kept yet. */
export interface OpenTake {
  /** Its name, for {@linkcode GridAdapter.take}. */
  readonly request: string;
  /** The machine for which it was made. */
  readonly host: GridHost;
}

/** The ledger of one grid. */
export class GridLedger {
  readonly #calls: RedisCalls;
  readonly #takes: string;
  readonly #jobs: string;

  /**
   * Names the grid; nothing is read or written yet.
   *
   * @param calls The site's Redis.
   * @param grid Name of the grid.
   */
  constructor(calls: RedisCalls, grid: string) {
    this.#calls = calls;
    this.#takes = `grid:${grid}:takes`;
    this.#jobs = `grid:${grid}:jobs`;
  }

  /** Notes a request, before it is made. */
  async begin({ request, host }: OpenTake): Promise<void> {
    await this.#calls.call(["HSET", this.#takes, request, JSON.stringify(host)]);
  }

  /** Forgets a request: its job is in the queue, or there was none. */
  async end(request: string): Promise<void> {
    await this.#calls.call(["HDEL", this.#takes, request]);
  }

  /** Requests that were not ended; those that are being made now among them. */
  async openTakes(): Promise<OpenTake[]> {
    const takes = pairs(await this.#calls.call(["HGETALL", this.#takes]));
    return takes.flatMap(([request, text]) => {
      const host = parseObject(text);
      const [name, jdl] = [host["name"], host["jdl"]];
      return typeof name === "string" && typeof jdl === "string"
        ? [{ request, host: { name, jdl } }]
        : [];
    });
  }

  /** Keeps a job. */
  async add({ id, state }: GridJobRef): Promise<void> {
    await this.#calls.call(["HSET", this.#jobs, id, JSON.stringify(state)]);
  }

  /** A job that is kept; `undefined` where it is none of the grid's. */
  async job(id: string): Promise<GridJobRef | undefined> {
    const text = await this.#calls.call(["HGET", this.#jobs, id]);
    return typeof text === "string" ? { id, state: parseState(text) } : undefined;
  }

  /** What is kept of a job; `undefined` where it is none of the grid's. */
  async stateOf(id: string): Promise<GridJobRef["state"] | undefined> {
    return (await this.job(id))?.state;
  }

  /** Keeps a job whose output will come here, unless it is kept already. */
  async expect(id: string, state: GridJobRef["state"]): Promise<void> {
    await this.#calls.call(["HSETNX", this.#jobs, id, JSON.stringify(state)]);
  }

  /** All jobs that are kept. */
  async jobs(): Promise<GridJobRef[]> {
    const jobs = pairs(await this.#calls.call(["HGETALL", this.#jobs]));
    return jobs.map(([id, text]) => ({ id, state: parseState(text) }));
  }

  /** Forgets a job: the grid knows how it ended. */
  async remove(id: string): Promise<void> {
    await this.#calls.call(["HDEL", this.#jobs, id]);
  }
}

/** Reads fields and values, one after the other. */
function pairs(reply: RedisReply): [field: string, value: string][] {
  if (!Array.isArray(reply)) throw new RedisError("Redis did not answer HGETALL with a list");
  const texts = reply.map(String);
  return texts.flatMap((field, index) => index % 2 === 0 ? [[field, texts[index + 1] ?? ""]] : []);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function parseState(text: string): Record<string, string> {
  const entries = Object.entries(parseObject(text));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
