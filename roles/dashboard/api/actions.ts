/**
 * Changes to jobs, for who knows the token. A change is a POST of JSON with the token in a header, which no
 * page of another site can make a browser send.
 *
 * @module
 */
import type { Clock } from "../../../lib/clock.ts";
import { type JobStore, TransitionError } from "../../../lib/jobs/job_store.ts";
import type { Logger } from "../../../lib/log.ts";
import { equalSecrets } from "../../../lib/secure/constant_time.ts";
import { json } from "../http/answers.ts";
import type { Route } from "../http/router.ts";
import type { Sources } from "../sources.ts";
import { QuestionError } from "../sources/source.ts";

/** What can be done to a job. */
export const ACTIONS = ["cancel", "hold", "release", "rerun"] as const;
/** One of {@linkcode ACTIONS}. */
export type Action = (typeof ACTIONS)[number];

/** Options of {@linkcode actionRoutes}. */
export interface ActionOptions {
  /** Where the queue is. */
  readonly sources: Sources;
  /** What has to be shown; undefined: nobody may. */
  readonly token: string | undefined;
  /** Called after a change. */
  readonly onChange: () => void;
  /** Bounds wrong tokens in time. */
  readonly clock: Clock;
  /** Told of changes and of wrong tokens. */
  readonly log: Logger;
}

/** Wrong tokens a minute, from everybody together, before all are refused. */
const MOST_WRONG = 20;
const MINUTE_MS = 60_000;
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
      handler: ({ request }) => {
        guard.check(request);
        return json({ ok: true });
      },
    },
    ...ACTIONS.map((action): Route => ({
      method: "POST",
      path: `/api/jobs/:id/${action}`,
      handler: async ({ request, part }) => {
        guard.check(request);
        const reason = await readReason(request);
        const id = part("id");
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

/** Lets in who knows the token. */
class Guard {
  readonly #options: ActionOptions;
  #wrong: readonly number[] = [];

  constructor(options: ActionOptions) {
    this.#options = options;
  }

  /** @throws {QuestionError} When the request may not change anything. */
  check(request: Request): void {
    const { token, clock, log } = this.#options;
    if (token === undefined) throw new QuestionError("Nobody may: DASH_TOKEN is not set", 403);
    const site = request.headers.get("sec-fetch-site");
    if (site !== null && site !== "same-origin") {
      throw new QuestionError("Changes come from the dashboard's own page alone", 403);
    }
    if (!/^application\/json\b/.test(request.headers.get("content-type") ?? "")) {
      throw new QuestionError("Expected a body of type application/json", 415);
    }
    this.#wrong = this.#wrong.filter((atMs) => clock.now() - atMs < MINUTE_MS);
    if (this.#wrong.length >= MOST_WRONG) throw new QuestionError("Too many wrong tokens", 429);
    const shown = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
    if (shown !== undefined && equalSecrets(shown, token)) return;
    this.#wrong = [...this.#wrong, clock.now()];
    log.warning("A change on the dashboard was refused: wrong token");
    throw new QuestionError("Wrong token", 401);
  }
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
