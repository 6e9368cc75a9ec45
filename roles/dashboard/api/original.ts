/**
 * The interface of the original's dashboard, as it was: `/api/ping`, `/api/stats`, `/api/connections`
 * and `/api/connections/ID`.
 *
 * @module
 */
import type { Clock } from "../../../lib/clock.ts";
import { addUpContributions, contributionsSince } from "../contributions.ts";
import { answer, json } from "../http/answers.ts";
import type { Call, Route } from "../http/router.ts";
import type { Sources } from "../sources.ts";
import type { Connections } from "../sources/connections.ts";
import { readConnection } from "../sources/connections.ts";

/** Connections of one agent in a week that are looked at. */
const MOST_CONNECTIONS = 10_000;

/**
 * Routes of the original.
 *
 * @param sources Where the data is.
 * @param clock Tells which days contributions are from.
 * @returns The routes.
 */
export function originalRoutes(sources: Sources, clock: Clock): Route[] {
  return [
    { method: "GET", path: "/api/ping", handler: () => json({ ping: "pong" }) },
    { method: "GET", path: "/api/stats", handler: (call) => answerStats(sources, call) },
    {
      method: "GET",
      path: "/api/connections",
      handler: (call) => sources.mongodb.use((connections) => answerPlaces(connections, call)),
    },
    {
      method: "GET",
      path: "/api/connections/:id",
      handler: ({ part }) =>
        sources.mongodb.use((connections) =>
          answerConnection(connections, part("id"), clock.now())
        ),
    },
  ];
}

async function answerStats({ graphite }: Sources, { url }: Call): Promise<Response> {
  const targets = url.searchParams.getAll("target");
  if (targets.length === 0) return json({ error: true }, 400);
  const from = url.searchParams.get("from") ?? undefined;
  const until = url.searchParams.get("until") ?? undefined;
  const series = await graphite.use((client, signal) =>
    client.renderText({ targets, from, until, signal })
  );
  return answer(series, { type: "application/json; charset=utf-8" });
}

async function answerPlaces(connections: Connections, { url }: Call): Promise<Response> {
  const isNow = url.searchParams.get("allactive") === "true";
  const from = Number(url.searchParams.get("from") ?? NaN);
  if (!isNow && !(Math.abs(from) <= 8.64e15)) return json({ error: true }, 400);
  const places = await connections.places(isNow ? undefined : from);
  return json(places.map(({ id, at }) => ({ _id: id, loc: at })));
}

async function answerConnection(
  connections: Connections,
  id: string,
  nowMs: number,
): Promise<Response> {
  const document = await connections.document(id);
  if (document === undefined) return json({ error: true }, 404);
  const { _id, loc: _, ...told } = document;
  const ofWeek = await connections.ofAgent(readConnection(document).agent, {
    limit: MOST_CONNECTIONS,
    sinceMs: contributionsSince(nowMs),
  });
  return json({ ...told, contributions: addUpContributions(ofWeek) });
}
