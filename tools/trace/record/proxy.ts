/**
 * The recording proxy: passes the bytes of XMPP connections on as they come, and writes down what they
 * say. Nothing is changed but one thing: STARTTLS is not offered, since what is encrypted cannot be read.
 *
 * @module
 */
import { messageOf } from "../../../lib/error_message.ts";
import { serializeXml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { XmlError } from "../../../lib/protocol/xml_parser.ts";
import type { TraceDirection } from "../../../lib/trace/mod.ts";
import { accountNamed } from "./account.ts";
import { type Piece, PieceCutter } from "./pieces.ts";
import { maskSecrets } from "./secrets.ts";
import type { RecordedConnection, TraceWriter } from "./trace_writer.ts";

/** A TCP address. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** Options of {@linkcode startProxy}. */
export interface ProxyOptions {
  /** Where components connect to; port 0 takes a free one. */
  readonly listen: Address;
  /** The XMPP server. */
  readonly to: Address;
  readonly writer: TraceWriter;
  /** Tells seconds since the recording began. */
  readonly seconds: () => number;
  /** True: passwords and tickets are written down. Default: false, they are masked. */
  readonly secrets?: boolean | undefined;
  /** Bytes of one stanza at most; a connection with larger ones is passed on unrecorded. Default: 4 MiB. */
  readonly maxStanzaBytes?: number | undefined;
  /** Connections at once at most; more are closed. Default: 10,000. */
  readonly maxConnections?: number | undefined;
  /** Told of what cannot be done or recorded. Default: nobody. */
  readonly onProblem?: ((problem: string) => void) | undefined;
}

/** A running proxy. Disposing of it closes every connection and frees its port. */
export interface RecordingProxy extends AsyncDisposable {
  readonly address: Address;
  /** Connections at the moment. */
  readonly connectionCount: number;
}

const MAX_STANZA_BYTES = 4 << 20;
const MAX_CONNECTIONS = 10_000;
const READ_BYTES = 64 << 10;

/**
 * Starts a proxy.
 *
 * @param options See {@linkcode ProxyOptions}.
 * @returns The proxy, listening.
 * @throws {Deno.errors.AddrInUse} When the port is taken.
 */
export function startProxy(options: ProxyOptions): RecordingProxy {
  const { listen, maxConnections = MAX_CONNECTIONS, onProblem = () => {} } = options;
  const listener = Deno.listen({ ...listen, transport: "tcp" });
  const connections = new Set<ProxiedConnection>();
  const running = new Set<Promise<void>>();
  const accepting = (async () => {
    for await (const client of listener) {
      if (connections.size >= maxConnections) {
        onProblem(`Closing a connection: there are ${connections.size} already`);
        client.close();
        continue;
      }
      const connection = new ProxiedConnection(client, options);
      connections.add(connection);
      const run = connection.run().finally(() => {
        connections.delete(connection);
        running.delete(run);
      });
      running.add(run);
    }
  })();
  const { hostname, port } = listener.addr as Deno.NetAddr;
  return {
    address: { hostname, port },
    get connectionCount() {
      return connections.size;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const connection of connections) connection.close();
      await Promise.all(running);
    },
  };
}

/** One component's connection and the one to the server behind it. */
class ProxiedConnection {
  readonly #client: Deno.TcpConn;
  readonly #options: ProxyOptions;
  readonly #recorded: RecordedConnection = { name: undefined };
  readonly #abort = new AbortController();
  #server: Deno.TcpConn | undefined;

  constructor(client: Deno.TcpConn, options: ProxyOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Passes on until either side has ended. */
  async run(): Promise<void> {
    const { to, onProblem, writer } = this.#options;
    try {
      const server = await Deno.connect({ ...to, signal: this.#abort.signal });
      this.#server = server;
      if (this.#abort.signal.aborted) return;
      server.setNoDelay(true);
      this.#client.setNoDelay(true);
      await Promise.all([
        this.#pass(this.#client, server, "c2s"),
        this.#pass(server, this.#client, "s2c"),
      ]);
    } catch (error) {
      if (!this.#abort.signal.aborted) {
        const reason = messageOf(error);
        onProblem?.(`Cannot reach ${to.hostname}:${to.port}: ${reason}`);
      }
    } finally {
      this.close();
      writer.end(this.#recorded);
    }
  }

  close(): void {
    this.#abort.abort();
    closeQuietly(this.#client);
    if (this.#server !== undefined) closeQuietly(this.#server);
  }

  /** Passes one direction on. */
  async #pass(from: Deno.TcpConn, to: Deno.TcpConn, dir: TraceDirection): Promise<void> {
    const tap = new Tap(dir, this.#recorded, this.#options);
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (;;) {
        const count = await from.read(buffer);
        if (count === null) break;
        for (const bytes of tap.take(buffer.subarray(0, count))) await writeAll(to, bytes);
      }
      await writeAll(to, tap.rest());
      await to.closeWrite();
    } catch {
      // Either side has gone: so must the other.
      this.close();
    }
  }
}

/** Reads one direction of a connection while it passes. */
class Tap {
  readonly #dir: TraceDirection;
  readonly #recorded: RecordedConnection;
  readonly #options: ProxyOptions;
  readonly #cutter: PieceCutter;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  /** The begun character at the end of what came. */
  #begun: Uint8Array = new Uint8Array();
  #deaf = false;

  constructor(dir: TraceDirection, recorded: RecordedConnection, options: ProxyOptions) {
    this.#dir = dir;
    this.#recorded = recorded;
    this.#options = options;
    this.#cutter = new PieceCutter(options.maxStanzaBytes ?? MAX_STANZA_BYTES);
  }

  /** What is to be passed on of what came. Once something cannot be read, all of it is, unread. */
  *take(bytes: Uint8Array): Generator<Uint8Array> {
    if (this.#deaf) return yield bytes;
    const all = concat(this.#begun, bytes);
    const whole = all.subarray(0, all.length - begunBytes(all));
    let passed = "";
    let unread: Uint8Array = all;
    try {
      const text = this.#decoder.decode(whole);
      unread = this.#begun = all.slice(whole.length);
      for (const piece of this.#cutter.push(text)) passed += this.#record(piece);
    } catch (error) {
      if (!(error instanceof XmlError || error instanceof TypeError)) throw error;
      this.#deaf = true;
      const name = this.#recorded.name ?? "nobody";
      this.#options.onProblem?.(
        `Not recording ${name} (${this.#dir}) any longer: ${error.message}`,
      );
      passed += this.#cutter.rest;
      return yield concat(this.#encoder.encode(passed), unread);
    }
    if (passed !== "") yield this.#encoder.encode(passed);
  }

  /** What came and was not passed on yet: a piece that its sender broke off. */
  rest(): Uint8Array {
    return this.#deaf
      ? new Uint8Array()
      : concat(this.#encoder.encode(this.#cutter.rest), this.#begun);
  }

  /** Writes a piece down; returns what is to be passed on in its place. */
  #record({ kind, text, element }: Piece): string {
    if (kind === "blank") return text;
    const { writer, seconds, secrets = false } = this.#options;
    const offer = this.#dir === "s2c" && element !== undefined ? withoutTls(element) : undefined;
    const passed = offer === undefined ? text : serializeXml(offer);
    const shown = offer ?? element;
    const masked = kind === "element" && shown !== undefined && !secrets
      ? maskSecrets(shown)
      : shown;
    const xml = masked === undefined || masked === shown ? passed.trim() : serializeXml(masked);
    writer.add(this.#recorded, seconds(), this.#dir, xml);
    const account = kind === "element" && element !== undefined ? accountNamed(element) : undefined;
    if (account !== undefined) writer.name(this.#recorded, account);
    return passed;
  }
}

/** A server's features without STARTTLS; `undefined` where there is nothing to take out. */
function withoutTls(element: XmlElement): XmlElement | undefined {
  if (element.name !== "stream:features") return undefined;
  const children = element.children.filter((child) =>
    typeof child === "string" || child.name !== "starttls"
  );
  return children.length === element.children.length ? undefined : { ...element, children };
}

/** Number of bytes at the end that are the beginning of a character. */
function begunBytes(bytes: Uint8Array): number {
  for (let count = 1; count <= 3 && count <= bytes.length; count++) {
    const byte = bytes[bytes.length - count] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > count ? count : 0;
  }
  return 0;
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  let left = bytes;
  while (left.length > 0) left = left.subarray(await to.write(left));
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
