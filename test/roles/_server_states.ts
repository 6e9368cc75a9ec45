/**
 * Servers in each state in which a question can find them.
 *
 * @module
 */
import { startMongoServer } from "../../sim/mongo/mod.ts";
import { freePort } from "../_free_port.ts";

const HOSTNAME = "127.0.0.1";

/** A server that takes connections and never says a word. */
export function startSilentServer(): AsyncDisposable & { readonly port: number } {
  const port = freePort();
  const listener = Deno.listen({ hostname: HOSTNAME, port });
  const connections: Deno.Conn[] = [];
  const listening = (async () => {
    for await (const connection of listener) connections.push(connection);
  })();
  return {
    port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await listening;
      for (const connection of connections) connection.close();
    },
  };
}

/** A MongoDB, or its place. */
export interface MongoState extends AsyncDisposable {
  readonly url: string;
  /** Brings it from its first state into the one that it is named for, once somebody is connected. */
  go(): Promise<void>;
}

/** Makes each state. */
export const MONGO_STATES: Readonly<Record<string, () => Promise<MongoState>>> = {
  "was never there": () => Promise.resolve(stateOf(freePort())),
  "says nothing": () => {
    const server = startSilentServer();
    return Promise.resolve(stateOf(server.port, server));
  },
  "answers": async () => {
    const server = await startMongoServer();
    return stateOf(server.port, server);
  },
  "has gone": async () => {
    const server = await startMongoServer({ port: freePort() });
    return { ...stateOf(server.port), go: async () => await server[Symbol.asyncDispose]() };
  },
};

function stateOf(port: number, server?: AsyncDisposable): MongoState {
  return {
    url: `mongodb://${HOSTNAME}:${port}`,
    go: () => Promise.resolve(),
    async [Symbol.asyncDispose]() {
      await server?.[Symbol.asyncDispose]();
      // The driver gives a connection up one millisecond after its time is over, closed or not.
      await new Promise((resolve) => setTimeout(resolve, 2));
    },
  };
}
