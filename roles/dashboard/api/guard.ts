/**
 * Lets in who knows the token, and bounds guesses at it.
 *
 * @module
 */
import type { Clock } from "../../../lib/clock.ts";
import type { Logger } from "../../../lib/log.ts";
import { equalSecrets } from "../../../lib/secure/constant_time.ts";
import { RecentMap } from "../../../lib/secure/recent_map.ts";
import type { Call } from "../http/router.ts";
import { QuestionError } from "../sources/source.ts";

/** Options of a {@linkcode Guard}. */
export interface GuardOptions {
  /** What has to be shown; undefined: nobody may. */
  readonly token: string | undefined;
  /** Bounds wrong tokens in time. */
  readonly clock: Clock;
  /** Told of wrong tokens. */
  readonly log: Logger;
}

/** Wrong tokens a minute from one address before it is refused: who guesses locks nobody else out. */
const MOST_WRONG = 20;
/** Wrong tokens a minute from everywhere before all are refused. */
const MOST_WRONG_IN_ALL = 1000;
const MINUTE_MS = 60_000;

/** Wrong tokens of the minute that began at a time. */
interface Wrong {
  readonly sinceMs: number;
  readonly count: number;
}

/** Checks whoever wants to change something. */
export class Guard {
  readonly #options: GuardOptions;
  readonly #byAddress = new RecentMap<Wrong>(MOST_WRONG_IN_ALL);
  #inAll: Wrong | undefined;

  /** @param options See {@linkcode GuardOptions}. */
  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /**
   * Lets a request pass, or not.
   *
   * @param call The request.
   * @throws {QuestionError} When it may not change anything.
   */
  check({ request, from }: Pick<Call, "request" | "from">): void {
    const { token, log } = this.#options;
    if (token === undefined) throw new QuestionError("Nobody may: DASH_TOKEN is not set", 403);
    const site = request.headers.get("sec-fetch-site");
    if (site !== null && site !== "same-origin") {
      throw new QuestionError("Changes come from the dashboard's own page alone", 403);
    }
    if (!/^application\/json\b/.test(request.headers.get("content-type") ?? "")) {
      throw new QuestionError("Expected a body of type application/json", 415);
    }
    const ofAddress = this.#current(this.#byAddress.get(from));
    const inAll = this.#current(this.#inAll);
    if (ofAddress.count >= MOST_WRONG || inAll.count >= MOST_WRONG_IN_ALL) {
      throw new QuestionError("Too many wrong tokens", 429);
    }
    const shown = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
    if (shown !== undefined && equalSecrets(shown, token)) return;
    this.#byAddress.set(from, { ...ofAddress, count: ofAddress.count + 1 });
    this.#inAll = { ...inAll, count: inAll.count + 1 };
    log.warning(`A change on the dashboard was refused: wrong token from ${from}`);
    throw new QuestionError("Wrong token", 401);
  }

  #current(wrong: Wrong | undefined): Wrong {
    const nowMs = this.#options.clock.now();
    return wrong !== undefined && nowMs - wrong.sinceMs < MINUTE_MS
      ? wrong
      : { sinceMs: nowMs, count: 0 };
  }
}
