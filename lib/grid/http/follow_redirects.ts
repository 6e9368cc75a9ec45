/**
 * Requests to storage elements whose door sends clients on to the machine that has the disk, as those of EOS,
 * XRootD and dCache do (307 of RFC 9110, 15.4.8).
 *
 * @module
 */
import { messageOf } from "../../error_message.ts";

/** A request whose body can be sent again. */
export interface FollowedRequest {
  /** Method; kept on the way. */
  readonly method: "GET" | "PUT";
  /** Opens the body; called for each address anew. Default: none. */
  readonly body?: (() => ReadableStream<Uint8Array>) | undefined;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Shows who asks. Default: the system's own. */
  readonly client?: Deno.HttpClient | undefined;
}

/** Addresses to which one request is sent on at most. */
const MOST_HOPS = 5;
const REDIRECTS = new Set([301, 302, 307, 308]);

/**
 * Makes a request, and goes where its answers send it.
 *
 * @param url The first address.
 * @param request See {@linkcode FollowedRequest}.
 * @returns The first answer that is no redirect.
 * @throws {TypeError} When nobody answers, or a redirect leads nowhere, out of TLS, or too far.
 */
export async function followRedirects(
  url: URL,
  { method, body, signal, client }: FollowedRequest,
): Promise<Response> {
  let address = url;
  for (let hops = 0;; hops++) {
    const init = { method, body: body?.() ?? null, signal, redirect: "manual" } as const;
    const response = await fetch(address, client === undefined ? init : { ...init, client });
    if (!REDIRECTS.has(response.status)) return response;
    await response.body?.cancel();
    const next = URL.parse(response.headers.get("location") ?? "", address);
    const isSafe = next?.protocol === "https:" ||
      (next?.protocol === "http:" && address.protocol === "http:");
    if (next === null || !isSafe) throw new TypeError("it is redirected to no address of its kind");
    if (hops >= MOST_HOPS) throw new TypeError(`it is redirected over ${MOST_HOPS} times`);
    address = next;
  }
}

/** Why a request failed, without what stands in the query of an address: rights, and signatures. */
export function reasonOf(error: unknown): string {
  // `fetch` says it in the cause.
  const told = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = messageOf(told);
  return text.replace(/(https?:\/\/[^\s?)]*)\?[^\s)]*/g, "$1");
}
