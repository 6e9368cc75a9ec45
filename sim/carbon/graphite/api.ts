/**
 * Graphite's HTTP interface, as far as dashboards read it.
 *
 * @module
 */

import type { SeriesStore } from "../series_store.ts";
import { findMetrics } from "./find.ts";
import { render } from "./render.ts";
import { RequestError } from "./request_error.ts";

/** Most bytes of a form. */
const MOST_FORM_BYTES = 1024 * 1024;

type Answer = (store: SeriesStore, query: URLSearchParams) => string;

const ANSWERS: ReadonlyMap<string, Answer> = new Map([
  ["/render", render],
  ["/metrics/find", findMetrics],
]);

/**
 * Answers a request: `/render` and `/metrics/find`, by GET or with a form by POST.
 *
 * @param store The series.
 * @param request The request.
 * @returns The answer: 400 with the reason where the request is wrong, 404 for other paths.
 */
export async function answerGraphite(store: SeriesStore, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const answer = ANSWERS.get(pathname.replace(/\/$/, ""));
  if (answer === undefined) return text(404, `Nothing at ${pathname}: /render or /metrics/find`);
  if (!["GET", "HEAD", "POST"].includes(request.method)) {
    return text(405, `Cannot ${request.method}: GET or POST`);
  }
  try {
    const query = new URLSearchParams(searchParams);
    for (const [name, value] of await readForm(request)) query.append(name, value);
    const headers = { "content-type": "application/json", "cache-control": "no-cache" };
    return new Response(answer(store, query), { headers });
  } catch (error) {
    if (error instanceof RequestError) return text(400, `Invalid parameters (${error.message})`);
    throw error;
  }
}

function text(status: number, body: string): Response {
  return new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}

async function readForm({ method, body }: Request): Promise<URLSearchParams> {
  if (method !== "POST" || body === null) return new URLSearchParams();
  const decoder = new TextDecoder();
  let form = "";
  for await (const chunk of body) {
    form += decoder.decode(chunk, { stream: true });
    if (form.length > MOST_FORM_BYTES) {
      throw new RequestError(`Form of more than ${MOST_FORM_BYTES} bytes`);
    }
  }
  return new URLSearchParams(form);
}
