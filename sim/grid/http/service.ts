/**
 * Services in memory that answer HTTP requests, in this process or over the network.
 *
 * @module
 */
import type { HttpCall } from "../../../lib/grid/http/http_call.ts";
import type { HttpFault, HttpFaults } from "./faults.ts";

/** A service. */
export interface GridService {
  /** What goes wrong with it. */
  readonly faults: HttpFaults;
  /** Answers a request. */
  answer(request: Request): Promise<Response>;
}

/** A service that listens. */
export interface ListeningService extends AsyncDisposable {
  /** Its address without a path, `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
}

/** An answer that did not arrive. */
const LOST = "The connection was closed";

/**
 * Makes requests to services in this process, faults included; nothing waits for the system.
 *
 * @param services Services by their address without a path.
 * @returns The caller's end.
 */
export function memoryHttp(services: Readonly<Record<string, GridService>>): HttpCall {
  return async (url, { method, headers = {}, body = null, signal }) => {
    signal?.throwIfAborted();
    const service = services[new URL(url).origin];
    if (service === undefined) throw new TypeError(`Nobody listens at ${url}`);
    const request = new Request(url, { method, headers, body });
    const fault = service.faults.meet(request);
    if (fault === "silent") await aborted(signal);
    if (fault === "away") throw new TypeError(LOST);
    if (fault === "refused") return refusal();
    const answer = await service.answer(request);
    if (fault === "lost") throw new TypeError(LOST);
    return answer;
  };
}

/**
 * Lets a service listen on loopback.
 *
 * @param service The service.
 * @param options Port, 0 takes a free one; and key and certificate in PEM for HTTPS.
 * @returns The service's address.
 */
export function serveHttp(
  service: GridService,
  options: { readonly port?: number; readonly cert?: string; readonly key?: string } = {},
): ListeningService {
  const { port = 0, cert, key } = options;
  const isSecure = cert !== undefined && key !== undefined;
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port,
    onListen: () => {},
    ...(isSecure ? { cert, key } : {}),
  }, async (request) => {
    const fault = service.faults.meet(request);
    return fault === undefined
      ? await service.answer(request)
      : await faulty(service, request, fault);
  });
  return {
    url: `http${isSecure ? "s" : ""}://127.0.0.1:${server.addr.port}`,
    port: server.addr.port,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function faulty(
  service: GridService,
  request: Request,
  fault: HttpFault,
): Promise<Response> {
  if (fault === "refused") return refusal();
  if (fault === "lost") await service.answer(request);
  // As a proxy in front of a service says it.
  return fault === "silent"
    ? new Response("Gateway Timeout", { status: 504 })
    : new Response("Bad Gateway", { status: 502 });
}

function refusal(): Response {
  return new Response("Service Unavailable", { status: 503 });
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
