/**
 * Starts Debian's redis-server for tests, on a free port of the loopback address and in a folder of
 * its own.
 *
 * @module
 */
import { freePort } from "../_free_port.ts";
import { canConnect } from "./_can_connect.ts";

/** Options of {@linkcode startRedisProcess}. */
export interface RedisProcessOptions {
  /** True: every command is on disk before it is answered (append-only file). Default: false. */
  readonly appendOnly?: boolean | undefined;
}

/** A running redis-server; disposing of it, either way, ends the process and removes its folder. */
export interface RedisServerProcess extends AsyncDisposable, Disposable {
  /** Address that it listens on. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
  /** Ends the process with SIGKILL; its folder stays. */
  kill(): Promise<void>;
  /** Starts it again after {@linkcode kill}, on the same port and in the same folder. */
  restart(): Promise<void>;
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

/** One life of the program, until it is killed. */
class RedisProcess {
  readonly #process: Deno.ChildProcess;
  #ended = false;
  readonly #status: Promise<void>;

  constructor(args: readonly string[]) {
    this.#process = new Deno.Command(PROGRAM, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#status = this.#process.status.then(() => {
      this.#ended = true;
    });
  }

  /** @throws {Error} When it does not listen in time. */
  async ready(port: number): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES && !this.#ended; tries++) {
      if (await canConnect(port)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await this.kill();
    throw new Error(`Cannot start ${PROGRAM}: nothing listens on port ${port}`);
  }

  killAtOnce(): void {
    if (!this.#ended) this.#process.kill("SIGKILL");
  }

  async kill(): Promise<void> {
    this.killAtOnce();
    await this.#status;
  }
}

/**
 * Starts redis-server, without persistence unless asked for.
 *
 * @param options See {@linkcode RedisProcessOptions}.
 * @returns The server, once it listens.
 * @throws {Error} When it does not listen in time.
 */
export async function startRedisProcess(
  options: RedisProcessOptions = {},
): Promise<RedisServerProcess> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_redis_" });
  const port = freePort();
  const settings = {
    bind: HOST,
    port,
    dir: folder,
    save: "",
    appendonly: options.appendOnly === true ? "yes" : "no",
    appendfsync: "always",
    loglevel: "warning",
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  let process = new RedisProcess(args);
  const server: RedisServerProcess = {
    host: HOST,
    port,
    kill: () => process.kill(),
    restart: async () => {
      process = new RedisProcess(args);
      await process.ready(port);
    },
    [Symbol.asyncDispose]: async () => {
      await process.kill();
      await Deno.remove(folder, { recursive: true });
    },
    [Symbol.dispose]: () => {
      process.killAtOnce();
      Deno.removeSync(folder, { recursive: true });
    },
  };
  try {
    await process.ready(port);
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    throw error;
  }
  return server;
}
