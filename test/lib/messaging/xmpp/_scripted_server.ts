/**
 * A server that says what a test tells it to, right or wrong.
 *
 * @module
 */

const encoder = new TextEncoder();

/** Texts of a well-behaved server. */
export const HEADER = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' " +
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' id='1' from='site.test'>";
export const LOGIN_FEATURES = "<stream:features><mechanisms " +
  "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>" +
  "</stream:features>";
export const BIND_FEATURES =
  "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>";
export const SUCCESS = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";

/** The client's end of a connection, as the server sees it. */
export class Peer {
  /** What came in and was not expected yet. */
  received = "";
  readonly #connection: Deno.TcpConn;
  readonly #decoder = new TextDecoder();

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Sends text or bytes. */
  async send(data: string | Uint8Array): Promise<void> {
    let rest = typeof data === "string" ? encoder.encode(data) : data;
    while (rest.length > 0) rest = rest.subarray(await this.#connection.write(rest));
  }

  /** Reads more bytes; `undefined` at the end. */
  async read(): Promise<Uint8Array | undefined> {
    const buffer = new Uint8Array(65536);
    const count = await this.#connection.read(buffer);
    return count === null ? undefined : buffer.subarray(0, count);
  }

  /** Reads until what is expected has come, and returns its match. */
  async expect(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.received);
      if (match !== null) {
        this.received = this.received.slice(match.index + match[0].length);
        return match;
      }
      const bytes = await this.read();
      if (bytes === undefined) throw new Error(`${pattern} never came: ${this.received}`);
      this.received += this.#decoder.decode(bytes, { stream: true });
    }
  }

  /** Reads and drops everything until the client closes. */
  async drain(): Promise<void> {
    while (await this.read() !== undefined);
  }

  /** Closes at once. */
  close(): void {
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** One step of a login: waits for the client, then answers. */
export interface LoginStep {
  /** What the step is called. */
  readonly name: string;
  /** What the client must have said. */
  readonly expects: RegExp;
  /** The answer. */
  readonly answer: (match: RegExpExecArray) => string;
}

/** A login by PLAIN, step by step. */
export const LOGIN: readonly LoginStep[] = [
  { name: "the header", expects: /<stream:stream[^>]*>/, answer: () => HEADER + LOGIN_FEATURES },
  { name: "auth", expects: /<auth .*<\/auth>/, answer: () => SUCCESS },
  { name: "the restart", expects: /<stream:stream[^>]*>/, answer: () => HEADER + BIND_FEATURES },
  {
    name: "bind",
    expects: /<iq[^>]* id="([^"]*)".*<resource>([^<]*)<\/resource>.*<\/iq>/,
    answer: ([, id, resource]) =>
      `<iq type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>` +
      `<jid>a@site.test/${resource}</jid></bind></iq>`,
  },
  { name: "presence", expects: /<presence.*?(\/|<\/presence)>/, answer: () => "" },
];

/** Lets a client in. */
export async function login(peer: Peer, steps: readonly LoginStep[] = LOGIN): Promise<void> {
  for (const { expects, answer } of steps) await peer.send(answer(await peer.expect(expects)));
}

/** A running scripted server. */
export interface ScriptedServer extends AsyncDisposable {
  /** Port that it listens on, at 127.0.0.1. */
  readonly port: number;
  /** Errors of scripts that no closed connection explains. */
  readonly errors: unknown[];
}

/**
 * Starts a server.
 *
 * @param script Called for every connection, which is closed when it is done; connections count from 1.
 * @returns The server; disposing of it closes everything.
 */
export function scriptedServer(
  script: (peer: Peer, connection: number) => Promise<void>,
): ScriptedServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const peers = new Set<Peer>();
  const errors: unknown[] = [];
  const play = async (peer: Peer, number: number) => {
    try {
      await script(peer, number);
    } catch (error) {
      errors.push(error);
    } finally {
      peer.close();
      peers.delete(peer);
    }
  };
  const plays: Promise<void>[] = [];
  const serve = async () => {
    for await (const connection of listener) {
      const peer = new Peer(connection);
      peers.add(peer);
      plays.push(play(peer, plays.length + 1));
    }
  };
  const served = serve();
  return {
    port: listener.addr.port,
    errors,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const peer of peers) peer.close();
      await served;
      await Promise.all(plays);
    },
  };
}
