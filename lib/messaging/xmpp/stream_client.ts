/**
 * The client of @xmpp/client-core on the project's own socket and parser.
 *
 * @module
 */
/// <reference path="../../../types/xmpp.d.ts" />
import { Client } from "@xmpp/client-core";
import ConnectionTCP from "@xmpp/connection-tcp";
import type { XmlElement } from "../../protocol/xml.ts";
import { StreamParser } from "./stream_parser.ts";
import { type SocketParameters, StreamSocket } from "./stream_socket.ts";

/** Options of {@linkcode StreamClient}. */
export interface StreamClientOptions {
  /** The server's domain. */
  readonly domain: string;
  /** Longest wait for the server's stream header, in milliseconds. */
  readonly timeoutMs: number;
  /** Where to connect to. */
  readonly target: SocketParameters;
  /** Told that something came in. */
  onData(): void;
  /** Sees each element first; `true` keeps it from the library. */
  intercept(element: XmlElement): boolean;
}

class Transport extends ConnectionTCP {}
Object.assign(Transport.prototype, {
  NS: "jabber:client",
  Socket: StreamSocket,
  Parser: StreamParser,
});

/** One stream; events as of @xmpp/connection. */
export class StreamClient extends Client {
  /** The socket; `null` before {@linkcode begin} and once closed. */
  declare readonly socket: StreamSocket | null;
  /** The parser of the stream at hand; `null` between streams. */
  declare readonly parser: StreamParser | null;
  readonly #options: StreamClientOptions;

  /**
   * Prepares a stream; {@linkcode begin} opens it.
   *
   * @param options Where to connect to, and who looks at what comes.
   */
  constructor(options: StreamClientOptions) {
    super({ domain: options.domain, timeout: options.timeoutMs });
    this.#options = options;
    this.transports.push(Transport);
  }

  /**
   * Connects and opens the stream.
   *
   * @throws {Error} When the server cannot be reached or doesn't answer.
   */
  async begin(): Promise<void> {
    // The address is only looked at for the protocol; the socket gets its target below.
    await this.connect("xmpp://server");
    await this.open({ domain: this.#options.domain });
  }

  /** What the socket is given; the library asks for it. */
  override socketParameters(): SocketParameters {
    return this.#options.target;
  }

  /** Takes text from the socket. */
  override _onData(text: string): void {
    this.#options.onData();
    super._onData(text);
  }

  /** Takes a parser for a stream that begins. */
  override _attachParser(parser: StreamParser): void {
    parser.intercept = this.#options.intercept;
    super._attachParser(parser);
  }

  /** Lets go of the parser; what it still had to read belongs to no stream. */
  override _detachParser(): void {
    this.parser?.stop();
    super._detachParser();
  }
}
