/**
 * Agents: on the map, in a list, and one with its history.
 *
 * @module
 */
import type { Clock } from "../../../lib/clock.ts";
import { addUpContributions, contributionsSince } from "../contributions.ts";
import { answer, json } from "../http/answers.ts";
import { integerOf, textOf, wordOf } from "../http/query.ts";
import type { Call, Route } from "../http/router.ts";
import { jobLine } from "../job_line.ts";
import { type Box, CLOSEST_ZOOM, Places } from "../places.ts";
import { type Sources, unlessBroken } from "../sources.ts";
import type { AgentConnection, Connections } from "../sources/connections.ts";
import { QuestionError } from "../sources/source.ts";
import { drawWorld } from "../world_map.ts";

const PAGE_SIZE = 25;
const LAST_OFFSET = 100_000;
/** Connections of one agent that are told of. */
const MOST_CONNECTIONS = 1000;
/** Jobs of one agent that are told of. */
const MOST_JOBS = 20;
/** Agents of one dot that are told of. */
const MOST_MEMBERS = 50;
/** Time for which a map is good, in milliseconds. */
const MAP_AGE_MS = 30_000;

/**
 * Routes of agents.
 *
 * @param sources Where the data is.
 * @param clock Tells how old the map is.
 * @returns The routes.
 */
export function agentRoutes(sources: Sources, clock: Clock): Route[] {
  const map = new AgentMap(sources, clock);
  let world: string | undefined;
  return [
    {
      method: "GET",
      path: "/api/world",
      handler: () => {
        world ??= JSON.stringify(drawWorld());
        return answer(world, {
          type: "application/json; charset=utf-8",
          headers: { "cache-control": "max-age=86400" },
        });
      },
    },
    {
      method: "GET",
      path: "/api/places",
      handler: async ({ url }) => {
        const zoom = integerOf(url, "zoom", { min: 0, max: CLOSEST_ZOOM, fallback: 0 });
        const box = boxOf(url);
        const places = await map.places();
        const { count, unplaced } = places;
        return json({ count, unplaced, dots: places.dots(zoom, box) });
      },
    },
    {
      method: "GET",
      path: "/api/places/:cluster",
      handler: async ({ part }) => {
        const members = (await map.places()).members(Number(part("cluster")), MOST_MEMBERS);
        const documents = await sources.mongodb.use((connections) => connections.byIds(members));
        return json({ connections: documents });
      },
    },
    { method: "GET", path: "/api/agents", handler: (call) => answerPage(sources, call) },
    {
      method: "GET",
      path: "/api/agents/:agent",
      handler: ({ part }) => answerAgent(sources, part("agent"), clock.now()),
    },
  ];
}

/** Reads `box=LEFT,TOP,RIGHT,BOTTOM`, in units of the drawing. */
function boxOf(url: URL): Box | undefined {
  const text = url.searchParams.get("box");
  if (text === null || text === "") return undefined;
  const [left = NaN, top = NaN, right = NaN, bottom = NaN] = text.split(",").map(Number);
  if ([left, top, right, bottom].every(Number.isFinite)) return { left, top, right, bottom };
  throw new QuestionError("Expected box=LEFT,TOP,RIGHT,BOTTOM");
}

/** The map of now, for all who look at it. To make one takes a while: until then the last one is good. */
class AgentMap {
  readonly #sources: Sources;
  readonly #clock: Clock;
  #latest: Places | undefined;
  #reading: Promise<Places> | undefined;
  #readMs = Number.NEGATIVE_INFINITY;

  constructor(sources: Sources, clock: Clock) {
    this.#sources = sources;
    this.#clock = clock;
  }

  async places(): Promise<Places> {
    if (this.#latest !== undefined && this.#clock.now() - this.#readMs < MAP_AGE_MS) {
      return this.#latest;
    }
    this.#reading ??= this.#read().finally(() => this.#reading = undefined);
    if (this.#latest === undefined) return await this.#reading;
    // A failure is told at the next question, which no longer finds a map.
    this.#reading.catch(() => this.#latest = undefined);
    return this.#latest;
  }

  async #read(): Promise<Places> {
    const places = await this.#sources.mongodb.use((connections) => connections.places());
    this.#latest = new Places(places);
    this.#readMs = this.#clock.now();
    return this.#latest;
  }
}

async function answerPage(sources: Sources, { url }: Call): Promise<Response> {
  const text = textOf(url, "q");
  const connectedOnly = wordOf(url, "show", ["connected", "all"]) !== "all";
  const offset = integerOf(url, "offset", { min: 0, max: LAST_OFFSET, fallback: 0 });
  const page = await sources.mongodb.use((connections) =>
    connections.page({ text, connectedOnly, offset, limit: PAGE_SIZE })
  );
  return json({ ...page, hasMore: offset + page.connections.length < page.total });
}

async function answerAgent(sources: Sources, agent: string, nowMs: number): Promise<Response> {
  const [connections, ofWeek] = await sources.mongodb.use((mongo) =>
    readAgent(mongo, agent, nowMs)
  );
  const latest = connections[0];
  if (latest === undefined) throw new QuestionError("There is no such agent", 404);
  const found = await unlessBroken(
    sources.queue.use(({ view }) =>
      view.find(`${latest.user}@${latest.host}`.slice(0, 200), { limit: MOST_JOBS })
    ),
  );
  const sum = (value: (connection: AgentConnection) => number) =>
    connections.reduce((total, connection) => total + value(connection), 0);
  return json({
    agent,
    connections,
    totals: {
      succeeded: sum(({ succeeded }) => succeeded),
      failed: sum(({ failed }) => failed),
      contributedSeconds: sum(({ contributedSeconds }) => contributedSeconds),
    },
    contributions: addUpContributions(ofWeek),
    jobs: found?.jobs.map(jobLine) ?? [],
  });
}

function readAgent(mongo: Connections, agent: string, nowMs: number) {
  return Promise.all([
    mongo.ofAgent(agent, { limit: MOST_CONNECTIONS }),
    mongo.ofAgent(agent, { limit: MOST_CONNECTIONS, sinceMs: contributionsSince(nowMs) }),
  ]);
}
