/**
 * The state of now: once as JSON, or followed as server-sent events.
 *
 * @module
 */
import { answer, json } from "../http/answers.ts";
import type { Route } from "../http/router.ts";
import type { Overview } from "../overview.ts";
import type { Pulse } from "../pulse.ts";

/**
 * Routes of the state of now.
 *
 * @param pulse What reads it.
 * @returns The routes.
 */
export function liveRoutes(pulse: Pulse<Overview>): Route[] {
  return [
    { method: "GET", path: "/api/overview", handler: async () => json(await pulse.latest()) },
    {
      method: "GET",
      path: "/api/live",
      handler: () =>
        pulse.hasRoom
          ? answer(pulse.watch(), { type: "text/event-stream" })
          : json({ error: true, message: "Too many viewers" }, 503),
    },
  ];
}
