/**
 * A client that costs next to nothing: it logs in by fixed texts, sends the same bytes again and again and
 * counts what it gets without parsing it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";

/** Where and as whom a client logs in. */
export interface ClientOptions {
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  /** Text that is counted, in what comes. Default: `</message>`. */
  readonly counted?: string | undefined;
}

/** One connection with a session, available. */
export class Client {
  readonly #socket: Socket;
  readonly #counted: Buffer;
  #leftOver: Buffer = Buffer.alloc(0);
  /** Called for chunks that complete messages, with their number. */
  onMessages: (count: number) => void = () => {};

  private constructor(socket: Socket, counted: string, onEnd: (error: Error) => void) {
    this.#socket = socket;
    this.#counted = Buffer.from(counted);
    socket.on("data", (chunk: Buffer) => this.#count(chunk));
    socket.on("error", onEnd);
    socket.on("close", () => onEnd(new Error("Cannot go on: the server closed a connection")));
  }

  /**
   * Connects, logs in and sends presence.
   *
   * @param options Where and as whom.
   * @param onEnd Told when the connection ends, unless by {@linkcode close}.
   */
  static async open(options: ClientOptions, onEnd: (error: Error) => void): Promise<Client> {
    const { host, port, domain, user, password } = options;
    const socket = connect({ host, port, noDelay: true });
    const header = `<stream:stream xmlns='jabber:client' to='${domain}' version='1.0' ` +
      `xmlns:stream='http://etherx.jabber.org/streams'>`;
    const token = Buffer.from(`\0${user}\0${password}`).toString("base64");
    await ask(socket, header, "</stream:features>");
    await ask(
      socket,
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${token}</auth>`,
      "<success",
    );
    await ask(socket, header, "</stream:features>");
    await ask(
      socket,
      `<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>` +
        `<resource>${RESOURCE}</resource></bind></iq>`,
      "<jid>",
    );
    // The server's answer shows that the presence before it has been worked off.
    await ask(
      socket,
      `<presence/><iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>`,
      /<iq[^>]* id=['"]p['"]/,
    );
    return new Client(socket, options.counted ?? "</message>", onEnd);
  }

  /** Sends bytes as they are. */
  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Cuts the connection. */
  close(): void {
    this.#socket.removeAllListeners();
    this.#socket.on("error", () => {});
    this.#socket.destroy();
  }

  #count(chunk: Buffer): void {
    const bytes = this.#leftOver.length === 0 ? chunk : Buffer.concat([this.#leftOver, chunk]);
    let count = 0;
    let end = 0;
    for (let found = bytes.indexOf(this.#counted); found >= 0; count++) {
      end = found + this.#counted.length;
      found = bytes.indexOf(this.#counted, end);
    }
    // What is left may end with the beginning of the next end: that much is kept.
    const left = bytes.subarray(Math.max(end, bytes.length - this.#counted.length + 1));
    this.#leftOver = left.length === 0 ? left : Buffer.from(left);
    if (count > 0) this.onMessages(count);
  }
}

/** Resource that every client binds. */
export const RESOURCE = "0123456789abcdef0123456789abcdef";

/** Sends text and waits for another in what comes back. */
function ask(socket: Socket, text: string, awaited: string | RegExp): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let answer = "";
  const onData = (chunk: Buffer) => {
    answer += chunk.toString("latin1");
    const found = typeof awaited === "string" ? answer.includes(awaited) : awaited.test(answer);
    if (found) settle(resolve);
    else if (answer.includes("<failure")) fail();
  };
  const fail = () => settle(() => reject(new Error(`Cannot log in: got ${answer.slice(-300)}`)));
  const settle = (how: () => void) => {
    socket.off("data", onData).off("error", fail).off("close", fail);
    how();
  };
  socket.on("data", onData).on("error", fail).on("close", fail);
  socket.write(text);
  return promise;
}
