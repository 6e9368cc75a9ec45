/**
 * A TCP server that says what a test tells it to say.
 *
 * @module
 */

import { ByteReader } from "../../../lib/chirp/byte_reader.ts";

/** One connection, from the server's side. */
export interface PeerConnection {
  /** Reads a line; `undefined` once the client has closed. */
  readLine(): Promise<string | undefined>;
  /** Reads up to so many bytes, fewer where the client closes. */
  readBytes(length: number): Promise<Uint8Array>;
  /** Sends text as UTF-8, or bytes. */
  reply(answer: string | Uint8Array): Promise<void>;
  /** Reads the method `address` and agrees to it. */
  authenticate(): Promise<void>;
}

/** What to do with one connection; it is closed when the promise resolves. */
export type PeerScript = (peer: PeerConnection) => Promise<void>;

/** A running peer. */
export interface ScriptedPeer extends AsyncDisposable {
  /** Where it listens. */
  readonly host: string;
  /** Where it listens. */
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** All lines that were read, in order. */
  readonly lines: readonly string[];
}

const WELCOME = "yes\nyes\nyes\naddress\n127.0.0.1\n";

/**
 * Starts a peer; each connection runs the next script, the last one serves all that come after.
 *
 * @param scripts One or more scripts.
 * @returns The peer. Disposing of it waits for the scripts, whose clients must have closed, and throws what
 * one of them threw.
 */
export function startPeer(...scripts: readonly PeerScript[]): ScriptedPeer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const lines: string[] = [];
  const failures: unknown[] = [];
  let connections = 0;
  const serve = async (tcp: Deno.TcpConn) => {
    const script = scripts[Math.min(connections++, scripts.length - 1)];
    try {
      await script?.(connectionOf(tcp, lines));
    } catch (error) {
      if (!isDisconnection(error)) failures.push(error);
    } finally {
      tcp.close();
    }
  };
  const served: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const tcp of listener) served.push(serve(tcp));
  })();
  return {
    host: "127.0.0.1",
    port: listener.addr.port,
    get connections() {
      return connections;
    },
    lines,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(served);
      if (failures.length > 0) throw failures[0];
    },
  };
}

/**
 * A script that authenticates and then answers lines from a table; a line that is not in it ends the
 * connection.
 *
 * @param answers Request line → answer.
 * @returns The script.
 */
export function answering(answers: Readonly<Record<string, string>>): PeerScript {
  return async (peer) => {
    await peer.authenticate();
    for (let line = await peer.readLine(); line !== undefined; line = await peer.readLine()) {
      const answer = answers[line];
      if (answer === undefined) return;
      await peer.reply(answer);
    }
  };
}

function connectionOf(tcp: Deno.TcpConn, lines: string[]): PeerConnection {
  const reader = new ByteReader(async (target) => await tcp.read(target) ?? 0);
  const peer: PeerConnection = {
    async readLine() {
      const bytes = await reader.readLine(64 * 1024);
      if (bytes === undefined) return undefined;
      const line = new TextDecoder().decode(bytes);
      lines.push(line);
      return line;
    },
    async readBytes(length) {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const count = await reader.read(bytes.subarray(filled));
        if (count === 0) break;
        filled += count;
      }
      return bytes.subarray(0, filled);
    },
    async reply(answer) {
      const bytes = typeof answer === "string" ? new TextEncoder().encode(answer) : answer;
      for (let sent = 0; sent < bytes.length;) sent += await tcp.write(bytes.subarray(sent));
    },
    async authenticate() {
      const method = await peer.readLine();
      if (method !== "address") throw new Error(`Expected address, got ${method}`);
      await peer.reply(WELCOME);
    },
  };
  return peer;
}

/** The client may close at any time: that is no failure of the script. */
function isDisconnection(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.BadResource;
}
