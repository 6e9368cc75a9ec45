/**
 * Answers every request to the dashboard: the interface, the pages' files, the page itself.
 *
 * @module
 */
import type { Logger } from "../../../lib/log.ts";
import { QuestionError, SourceError } from "../sources/source.ts";
import { answer, json } from "./answers.ts";
import type { Asset, Assets } from "./assets.ts";
import type { Router } from "./router.ts";

/** Longest path and query in characters. */
const LONGEST_ADDRESS = 8192;

/** What a handler is made of. */
export interface HandlerOptions {
  /** Knows the interface. */
  readonly router: Router;
  /** The pages' files. */
  readonly assets: Assets;
  /** Whether the server may be asked under a name; see `nameCheck`. */
  readonly isName: (hostname: string) => boolean;
  /** Told of faults. */
  readonly log: Logger;
}

/**
 * Makes the function that answers every request.
 *
 * @param options See {@linkcode HandlerOptions}.
 * @returns The function, for `startServer`; it never rejects.
 */
export function makeHandler(
  options: HandlerOptions,
): (request: Request, from: string) => Promise<Response> {
  return async (request, from) => {
    try {
      const answered = await answerTo(request, from, options);
      if (request.method !== "HEAD") return answered;
      // Nobody would read the body; a stream of events would wait for a reader for ever.
      await answered.body?.cancel();
      return new Response(null, answered);
    } catch (error) {
      return answerToError(error, options.log);
    }
  };
}

async function answerTo(
  request: Request,
  from: string,
  { router, assets, isName }: HandlerOptions,
): Promise<Response> {
  const { hostname, pathname, search } = new URL(request.url);
  if (!isName(hostname)) {
    return json({ error: true, message: `${hostname} is not in DASH_SERVER_NAMES` }, 421);
  }
  if (pathname.length + search.length > LONGEST_ADDRESS) {
    return json({ error: true, message: "Address too long" }, 414);
  }
  const found = router.find(request, from);
  if (typeof found === "function") return await found();
  if (found !== undefined) return wrongMethod(found);
  if (pathname.startsWith("/api/")) return json({ error: true, message: "No such address" }, 404);
  if (request.method !== "GET" && request.method !== "HEAD") return wrongMethod(["GET"]);
  return answerWithFile(request, pathname, assets);
}

function wrongMethod(allowed: readonly string[]): Response {
  return answer("Wrong method", { status: 405, headers: { allow: allowed.join(", ") } });
}

function answerToError(error: unknown, log: Logger): Response {
  if (error instanceof QuestionError) {
    return json({ error: true, message: error.message }, error.status);
  }
  if (error instanceof SourceError) {
    const { source, health, message } = error;
    return json({ error: true, source, state: health.state, message }, 503);
  }
  log.error(`Cannot answer: ${error instanceof Error ? error.stack : error}`);
  return json({ error: true, message: "The dashboard has failed; its log says where" }, 500);
}

function answerWithFile(request: Request, pathname: string, assets: Assets): Response {
  if (pathname === "/" || pathname === "/dashboard") {
    return answer(null, { status: 302, headers: { location: "/dashboard/" } });
  }
  const path = /^\/dashboard\/(.*)$/.exec(pathname)?.[1];
  if (path === undefined) return answer("Not found", { status: 404 });
  const file = assets.files.get(path);
  if (file !== undefined) return serve(request, file, {});
  // What looks like a file is none of ours; everything else is a view of the page.
  if (/\.(js|css|svg|map|png|ico|html)$/.test(path)) return answer("Not found", { status: 404 });
  return serve(request, assets.index, { "content-security-policy": assets.policy });
}

function serve(request: Request, file: Asset, headers: Record<string, string>): Response {
  const caching = { ...headers, etag: file.etag, "cache-control": "no-cache" };
  if (request.headers.get("if-none-match")?.includes(file.etag)) {
    return answer(null, { status: 304, type: file.type, headers: caching });
  }
  return answer(file.body, { type: file.type, headers: caching });
}
