/**
 * One TCP connection of a client.
 *
 * @module
 */

import { isDisconnect } from "../connection_errors.ts";
import { encodeText } from "./bytes.ts";
import { execute } from "./dispatch.ts";
import { ErrorReply, NO_REPLY, type Reply } from "./reply.ts";
import { GUEST_LIMITS, ProtocolError, type RespLimits, RespParser } from "./resp_parser.ts";
import { RespWriter } from "./resp_writer.ts";
import { Session, type SessionSink } from "./session.ts";
import type { RedisStore } from "./store.ts";

/** A client that lets this much output wait is not read from until it has taken some, in bytes. */
const OUTPUT_PAUSE_BYTES = 1024 * 1024;

/** A blocked client may send this much ahead before it is not read from, in bytes. */
const INPUT_PAUSE_BYTES = 1024 * 1024;

/** Options of {@linkcode Connection}. */
export interface ConnectionOptions {
  /** Password that the client must give. */
  readonly password?: string | undefined;
  /** Limits on what the client may send. */
  readonly limits: RespLimits;
  /** A client that lets more output wait is cut off, in bytes. */
  readonly outputLimitBytes: number;
  /** Asks for {@linkcode Connection.flush} once the writes so far are safe in the log. */
  readonly onOutput: (connection: Connection) => void;
}

/** A client's connection: reads commands, executes them, sends the answers in batches. */
export class Connection implements SessionSink {
  readonly #session: Session;
  readonly #parser: RespParser;
  readonly #writer = new RespWriter();
  readonly #conn: Deno.TcpConn;
  readonly #options: ConnectionOptions;
  #isWriting = false;
  #isClosed = false;
  #isExecuting = false;
  #resumeReading: (() => void) | undefined;

  /**
   * @param conn The accepted connection.
   * @param store The data.
   * @param options See {@linkcode ConnectionOptions}.
   */
  constructor(conn: Deno.TcpConn, store: RedisStore, options: ConnectionOptions) {
    const { hostname, port } = conn.remoteAddr;
    this.#conn = conn;
    this.#options = options;
    this.#session = new Session(store, this, {
      password: options.password,
      address: `${hostname}:${port}`,
    });
    this.#session.onKill = () => this.close();
    this.#parser = new RespParser(this.#session.isAuthenticated ? options.limits : GUEST_LIMITS);
  }

  /** Serves the client until either side ends the connection. */
  async serve(): Promise<void> {
    try {
      this.#conn.setNoDelay(true);
      while (!this.#isClosed) {
        if (this.#mustPause()) await this.#pause();
        const length = await this.#conn.read(this.#parser.space());
        if (length === null) break;
        this.#parser.commit(length);
        this.#executeReceived();
      }
    } catch (error) {
      // A client that is gone ends its connection, nothing else; any other error is a defect.
      if (!isDisconnect(error)) throw error;
    } finally {
      this.close();
    }
  }

  /** Sends what has been collected. */
  flush(): void {
    if (this.#isWriting || this.#isClosed) return;
    if (this.#writer.length === 0) {
      if (this.#session.isClosing) this.close();
      return;
    }
    this.#isWriting = true;
    this.#write().catch((error) => {
      this.close();
      if (!isDisconnect(error)) throw error;
    });
  }

  /** Executes nothing more, and ends the connection when the client has taken its answers. */
  end(): void {
    this.#session.isClosing = true;
    this.flush();
  }

  /** Ends the connection at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#session.close();
    this.#resumeReading?.();
    this.#conn.close();
  }

  /** @inheritdoc */
  send(reply: Reply): void {
    if (this.#isClosed) return;
    this.#writer.write(reply, this.#session.protocol);
    if (this.#writer.length > this.#options.outputLimitBytes) this.close();
    else if (!this.#isExecuting) this.#options.onOutput(this);
  }

  /** @inheritdoc */
  resume(reply: Reply): void {
    this.send(reply);
    // Commands sent behind the blocking one follow once the command that woke it is complete.
    queueMicrotask(() => this.#executeReceived());
    this.#resumeReading?.();
  }

  #executeReceived(): void {
    const session = this.#session;
    const parser = this.#parser;
    this.#isExecuting = true;
    try {
      while (!session.isBlocked && !session.isClosing && !this.#isClosed) {
        const words = parser.next();
        if (words === null) break;
        const outcome = execute(session, words);
        if (outcome !== NO_REPLY) this.#writer.write(outcome, session.protocol);
        if (parser.limits !== this.#options.limits && session.isAuthenticated) {
          parser.limits = this.#options.limits;
        }
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#writer.write(new ErrorReply(encodeText(`ERR Protocol error: ${error.message}`)), 2);
      session.isClosing = true;
    } finally {
      this.#isExecuting = false;
    }
    if (this.#writer.length > 0 || session.isClosing) this.#options.onOutput(this);
  }

  async #write(): Promise<void> {
    const taken = this.#writer.take();
    for (let sent = 0; sent < taken.length;) sent += await this.#conn.write(taken.subarray(sent));
    this.#writer.recycle(taken);
    this.#isWriting = false;
    if (this.#isClosed) return;
    this.#resumeReading?.();
    // Answers collected meanwhile wait for the log as all do: sending them from here would
    // acknowledge writes that a crash could still lose.
    if (this.#writer.length > 0) this.#options.onOutput(this);
    else if (this.#session.isClosing) this.close();
  }

  #mustPause(): boolean {
    const isAhead = this.#session.isBlocked && this.#parser.pendingBytes > INPUT_PAUSE_BYTES;
    return isAhead || this.#session.isClosing || this.#writer.length > OUTPUT_PAUSE_BYTES;
  }

  async #pause(): Promise<void> {
    while (this.#mustPause() && !this.#isClosed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#resumeReading = resolve;
      await promise;
    }
    this.#resumeReading = undefined;
  }
}
