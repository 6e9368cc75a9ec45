/**
 * A client that sends exactly the bytes it is told to and shows exactly what comes back.
 *
 * @module
 */

import { bytesOfLatin1, latin1Of } from "../../../sim/chirp/small_file.ts";

/** The request behind every other one; its answer tells that the one before is complete. */
const SENTINEL = "whoami 16\n";
const SENTINEL_ANSWER = "16\naddress:127.0.0.";

/** What stands for the end of the connection in an answer. */
export const CLOSED = "<closed>";

/** One raw connection. */
export class RawClient implements Disposable {
  #pending = "";
  #ended = false;

  constructor(readonly connection: Deno.TcpConn) {}

  /** Connects and proves to be `address:127.0.0.1`, unless told not to. */
  static async connect(port: number, options: { readonly authenticate?: boolean } = {}) {
    const client = new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
    if (options.authenticate ?? true) {
      await client.send("address\n");
      await client.until("yes\nyes\naddress\n127.0.0.1\n");
    }
    return client;
  }

  /** Sends bytes, or text with one byte a character. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? bytesOfLatin1(data) : data;
    for (let done = 0; done < bytes.length;) {
      done += await this.connection.write(bytes.subarray(done));
    }
  }

  /** Sends a request with its data and takes everything that is answered. */
  async ask(request: string): Promise<string> {
    try {
      await this.send(request + SENTINEL);
    } catch {
      this.#ended = true;
    }
    const answer = await this.until(SENTINEL_ANSWER);
    return answer.endsWith(SENTINEL_ANSWER) ? answer.slice(0, -SENTINEL_ANSWER.length) : answer;
  }

  /** Reads until the text ends in `end`, or the connection does. */
  async until(end: string): Promise<string> {
    let found = this.#pending.indexOf(end);
    while (found < 0 && !this.#ended) {
      const searched = Math.max(0, this.#pending.length - end.length);
      await this.#fill();
      found = this.#pending.indexOf(end, searched);
    }
    const length = found < 0 ? this.#pending.length : found + end.length;
    const text = this.#pending.slice(0, length);
    this.#pending = this.#pending.slice(length);
    return found < 0 ? text + CLOSED : text;
  }

  /** Reads this many bytes of data, one character a byte. */
  async take(lengthBytes: number): Promise<string> {
    const pieces = [this.#pending];
    let length = this.#pending.length;
    while (length < lengthBytes && !this.#ended) {
      this.#pending = "";
      await this.#fill();
      pieces.push(this.#pending);
      length += this.#pending.length;
    }
    const text = pieces.join("");
    this.#pending = text.slice(lengthBytes);
    return text.slice(0, lengthBytes);
  }

  /** Reads until the server closes the connection. */
  async rest(): Promise<string> {
    while (!this.#ended) await this.#fill();
    const text = this.#pending;
    this.#pending = "";
    return text;
  }

  async #fill(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    const count = await this.connection.read(buffer).catch(() => null);
    if (count === null) this.#ended = true;
    else this.#pending += latin1Of(buffer.subarray(0, count));
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }
}
