/**
 * The server's sockets.
 *
 * @module
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Flusher } from "../../lib/messaging/xmpp/flusher.ts";
import { Broker } from "./broker.ts";
import { Connection, type ConnectionContext } from "./connection.ts";
import { serverSettings, type XmppServerOptions } from "./server_options.ts";
import { StanzaWriter } from "./stanza_writer.ts";
import { StreamRegistry } from "./stream_registry.ts";

/** A running server. */
export interface XmppServer extends AsyncDisposable {
  /** Address that it listens on. */
  readonly hostname: string;
  /** Port of plain TCP. */
  readonly port: number;
  /** Port of TLS; `undefined` where there is none. */
  readonly tlsPort: number | undefined;
  /** Domain that it serves. */
  readonly domain: string;
  /** Domain of its rooms. */
  readonly mucDomain: string;
  /** Where its stanzas meet: sessions in memory can join. */
  readonly broker: Broker;
  /** Connections at the moment. */
  readonly connectionCount: number;
  /** Cuts all connections at once, without a word, as a crash does: sessions are gone, clients may come back. */
  kill(): void;
  /** Cuts all connections as a failing network does: sessions wait for clients that can resume them. */
  cut(): void;
}

async function listen(server: Server, hostname: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, hostname, resolve);
  await promise;
  server.off("error", reject);
  return (server.address() as AddressInfo).port;
}

function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  return promise;
}

/**
 * Starts a server.
 *
 * @param options Its domain, its accounts and how it behaves.
 * @returns The server; disposing of it cuts all connections and frees its ports.
 * @throws {RangeError} When TLS is asked for without a certificate.
 * @throws {Error} When a port is taken.
 */
export async function startXmppServer(options: XmppServerOptions): Promise<XmppServer> {
  const settings = serverSettings(options);
  const { hostname = "127.0.0.1" } = options;
  const broker = new Broker(options);
  const connections = new Set<Connection>();
  const writer = new StanzaWriter();
  const context: ConnectionContext = {
    broker,
    settings,
    flusher: new Flusher(),
    writer,
    streams: new StreamRegistry(broker, settings, writer),
    onGone: (connection) => connections.delete(connection),
  };
  const accept = (secure: boolean) => (socket: Socket) => {
    connections.add(new Connection(socket, secure, context));
  };
  const plain = createServer({ noDelay: true }, accept(false));
  const handshakeTimeout = settings.limits.loginMs;
  const secure = options.tlsPort === undefined
    ? undefined
    : createTlsServer({ ...settings.tls, handshakeTimeout, noDelay: true }, accept(true));
  // Sockets whose handshake is not done are no connections yet, and would keep the server open.
  const raw = new Set<Socket>();
  secure?.on("connection", (socket: Socket) => {
    raw.add(socket);
    socket.once("close", () => raw.delete(socket));
  });
  const servers = secure === undefined ? [plain] : [plain, secure];
  for (const server of servers) server.maxConnections = settings.limits.maxConnections;
  const cut = () => {
    for (const connection of [...connections]) connection.drop();
    for (const socket of raw) socket.destroy();
  };
  const kill = () => {
    broker.kill();
    cut();
  };
  const port = await listen(plain, hostname, options.port ?? 0);
  let tlsPort: number | undefined;
  try {
    if (secure !== undefined) tlsPort = await listen(secure, hostname, options.tlsPort ?? 0);
  } catch (error) {
    await close(plain);
    throw error;
  }
  return {
    hostname,
    port,
    tlsPort,
    domain: broker.settings.domain,
    mucDomain: broker.settings.mucDomain,
    broker,
    get connectionCount() {
      return connections.size;
    },
    kill,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = servers.map(close);
      broker.stop();
      kill();
      await Promise.all(closed);
    },
  };
}
