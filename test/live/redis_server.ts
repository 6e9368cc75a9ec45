/**
 * Starts Debian's redis-server for tests, on a free port of the loopback address and in a folder of
 * its own.
 *
 * @module
 */
import { connect } from "node:net";

/** A running redis-server. */
export interface RedisServerProcess extends AsyncDisposable, Disposable {
  /** Address that it listens on. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
}

const HOST = "127.0.0.1";
const PROGRAM = "/usr/bin/redis-server";
/** Tries to connect, 20 ms apart, before it is given up. */
const MOST_TRIES = 500;

/** Whether redis-server is installed. */
export const hasRedisServer = (() => {
  try {
    return Deno.statSync(PROGRAM).isFile;
  } catch {
    return false;
  }
})();

function freePort(): number {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  return listener.addr.port;
}

/** Resolves to whether something listens on the port. */
function canConnect(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: HOST, port });
  socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/**
 * Starts redis-server, without persistence.
 *
 * @returns The server; disposing of it, either way, ends the process and removes its folder.
 * @throws {Error} When it does not listen in time.
 */
export async function startRedisProcess(): Promise<RedisServerProcess> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_redis_" });
  const port = freePort();
  const settings = {
    bind: HOST,
    port,
    dir: folder,
    save: "",
    appendonly: "no",
    loglevel: "warning",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const process = new Deno.Command(PROGRAM, { args, stdout: "null", stderr: "null" }).spawn();
  const stop = async () => {
    process.kill("SIGKILL");
    await process.status;
    await Deno.remove(folder, { recursive: true });
  };
  const stopAtOnce = () => {
    process.kill("SIGKILL");
    Deno.removeSync(folder, { recursive: true });
  };
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (await canConnect(port)) {
      return { host: HOST, port, [Symbol.asyncDispose]: stop, [Symbol.dispose]: stopAtOnce };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await stop();
  throw new Error(`Cannot start ${PROGRAM}: nothing listens on port ${port}`);
}
