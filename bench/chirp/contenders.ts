/**
 * The two pairs of client and server that are measured.
 *
 * @module
 */
import { connectChirp } from "../../lib/chirp/mod.ts";
import { startChirpServer } from "../../test/live/chirp_server.ts";
import { HelperProcess } from "../helper_process.ts";

/** A client with a server. Each transfer makes a connection of its own, as a program that is run does. */
export interface Pair extends AsyncDisposable {
  /** Directory that the server serves. */
  readonly root: string;
  /** Copies a file or a directory with all below it to the server. */
  put(localPath: string, remotePath: string): Promise<void>;
  /** Copies a file or a directory with all below it from the server. */
  get(remotePath: string, localPath: string): Promise<void>;
}

/** `lib/chirp` in this process with `sim/chirp` in one of its own, its files somewhere in `folder`. */
export async function ourPair(folder: string): Promise<Pair> {
  await using resources = new AsyncDisposableStack();
  const root = await Deno.makeTempDir({ dir: folder, prefix: "copilot_bench_" });
  resources.defer(() => Deno.remove(root, { recursive: true }));
  const server = resources.use(new HelperProcess("chirp/sim_server.ts"));
  const { port } = await server.ask<{ port: number }>({ root });
  const connect = () => connectChirp({ host: "127.0.0.1", port, auth: ["address"] });
  const kept = resources.move();
  return {
    root,
    put: async (localPath, remotePath) => {
      await using client = connect();
      if ((await Deno.stat(localPath)).isDirectory) await client.putTree(localPath, remotePath);
      else await client.put(localPath, remotePath);
    },
    get: async (remotePath, localPath) => {
      await using client = connect();
      if ((await client.stat(remotePath)).kind === "directory") {
        await client.getTree(remotePath, localPath);
      } else await client.get(remotePath, localPath);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** `chirp_put` and `chirp_get` with `chirp_server`, its files somewhere in `folder`. */
export async function theirPair(folder: string): Promise<Pair> {
  const server = await startChirpServer({ parentDir: folder });
  const run = async (program: string, from: string, to: string) => {
    const host = `${server.host}:${server.port}`;
    const args = ["-a", "address"];
    if (program === "chirp_put") args.push(from, host, to);
    else args.push(host, from, to);
    const { success, stderr } = await new Deno.Command(program, { args }).output();
    if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
  };
  return {
    root: server.root,
    put: (localPath, remotePath) => run("chirp_put", localPath, remotePath),
    get: (remotePath, localPath) => run("chirp_get", remotePath, localPath),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
