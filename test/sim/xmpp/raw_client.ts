/**
 * A client that speaks XMPP by hand, for tests of the server's own words.
 *
 * @module
 */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { xml, type XmlElement } from "../../../lib/protocol/xml.ts";
import { XmlStreamParser } from "../../../lib/protocol/xml_parser.ts";

/** Longest wait for something that must come. */
const PATIENCE_MS = 10_000;

/** A connection, its input as elements. */
export class RawClient implements AsyncDisposable {
  #socket: Socket;
  #parser: XmlStreamParser;
  readonly #came: XmlElement[] = [];
  #wake: () => void = () => {};
  #closed = false;
  /** How many elements stood before the one taken last. */
  #skipped = 0;
  readonly #decoder = new TextDecoder();

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#parser = this.#newParser();
    this.#listen();
  }

  /** Connects without TLS. */
  static connect(port: number): Promise<RawClient> {
    const { promise, resolve, reject } = Promise.withResolvers<RawClient>();
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => resolve(new RawClient(socket)));
    return promise;
  }

  /** Connects with TLS, trusting `ca`. */
  static connectTls(port: number, ca: string, servername: string): Promise<RawClient> {
    const { promise, resolve, reject } = Promise.withResolvers<RawClient>();
    const socket = connectTls({ host: "127.0.0.1", port, ca, servername });
    socket.once("error", reject);
    socket.once("secureConnect", () => resolve(new RawClient(socket)));
    return promise;
  }

  /** Connects, logs in with PLAIN, binds and sends presence. */
  static async login(port: number, domain: string, user: string, resource: string) {
    const client = await RawClient.connect(port);
    await client.plain(domain, user, resource);
    return client;
  }

  /** Logs in with PLAIN on a fresh connection; the password is `USER-password`. */
  async plain(domain: string, user: string, resource: string): Promise<void> {
    await this.open(domain);
    const secret = btoa(`\0${user}\0${user}-password`);
    this.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${secret}</auth>`);
    await this.next("success");
    this.restart();
    await this.open(domain);
    this.send(
      "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>" +
        `<resource>${resource}</resource></bind></iq><presence/>`,
    );
    await this.next("iq");
    await this.next("presence");
  }

  /** Opens a stream; gives back the features. */
  async open(domain: string): Promise<XmlElement> {
    this.send(header(domain));
    await this.next("stream:stream");
    return await this.next("stream:features");
  }

  /** Sends text as it is. */
  send(text: string | Uint8Array): void {
    this.#socket.write(text);
  }

  /** Expects a new stream from here on. */
  restart(): void {
    this.#parser = this.#newParser();
  }

  /** Goes over to TLS, trusting `ca`. */
  async secure(ca: string, servername: string): Promise<void> {
    this.#socket.removeAllListeners();
    const secured = connectTls({ socket: this.#socket, ca, servername });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    secured.once("error", reject);
    secured.once("secureConnect", resolve);
    await promise;
    this.#socket = secured;
    this.restart();
    this.#listen();
  }

  /** Waits for the next element, header or `end`; with a name, skips all others. */
  async next(name?: string): Promise<XmlElement> {
    const found = await this.take((element) => name === undefined || element.name === name);
    if (name !== undefined) this.#came.splice(0, this.#skipped);
    return found;
  }

  /** Waits for an element and leaves those before it for later. */
  async take(wanted: (element: XmlElement) => boolean): Promise<XmlElement> {
    for (;;) {
      this.#skipped = this.#came.findIndex(wanted);
      const [element] = this.#skipped < 0 ? [] : this.#came.splice(this.#skipped, 1);
      if (element !== undefined) return element;
      await this.#change(`what was expected is not among ${JSON.stringify(this.#came)}`);
    }
  }

  /** Waits until the server has closed the connection; gives back what came before. */
  async closed(): Promise<readonly XmlElement[]> {
    while (!this.#closed) await this.#change("the connection stays open");
    return this.#came;
  }

  /** Stops reading. */
  pause(): void {
    this.#socket.pause();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.resume();
    this.#socket.destroy();
    await this.closed();
  }

  async #change(complaint: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const late = AbortSignal.timeout(PATIENCE_MS);
    const fail = () => reject(new Error(`Cannot go on: ${complaint}`));
    late.addEventListener("abort", fail, { once: true });
    await promise.finally(() => late.removeEventListener("abort", fail));
  }

  #newParser(): XmlStreamParser {
    const take = (element: XmlElement) => {
      this.#came.push(element);
      this.#wake();
    };
    return new XmlStreamParser({ onStart: take, onElement: take, onEnd: () => take(xml("end")) });
  }

  #listen(): void {
    this.#socket.on("data", (chunk: Uint8Array) => {
      this.#parser.write(this.#decoder.decode(chunk, { stream: true }));
    });
    this.#socket.on("error", () => this.#socket.destroy());
    this.#socket.on("close", () => {
      this.#closed = true;
      this.#wake();
    });
  }
}

/** A stream header, written as the original writes it. */
export function header(domain: string): string {
  return `<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' ` +
    `to='${domain}' version='1.0' xmlns='jabber:client'>`;
}
