/**
 * Raw connections to a server under test.
 *
 * @module
 */

/** A connection that sends and expects text, one character a byte. */
export class RawClient implements Disposable {
  readonly #conn: Deno.TcpConn;
  #received = "";

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects. */
  static async connect({ hostname, port }: { hostname: string; port: number }): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname, port }));
  }

  /** Sends text. */
  async send(text: string): Promise<void> {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
  }

  /** Reads as much text as `expected` is long, or up to the end of the connection. */
  async read(length: number): Promise<string> {
    const buffer = new Uint8Array(65536);
    while (this.#received.length < length) {
      const count = await this.#conn.read(buffer).catch(() => null);
      if (count === null) break;
      for (const byte of buffer.subarray(0, count)) this.#received += String.fromCharCode(byte);
    }
    const text = this.#received.slice(0, length);
    this.#received = this.#received.slice(length);
    return text;
  }

  /** Sends text and reads the answer, which must be as long as is expected. */
  async exchange(text: string, expected: string): Promise<string> {
    await this.send(text);
    return await this.read(expected.length);
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}
