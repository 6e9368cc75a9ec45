/**
 * Graphs of the past, and the machines of managers, from Graphite.
 *
 * @module
 */
import { graphData } from "../graph_data.ts";
import { graphRequest, GRAPHS, MODES } from "../graphs.ts";
import { json } from "../http/answers.ts";
import { wordOf } from "../http/query.ts";
import type { Route } from "../http/router.ts";
import { MANAGERS_REQUEST, readManagers } from "../managers.ts";
import type { Sources } from "../sources.ts";
import { QuestionError } from "../sources/source.ts";

/**
 * Routes of graphs.
 *
 * @param sources Where the data is.
 * @returns The routes.
 */
export function graphRoutes(sources: Sources): Route[] {
  return [
    {
      method: "GET",
      path: "/api/graphs/:id",
      handler: async ({ url, part }) => {
        const graph = GRAPHS.find(({ id }) => id === part("id"));
        if (graph === undefined) throw new QuestionError("There is no such graph", 404);
        const mode = wordOf(url, "mode", MODES) ?? "realtime";
        return json(graphData(graph, await sources.render(graphRequest(graph, mode))));
      },
    },
    {
      method: "GET",
      path: "/api/managers",
      handler: async () => json({ managers: readManagers(await sources.render(MANAGERS_REQUEST)) }),
    },
  ];
}
