/**
 * Starts Debian's `chirp_server` on the loopback interface for a test.
 *
 * @module
 */

import { join } from "@std/path";

const PROGRAM = "chirp_server";
const READY_POLL_MS = 5;
const READY_TIMEOUT_MS = 10_000;

/** A running server; disposing of it ends the process and removes its files. */
export interface ChirpServerProcess extends AsyncDisposable {
  /** Address it listens on. */
  readonly host: string;
  /** TCP port it listens on. */
  readonly port: number;
  /** The directory that it serves as `/`; belongs to the server's user. */
  readonly root: string;
  /** Where it expects the answers to `unix` challenges. */
  readonly challengeDir: string;
}

/** Options of {@linkcode startChirpServer}. */
export interface ChirpServerOptions {
  /** Ways to authenticate that it offers (default `address`). */
  readonly auth?: readonly ("address" | "hostname" | "unix")[];
  /** Text of the root's access control list (default: everything for 127.0.0.1). */
  readonly acl?: string;
  /** Folder in which its files are made (default: the system's for temporary files). */
  readonly parentDir?: string;
  /** Further arguments. */
  readonly args?: readonly string[];
}

/** Whether the program is installed. */
export const hasChirpServer: boolean = isInstalled();

/**
 * Starts a server on a free port and waits until it listens.
 *
 * @param options What it shall offer.
 * @returns The running server.
 * @throws {Error} It did not come up.
 */
export async function startChirpServer(
  options: ChirpServerOptions = {},
): Promise<ChirpServerProcess> {
  const base = await Deno.makeTempDir({ prefix: "chirp-", ...parentOf(options) });
  const [root, challengeDir] = [join(base, "root"), join(base, "challenges")];
  for (const path of [root, challengeDir, join(base, "spool")]) await Deno.mkdir(path);
  const acl = options.acl ?? "address:127.0.0.1 rwlda\n";
  await Deno.writeTextFile(join(root, ".__acl"), acl);
  await Deno.chmod(challengeDir, 0o777);
  const asRoot = Deno.uid() === 0;
  if (asRoot) await giveAway(base);
  const portFile = join(base, "spool", "port");
  const child = new Deno.Command(PROGRAM, {
    args: [
      ...(asRoot ? ["-i", "nobody"] : []),
      ...["-r", root, "-y", join(base, "spool"), "-I", "127.0.0.1", "-Z", portFile],
      ...["-u", "-", "-n", "localhost", "-t", "10m", "-d", "clear", "-c", challengeDir],
      ...(options.auth ?? ["address"]).flatMap((method) => ["-a", method]),
      ...(options.args ?? []),
    ],
    env: portRange(),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await child.status;
    await Deno.remove(base, { recursive: true });
  };
  try {
    const port = await readPort(portFile, child);
    return { host: "127.0.0.1", port, root, challengeDir, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The server takes the first free port of a range, so parallel servers begin at different ends. */
function portRange(): Record<string, string> {
  const low = 20_000 + (Deno.pid * 97 + Math.trunc(performance.now())) % 10_000;
  return { TCP_LOW_PORT: String(low), TCP_HIGH_PORT: String(low + 1000) };
}

function parentOf({ parentDir }: ChirpServerOptions): Deno.MakeTempOptions {
  return parentDir === undefined ? {} : { dir: parentDir };
}

/** Started by root, the server serves as `nobody`, who must own what it writes. */
async function giveAway(base: string): Promise<void> {
  const chown = new Deno.Command("chown", { args: ["-R", "nobody", base] });
  if (!(await chown.output()).success) throw new Error(`Cannot give ${base} to nobody`);
}

async function readPort(portFile: string, child: Deno.ChildProcess): Promise<number> {
  let ended = false;
  child.status.then(() => ended = true);
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!ended && performance.now() < deadline) {
    const text = await Deno.readTextFile(portFile).catch(() => "");
    if (/^\d+\s*$/.test(text)) return Number(text);
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  throw new Error(`Cannot start ${PROGRAM}: ${ended ? "it ended" : "it is not ready"}`);
}

function isInstalled(): boolean {
  try {
    new Deno.Command(PROGRAM, { args: ["-v"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    return false;
  }
}
