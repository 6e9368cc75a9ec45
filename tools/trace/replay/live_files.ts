/**
 * Files for a live agent: a Chirp server of the replay's own, with the input that the trace's jobs need.
 *
 * @module
 */
import { makeInputDirectory, makeOutputDirectory } from "../../../lib/jobs/chirp_folder.ts";
import { diskWorkspace } from "../../../lib/machine/disk_workspace.ts";
import { startChirpServer } from "../../../sim/chirp/mod.ts";
import { agentNeeds, neededJobs } from "./needs.ts";
import type { Script } from "./script.ts";

/** A running file server; disposing of it removes its files. */
export interface LiveFiles extends AsyncDisposable {
  /** Its address, `host:port`. */
  readonly address: string;
}

/**
 * Serves made-up input: the command of each job is a script that ends as it did in the trace.
 *
 * @param script The script.
 * @param hostname Address to listen on.
 * @returns The server.
 */
export async function serveFiles(script: Script, hostname: string): Promise<LiveFiles> {
  const root = await Deno.makeTempDir({ prefix: "copilot_replay_" });
  await using started = new AsyncDisposableStack();
  started.defer(() => Deno.remove(root, { recursive: true }));
  const folder = diskWorkspace(root);
  const [peer] = script.peers;
  const runs = peer === undefined ? [] : agentNeeds(script, peer).runs;
  for (const [index, { job }] of neededJobs(script).entries()) {
    const exitCode = (runs[index]?.waitStatus ?? 0) >> 8;
    await makeInputDirectory(folder, job.inputDir);
    for (const file of job.inputFiles) {
      const parent = file.lastIndexOf("/");
      if (parent > 0) await folder.makeDirectory(`${job.inputDir}/${file.slice(0, parent)}`);
      const text = file === job.command ? `#!/bin/sh\nexit ${exitCode}\n` : "";
      await folder.writeText(`${job.inputDir}/${file}`, text);
    }
    const { id, inputDir } = job;
    await makeOutputDirectory(folder, { directory: id, inputDir, agentIp: undefined });
  }
  const server = started.use(
    await startChirpServer({ root, hostname, rootAcl: "address:* l\nhostname:* l\n" }),
  );
  const running = started.move();
  return {
    address: `${hostname}:${server.port}`,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
