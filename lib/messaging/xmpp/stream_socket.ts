/**
 * The socket under a stream: TCP or TLS, the one turned into the other by STARTTLS, bytes turned into
 * text and text into as few writes as possible.
 *
 * @module
 */
import { EventEmitter } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { Flusher } from "./flusher.ts";

/** TLS as a client wants it. */
export interface TlsParameters {
  /** Name that the server's certificate must bear. */
  readonly servername: string;
  /** Trusted certificate authorities in PEM; `undefined`: those of the system. */
  readonly ca?: string | undefined;
  /** Whether a certificate that cannot be verified ends the connection. */
  readonly rejectUnauthorized: boolean;
}

/** Where a socket connects to. */
export interface SocketParameters {
  /** Host name or address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** TLS from the first byte on. */
  readonly tls?: TlsParameters | undefined;
}

/** Many sessions of one process leave together. */
const FLUSHER = new Flusher();
/** Bytes under way to a peer that doesn't read them, above which a socket counts as saturated. */
const SATURATION_BYTES = 1 << 20;

function tlsOptions(parameters: TlsParameters): tls.ConnectionOptions {
  const { servername, ca, rejectUnauthorized } = parameters;
  // An address is no server name (RFC 6066, 3); the certificate is then checked against the address.
  const name = net.isIP(servername) === 0 ? { servername } : { host: servername };
  return { ...name, rejectUnauthorized, ...(ca === undefined ? {} : { ca }) };
}

/**
 * A socket as @xmpp/connection uses one. Events: `connect`, `data` (text), `drain` (what was written
 * has left), `flush` (the text that is written now), `error`, `close`.
 */
export class StreamSocket extends EventEmitter {
  /** Whether the connection is encrypted. */
  secure = false;
  #inner: net.Socket | undefined;
  #pending = "";
  #destroyed = false;
  #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /** Connects; `connect` or `error` follows. */
  connect(parameters: SocketParameters): void {
    const { host, port } = parameters;
    if (parameters.tls === undefined) {
      const inner = net.connect({ host, port });
      this.#attach(inner);
      inner.once("connect", () => this.emit("connect"));
      return;
    }
    const inner = tls.connect({ ...tlsOptions(parameters.tls), host, port });
    this.#attach(inner);
    inner.once("secureConnect", () => {
      this.secure = true;
      this.emit("connect");
    });
  }

  /**
   * Goes on encrypted, after the server's `<proceed/>`.
   *
   * @param parameters What is expected of the server's certificate.
   * @throws {Error} When the handshake or the verification fails.
   */
  upgrade(parameters: TlsParameters): Promise<void> {
    const plain = this.#inner;
    if (plain === undefined || this.#destroyed) {
      return Promise.reject(new Error("Cannot start TLS: socket is closed"));
    }
    for (const event of ["data", "error", "close"]) plain.removeAllListeners(event);
    plain.on("error", () => {}); // the TLS socket reports it too
    this.#decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const inner = tls.connect({ ...tlsOptions(parameters), socket: plain });
    this.#attach(inner);
    inner.once("secureConnect", () => {
      this.secure = true;
      resolve();
    });
    inner.once("error", reject);
    inner.once("close", () => reject(new Error("Cannot start TLS: connection closed")));
    return promise;
  }

  /** Whether the peer is on this machine. */
  get loopback(): boolean {
    const address = this.#inner?.remoteAddress ?? "";
    return address === "::1" || /^(::ffff:)?127\./.test(address);
  }

  /** Whether so much is under way that more should wait. */
  get saturated(): boolean {
    return this.#pending.length + (this.#inner?.writableLength ?? 0) >= SATURATION_BYTES;
  }

  /** Text that is taken and not written yet. */
  get pending(): string {
    return this.#pending;
  }

  /**
   * Writes text. All that is written in one go (until the sockets that were ready have been read, and what
   * that brought about has been done) leaves as one piece.
   *
   * @param text The text.
   * @param callback Called at once: the text is taken, not yet sent.
   */
  write(text: string, callback?: () => void): void {
    if (this.#pending === "") FLUSHER.add(this);
    this.#pending += text;
    callback?.();
  }

  /** Sends what is pending, then ends our side. */
  end(): void {
    this.flush();
    this.#inner?.end();
  }

  /** Closes at once; nothing but `close` is emitted any more. */
  destroy(): void {
    this.#destroyed = true;
    this.#inner?.destroy();
  }

  /** As {@linkcode destroy}, but what was written leaves first. */
  destroySoon(): void {
    if (this.#destroyed) return;
    this.flush();
    this.#destroyed = true;
    this.#inner?.destroySoon();
  }

  /** Sends what is pending. */
  flush(): void {
    const text = this.#pending;
    this.#pending = "";
    if (text === "" || this.#destroyed) return;
    this.#inner?.write(text, () => {
      if (!this.#destroyed) this.emit("drain");
    });
    this.emit("flush", text);
  }

  #attach(inner: net.Socket): void {
    this.#inner = inner;
    inner.setNoDelay(true);
    inner.on("data", (bytes: Uint8Array) => this.#receive(bytes));
    inner.on("error", (error: Error) => this.#fail(error));
    inner.on("close", () => this.emit("close"));
  }

  #receive(bytes: Uint8Array): void {
    if (this.#destroyed) return;
    try {
      // Streaming: a character split between two chunks is put together again.
      this.emit("data", this.#decoder.decode(bytes, { stream: true }));
    } catch (error) {
      // The parser and the library's listeners throw here; uncaught, it would end the process.
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (!this.#destroyed) this.emit("error", error);
  }
}
