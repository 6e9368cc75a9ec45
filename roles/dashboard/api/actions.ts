/**
 * Changes to jobs, for who knows the token. A change is a POST of JSON with the token in a header, which no
 * page of another site can make a browser send.
 *
 * @module
 */
import { type JobStore, TransitionError } from "../../../lib/jobs/job_store.ts";
import { json } from "../http/answers.ts";
import type { Route } from "../http/router.ts";
import type { Sources } from "../sources.ts";
import { QuestionError } from "../sources/source.ts";
import { Guard, type GuardOptions } from "./guard.ts";

/** What can be done to a job. */
export const ACTIONS = ["cancel", "hold", "release", "rerun"] as const;
/** One of {@linkcode ACTIONS}. */
export type Action = (typeof ACTIONS)[number];

/** Options of {@linkcode actionRoutes}. */
export interface ActionOptions extends GuardOptions {
  /** Where the queue is. */
  readonly sources: Sources;
  /** Called after a change. */
  readonly onChange: () => void;
}

const LARGEST_BODY_BYTES = 4096;
const LONGEST_REASON = 500;

/**
 * Routes of changes.
 *
 * @param options See {@linkcode ActionOptions}.
 * @returns The routes.
 */
export function actionRoutes(options: ActionOptions): Route[] {
  const guard = new Guard(options);
  return [
    {
      method: "POST",
      path: "/api/token",
      handler: (call) => {
        guard.check(call);
        return json({ ok: true });
      },
    },
    ...ACTIONS.map((action): Route => ({
      method: "POST",
      path: `/api/jobs/:id/${action}`,
      handler: async (call) => {
        guard.check(call);
        const reason = await readReason(call.request);
        const id = call.part("id");
        const job = await options.sources.queue.use(async ({ store }) => {
          await act(store, action, id, reason);
          return await store.get(id);
        });
        options.log.info(`Job changed on the dashboard: ${action}`, { jobId: id, reason });
        options.onChange();
        return json({ id, state: job?.state });
      },
    })),
  ];
}

async function readReason(request: Request): Promise<string> {
  const declared = Number(request.headers.get("content-length") ?? NaN);
  if (!(declared <= LARGEST_BODY_BYTES)) throw new QuestionError("Body too long, or of no length");
  let body: unknown;
  try {
    body = await request.json();
  } catch {
    throw new QuestionError("Expected a JSON object");
  }
  const reason = typeof body === "object" && body !== null && "reason" in body ? body.reason : "";
  if (typeof reason !== "string" || reason.length > LONGEST_REASON) {
    throw new QuestionError(`Expected a reason of at most ${LONGEST_REASON} characters`);
  }
  return reason.replace(/\s+/g, " ").trim() || "On the dashboard";
}

async function act(store: JobStore, action: Action, id: string, reason: string): Promise<void> {
  try {
    if (action === "cancel" || action === "hold") {
      await store[action](id, reason);
      return;
    }
    await store[action](id);
    await store.note(id, `${action} asked for`, { reason });
  } catch (error) {
    if (!(error instanceof TransitionError)) throw error;
    throw new QuestionError(error.message, error.state === undefined ? 404 : 409);
  }
}
