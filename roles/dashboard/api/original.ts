/**
 * The interface of the original's dashboard, as it was: `/api/ping` and `/api/stats`.
 *
 * @module
 */
import { answer, json } from "../http/answers.ts";
import type { Route } from "../http/router.ts";
import type { Sources } from "../sources.ts";

/**
 * Routes of the original.
 *
 * @param sources Where the data is.
 * @returns The routes.
 */
export function originalRoutes(sources: Sources): Route[] {
  return [
    { method: "GET", path: "/api/ping", handler: () => json({ ping: "pong" }) },
    {
      method: "GET",
      path: "/api/stats",
      handler: async ({ url }) => {
        const targets = url.searchParams.getAll("target");
        if (targets.length === 0) return json({ error: true }, 400);
        const series = await sources.graphite.use((graphite) =>
          graphite.renderText({
            targets,
            from: url.searchParams.get("from") ?? undefined,
            until: url.searchParams.get("until") ?? undefined,
          })
        );
        return answer(series, { type: "application/json; charset=utf-8" });
      },
    },
  ];
}
