/**
 * One TCP connection of a client.
 *
 * @module
 */

import { isDisconnect } from "../connection_errors.ts";
import type { CommandContext } from "./commands/command.ts";
import { dispatch } from "./dispatch.ts";
import { Framer } from "./wire/framer.ts";
import { parseMessage } from "./wire/message.ts";
import { WireError } from "./wire/wire_error.ts";

/** Answers are sent before more messages are executed, once they are this long, in bytes. */
const OUTPUT_PAUSE_BYTES = 1024 * 1024;

/** A client's connection: takes messages in their order and sends an answer for each. */
export class Connection implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly #context: CommandContext;
  readonly #id: number;
  readonly #framer: Framer;
  #isClosed = false;

  /**
   * @param conn The accepted connection.
   * @param context What commands work on.
   * @param id Number of the connection.
   */
  constructor(conn: Deno.TcpConn, context: CommandContext, id: number) {
    this.#conn = conn;
    this.#context = context;
    this.#id = id;
    this.#framer = new Framer(context.limits.messageBytes);
  }

  /**
   * Serves the client until either side ends the connection.
   *
   * @throws {Error} When changes cannot be kept.
   */
  async serve(): Promise<void> {
    try {
      this.#conn.setNoDelay(true);
      while (!this.#isClosed) {
        const length = await this.#conn.read(this.#framer.space());
        if (length === null) break;
        this.#framer.commit(length);
        while (!this.#isClosed && await this.#answerReceived());
      }
    } catch (error) {
      // A client that is gone, or speaks another protocol, ends its connection and nothing else.
      if (!(error instanceof WireError) && !isDisconnect(error)) throw error;
    } finally {
      this[Symbol.dispose]();
    }
  }

  /** Ends the connection at once. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }

  /** Executes what has come, makes the changes last, and answers. @returns Whether more has come. */
  async #answerReceived(): Promise<boolean> {
    const answers: Uint8Array[] = [];
    let answerBytes = 0;
    let mustSync = false;
    let isMore = true;
    let broken: WireError | undefined;
    while (answerBytes < OUTPUT_PAUSE_BYTES) {
      try {
        const bytes = this.#framer.next();
        isMore = bytes !== undefined;
        if (bytes === undefined) break;
        const outcome = dispatch(parseMessage(bytes), this.#context, this.#id);
        mustSync ||= outcome.mustSync;
        if (outcome.answer === undefined) continue;
        answers.push(outcome.answer);
        answerBytes += outcome.answer.length;
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        broken = error;
        break;
      }
    }
    this.#context.catalogue.commit(mustSync);
    for (const answer of answers) await writeAll(this.#conn, answer);
    if (broken !== undefined) throw broken;
    return isMore;
  }
}

async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}
