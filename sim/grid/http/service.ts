/**
 * Services in memory that answer HTTP requests, in this process or over the network.
 *
 * @module
 */
import type { HttpCall } from "../../../lib/grid/http/http_call.ts";
import type { HttpFault, HttpFaults } from "./faults.ts";

/** Who made a request, as the web server in front of a service passes it on. */
export interface GridCaller {
  /** Subject of the certificate that the connection showed, as RFC 2253 writes it; missing: it showed none. */
  readonly subject?: string | undefined;
}

/** A service. */
export interface GridService {
  /** What goes wrong with it. */
  readonly faults: HttpFaults;
  /** Answers a request. */
  answer(request: Request, caller: GridCaller): Promise<Response>;
}

/** A service that listens. */
export interface ListeningService extends AsyncDisposable {
  /** Its address without a path, `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
}

/** How a service listens. */
export interface ListenOptions {
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Certificate and key in PEM, for HTTPS. Default: HTTP. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Header in which a web server in front tells {@linkcode GridCaller.subject}. Default: none does. */
  readonly subjectHeader?: string | undefined;
}

/** An answer that did not arrive. */
const LOST = "The connection was closed";

/**
 * Makes requests to services in this process, faults included; nothing waits for the system.
 *
 * @param services Services by their address without a path.
 * @param caller Who makes them. Default: nobody in particular.
 * @returns The caller's end.
 */
export function memoryHttp(
  services: Readonly<Record<string, GridService>>,
  caller: GridCaller = {},
): HttpCall {
  return async (url, { method, headers = {}, body = null, signal }) => {
    signal?.throwIfAborted();
    const service = services[new URL(url).origin];
    if (service === undefined) throw new TypeError(`Nobody listens at ${url}`);
    const request = new Request(url, { method, headers, body });
    const fault = service.faults.meet(request);
    if (fault === "silent") await aborted(signal);
    if (fault === "away") throw new TypeError(LOST);
    if (fault === "refused") return refusal();
    const answer = await service.answer(request, caller);
    if (fault === "lost") throw new TypeError(LOST);
    return answer;
  };
}

/**
 * Lets a service listen on loopback.
 *
 * @param service The service.
 * @param options See {@linkcode ListenOptions}.
 * @returns The service's address.
 */
export function serveHttp(service: GridService, options: ListenOptions = {}): ListeningService {
  const { port = 0, cert, key, subjectHeader } = options;
  const isSecure = cert !== undefined && key !== undefined;
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port,
    onListen: () => {},
    ...(isSecure ? { cert, key } : {}),
  }, async (request) => {
    const subject = subjectHeader === undefined ? null : request.headers.get(subjectHeader);
    const caller = { subject: subject ?? undefined };
    const fault = service.faults.meet(request);
    return fault === undefined
      ? await service.answer(request, caller)
      : await faulty(service, request, caller, fault);
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
  caller: GridCaller,
  fault: HttpFault,
): Promise<Response> {
  if (fault === "refused") return refusal();
  if (fault === "lost") await service.answer(request, caller);
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
