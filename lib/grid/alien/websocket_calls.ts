/**
 * AliEn's commands over a WebSocket. A session answers one command after the other, in order
 * (`WebsocketEndpoint.onMessage`), and is closed by the services after 15 idle minutes; a new one is
 * opened with the next command. Who calls is who the TLS client certificate names.
 *
 * @module
 */
import { type Clock, systemClock } from "../../clock.ts";
import { messageOf } from "../../error_message.ts";
import { type GridCallOptions, GridError } from "../adapter.ts";
import type { GridCertificate } from "../certificate.ts";
import { type AlienAnswer, type AlienCalls, parseAnswer } from "./answer.ts";

/** Longest answer that is read, in characters. */
const LONGEST_ANSWER = 64 * 2 ** 20;
/** Commands that wait for their turn at most. */
const MOST_WAITING = 1000;

/** As Deno has it; types of Node's, which come along with libraries, know nothing of the client. */
const Socket = WebSocket as unknown as new (
  url: string,
  options: { readonly client?: Deno.HttpClient },
) => WebSocket;

/** Options of {@linkcode websocketCalls}. */
export interface WebsocketCallsOptions {
  /** Address of the services, `wss://alice-jcentral.cern.ch:8097/websocket/json`. */
  readonly url: string;
  /** Shows who the site is. Default: it shows nothing. */
  readonly certificate?: GridCertificate | undefined;
  /** Longest wait for a session and for an answer. Default: 60,000 ms. */
  readonly timeoutMs?: number | undefined;
  /** Clock of waits. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/**
 * Makes a connection; nothing is opened before the first call.
 *
 * @param options See {@linkcode WebsocketCallsOptions}.
 */
export function websocketCalls(options: WebsocketCallsOptions): AlienCalls {
  return new WebsocketCalls(options);
}

class WebsocketCalls implements AlienCalls {
  readonly #options: WebsocketCallsOptions;
  #socket: WebSocket | undefined;
  /** Settles when the last command that was called has been answered. */
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  constructor(options: WebsocketCallsOptions) {
    this.#options = options;
  }

  async call(
    command: string,
    options: readonly string[],
    { signal }: GridCallOptions = {},
  ): Promise<AlienAnswer> {
    signal?.throwIfAborted();
    if (this.#waiting >= MOST_WAITING) throw away(`over ${MOST_WAITING} commands wait`);
    this.#waiting++;
    const turn = this.#turn.then(() => this.#exchange(command, options, signal));
    this.#turn = turn.catch(() => {});
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const leave = () => reject(signal?.reason);
    signal?.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([turn, aborted]);
    } finally {
      signal?.removeEventListener("abort", leave);
      this.#waiting--;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#turn;
    const socket = this.#socket;
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.addEventListener("close", () => resolve(), { once: true });
    socket.close(1000);
    await promise;
  }

  async #exchange(
    command: string,
    options: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<AlienAnswer> {
    signal?.throwIfAborted();
    if (this.#closed) throw away("this connection is closed");
    const socket = await this.#open(signal);
    const text = await this.#answerOf(socket, "message", signal, () => {
      socket.send(JSON.stringify({ command, options }));
    });
    if (text.length > LONGEST_ANSWER) {
      throw new GridError(`Cannot read AliEn's answer to ${command}: it is too long`, {
        transient: false,
      });
    }
    try {
      return parseAnswer(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new GridError(error.message, { cause: error, transient: true });
    }
  }

  async #open(signal: AbortSignal | undefined): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN) return this.#socket;
    const client = await clientOf(this.#options.certificate);
    const socket = new Socket(this.#options.url, client === undefined ? {} : { client });
    this.#socket = socket;
    await this.#answerOf(socket, "open", signal, () => {});
    return socket;
  }

  /**
   * Waits for an event after something was started. Whatever else happens ends the session: an answer
   * that comes late must not be taken for that of the next command.
   */
  async #answerOf(
    socket: WebSocket,
    event: "open" | "message",
    signal: AbortSignal | undefined,
    start: () => void,
  ): Promise<string> {
    const { clock = systemClock, timeoutMs = 60_000 } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const listeners = new AbortController();
    const how = { signal: listeners.signal };
    const fail = (reason: unknown) => {
      reject(reason);
      socket.close();
    };
    socket.addEventListener(event, ({ data }: Event & { data?: unknown }) => {
      resolve(String(data));
    }, how);
    socket.addEventListener("error", (event) => fail(away((event as ErrorEvent).message)), how);
    socket.addEventListener("close", ({ code, reason }) => {
      fail(away(`the session was closed (${code} ${reason})`));
    }, how);
    signal?.addEventListener("abort", () => fail(signal.reason), how);
    const timer = clock.after(timeoutMs, () => fail(away(`no answer in ${timeoutMs} ms`)));
    try {
      start();
      return await promise;
    } finally {
      timer.cancel();
      listeners.abort();
    }
  }
}

async function clientOf(certificate: GridCertificate | undefined) {
  try {
    return await certificate?.client();
  } catch (error) {
    // It may be about to be renewed.
    throw away(`its certificate cannot be read: ${messageOf(error)}`);
  }
}

function away(reason: string): GridError {
  return new GridError(`Cannot reach AliEn: ${reason}`, { transient: true });
}
