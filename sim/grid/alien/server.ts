/**
 * AliEn's services on a port: the JSON interface at `/websocket/json`, as JAliEn serves it; storage
 * elements at `/se/…`; and for the commands of a site, in place of Java's own serialisation, `/queue` and
 * `/xrootd/…` (`queue_tool.ts`).
 *
 * @module
 */
import { type Clock, sleep, systemClock } from "../../../lib/clock.ts";
import type { CentralServices } from "./central_services.ts";
import { runCommand } from "./commands/mod.ts";
import type { Fault } from "./faults.ts";
import { runStep } from "./memory.ts";
import type { StorageElement } from "./storage_element.ts";

/** Options of {@linkcode startAlienServer}. */
export interface AlienServerOptions {
  /** Port on loopback. Default: 0, a free one. */
  readonly port?: number | undefined;
  /** Certificate and key of the server (PEM), for `wss` and `https`. Default: neither. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Clock of slow answers. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** A server that listens. */
export interface AlienServer extends AsyncDisposable {
  readonly port: number;
  /** Address of the JSON interface. */
  readonly url: string;
  /** Address before `/queue`. */
  readonly base: string;
}

/** Status of HTTP for a call that a fault strikes; `undefined`: it goes on. */
const REFUSALS: Readonly<Record<string, number>> = { refused: 503, denied: 403, broken: 502 };

/**
 * Starts the server.
 *
 * @param services What it serves.
 * @param options See {@linkcode AlienServerOptions}.
 */
export function startAlienServer(
  services: CentralServices,
  options: AlienServerOptions = {},
): AlienServer {
  const { port = 0, tls, clock = systemClock } = options;
  const sockets = new Set<WebSocket>();
  const stopped = new AbortController();
  const hall: Hall = { services, clock, stopped: stopped.signal };
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port,
    onListen: () => {},
    ...tls,
  }, async (request) => {
    if (!services.acceptsCertificates) return new Response(null, { status: 401 });
    const { pathname } = new URL(request.url);
    if (pathname === "/websocket/json") return serveSession(request, hall, sockets);
    if (pathname === "/queue") return await serveStep(request, hall);
    return await serveStorage(request, hall);
  });
  const host = `127.0.0.1:${server.addr.port}`;
  const base = `${tls === undefined ? "http" : "https"}://${host}`;
  services.httpBase = `${base}/se`;
  return {
    port: server.addr.port,
    url: `${tls === undefined ? "ws" : "wss"}://${host}/websocket/json`,
    base,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      for (const socket of sockets) socket.close();
      await server.shutdown();
    },
  };
}

/** What all requests share. */
interface Hall {
  readonly services: CentralServices;
  readonly clock: Clock;
  /** Aborted when the server stops. */
  readonly stopped: AbortSignal;
}

/** Waits as a fault has it; false where the server stops meanwhile. */
async function delay(fault: Fault | undefined, { clock, stopped }: Hall): Promise<boolean> {
  if (fault?.kind !== "slow") return true;
  return await sleep(clock, fault.delayMs ?? 1000, { signal: stopped }).then(
    () => true,
    () => false,
  );
}

/** One client: commands one after the other, in order. */
function serveSession(
  request: Request,
  hall: Hall,
  sockets: Set<WebSocket>,
): Response {
  const { services } = hall;
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response(null, { status: 426 });
  }
  const { socket, response } = Deno.upgradeWebSocket(request);
  const session = services.session();
  sockets.add(socket);
  let turn = Promise.resolve();
  const serve = async (text: string) => {
    const { command, options } = readCommand(text);
    const fault = services.faults.strike(command);
    if (!await delay(fault, hall)) return;
    if (fault?.kind === "broken" || !services.acceptsCertificates) return socket.close();
    const reply = fault?.kind === "refused"
      ? { exitCode: 121, error: "Try later", results: [] }
      : fault?.kind === "denied"
      ? { exitCode: 1, error: "Not permitted", results: [] }
      : runCommand(services, session, command, options);
    if (fault?.kind === "lost") return socket.close();
    const { exitCode, error, results } = reply;
    const { user, directory: currentdir } = session;
    const metadata = { exitcode: `${exitCode}`, error, user, currentdir };
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ metadata, results }));
  };
  socket.addEventListener("message", ({ data }) => {
    turn = turn.then(() => serve(String(data)));
  });
  socket.addEventListener("close", () => sockets.delete(socket));
  return response;
}

/** Reads `{"command": …, "options": […]}` (`WebsocketEndpoint.parseJSON`). */
function readCommand(text: string): { command: string; options: string[] } {
  try {
    const { command, options = [] } = JSON.parse(text);
    const words = (Array.isArray(options) ? options : []).map(String);
    // Not for commands, but for the shell: `-nomsg` and `-nokeys` leave out parts of the answer.
    return {
      command: String(command),
      options: words.filter((word) => word !== "-nomsg" && word !== "-nokeys"),
    };
  } catch {
    return { command: "", options: [] };
  }
}

/** Steps of the commands: a JSON list of the step and its arguments. */
async function serveStep(
  request: Request,
  hall: Hall,
): Promise<Response> {
  const { services } = hall;
  const [step = "", ...args] = (await request.json()) as string[];
  const fault = services.faults.strike(step);
  if (!await delay(fault, hall)) return new Response(null, { status: 503 });
  const refusal = REFUSALS[fault?.kind ?? ""];
  if (refusal !== undefined) return new Response(null, { status: refusal });
  const told = runStep(services, step, args);
  if (told === undefined) return new Response(null, { status: 403 });
  return fault?.kind === "lost" ? new Response(null, { status: 502 }) : new Response(told);
}

/** Status of HTTP for what a storage element does not do by HTTP. */
function barredBy(element: StorageElement, request: Request): number | undefined {
  if (!element.speaksHttp) return 404;
  const hasLength = request.headers.has("content-length");
  return request.method === "PUT" && element.needsLength && !hasLength ? 411 : undefined;
}

/** Storage elements; `/xrootd` stands for their own protocol. */
async function serveStorage(
  request: Request,
  hall: Hall,
): Promise<Response> {
  const { services } = hall;
  const { pathname, searchParams } = new URL(request.url);
  const [, door, path] = /^\/(se|xrootd)(\/.*)$/.exec(decodeURI(pathname)) ?? [];
  if (path === undefined) return new Response(null, { status: 404 });
  const envelope = searchParams.get("authz") ?? "";
  const element = services.storage.find((element) =>
    element.pathOf("") === path.replace(/[^/]*$/, "")
  );
  const barred = door === "se" && element !== undefined ? barredBy(element, request) : undefined;
  if (barred !== undefined) {
    await request.body?.cancel();
    return new Response(null, { status: barred });
  }
  const fault = services.faults.strike(request.method);
  if (!await delay(fault, hall)) return new Response(null, { status: 503 });
  const refusal = REFUSALS[fault?.kind ?? ""];
  if (refusal !== undefined) {
    await request.body?.cancel();
    return new Response(null, { status: refusal });
  }
  const lost = fault?.kind === "lost" ? new Response(null, { status: 502 }) : undefined;
  if (request.method === "PUT") {
    const status = services.put(path, envelope, await request.bytes());
    return lost ?? new Response(null, { status });
  }
  const found = services.get(path, envelope);
  if (typeof found === "number") return new Response(null, { status: found });
  return lost ?? new Response(found.slice());
}
