/**
 * A web server: a viewer that reads slowly, or not at all, must not keep it from ending.
 *
 * @module
 */
import { type Clock, within } from "../clock.ts";
import { InFlight } from "../in_flight.ts";

/** Options of {@linkcode startServer}. */
export interface ServerOptions {
  /** Address to listen on. */
  readonly host: string;
  /** Port; 0 for any free one. */
  readonly port: number;
  /** Answers each request, from the machine of an address; must not reject. */
  readonly handler: (request: Request, from: string) => Promise<Response>;
  /** Clock of the wait for the last answers. */
  readonly clock: Clock;
}

/** A server that listens. Disposing of it lets answers under way be read for a second. */
export interface Server extends AsyncDisposable {
  /** Where it listens. */
  readonly address: Deno.NetAddr;
}

/** Time to read what is being sent when the server ends, in milliseconds. */
const LAST_ANSWERS_MS = 1000;

/**
 * Starts a server.
 *
 * @param options See {@linkcode ServerOptions}.
 * @returns The server.
 * @throws {Deno.errors.AddrInUse} When somebody listens on the port already.
 */
export function startServer({ host, port, handler, clock }: ServerOptions): Server {
  const cutting = new AbortController();
  const answers = new InFlight();
  const server = Deno.serve(
    { hostname: host, port, signal: cutting.signal, onListen: () => {} },
    async (request, { completed, remoteAddr }) => {
      // Rejects where the viewer has gone: no matter.
      answers.run(() => completed).catch(() => {});
      return await handler(request, remoteAddr.hostname);
    },
  );
  return {
    address: server.addr,
    async [Symbol.asyncDispose]() {
      await within(clock, LAST_ANSWERS_MS, answers.close());
      cutting.abort();
      await server.finished;
    },
  };
}
