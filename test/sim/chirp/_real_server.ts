/**
 * A real chirp_server on a folder of its own.
 *
 * @module
 */

/** Whether the program is there. */
export const HAS_CHIRP_SERVER = ["/usr/bin/chirp_server", "/usr/local/bin/chirp_server"].some(
  (path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  },
);

/** Number of the user `nobody`, as whom the server runs when the tests are run by root. */
const NOBODY = 65534;

/** Starts chirp_server on a new folder with the list `acl` in its root. */
export async function startRealServer(acl: string) {
  const folder = await Deno.makeTempDir({ prefix: "chirp_real_" });
  const root = `${folder}/root`;
  const work = `${folder}/work`;
  for (const path of [root, work]) await Deno.mkdir(path, { mode: 0o700 });
  await Deno.writeTextFile(`${root}/.__acl`, acl);
  const asRoot = Deno.uid() === 0;
  // Gives all files to the user that the server runs as.
  const takeOver = async () => {
    if (!asRoot) return;
    await new Deno.Command("chown", { args: ["-R", `${NOBODY}:${NOBODY}`, folder] }).output();
  };
  await takeOver();
  const portFile = `${folder}/port`;
  const process = new Deno.Command("chirp_server", {
    args: [
      ...(asRoot ? ["-i", "nobody"] : []),
      ...["-r", root, "-y", work, "-I", "127.0.0.1", "-Z", portFile, "-u", "-", "-n", "localhost"],
      ...["-a", "address", "-t", "10m", "-d", "clear"],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const stop = async () => {
    process.kill("SIGTERM");
    await process.status;
    await Deno.remove(folder, { recursive: true });
  };
  try {
    return { root, port: await readPort(portFile), takeOver, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The port file appears once the server listens. */
async function readPort(path: string): Promise<number> {
  for (let tries = 0; tries < 500; tries++) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (/^\d+\s*$/.test(text)) return Number(text);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("Waited in vain for chirp_server to listen");
}
