/**
 * Agents of ours in place of those of a trace.
 *
 * @module
 */
import { type FileTransfer, FileTransferError } from "../../../lib/chirp/file_transfer.ts";
import { createLogger } from "../../../lib/log.ts";
import type { JobRunRequest } from "../../../lib/machine/job_runner.ts";
import type { Link } from "../../../lib/messaging/link.ts";
import { seededRandom } from "../../../lib/random.ts";
import { Agent } from "../../../roles/agent.ts";
import { agentTransfer } from "../../../sim/machine/agent_transfer.ts";
import { MemoryWorkspace } from "../../../sim/machine/memory_workspace.ts";
import { modelHost } from "../../../sim/machine/model_host.ts";
import { modelRunner } from "../../../sim/machine/model_runner.ts";
import { monitoredBy } from "./monitored.ts";
import { type AgentNeeds, agentNeeds } from "./needs.ts";
import type { Player } from "./script.ts";
import type { PeerParts, Peers } from "./peers.ts";
import { guardAgent } from "./secure_roles.ts";

/**
 * Makes the place in which agents run.
 *
 * @param parts Script, clock and seed.
 */
export function agentPeers({ script, clock, seed, secure }: PeerParts): Peers {
  const log = createLogger({ sinks: [], clock });
  const running: Promise<void>[] = [];
  return {
    errands: [],
    start(peer: Player, link: Link) {
      const needs = agentNeeds(script, peer);
      const disk = new MemoryWorkspace({ root: "/work", clock });
      const random = seededRandom(seed + running.length + 1);
      const agent = new Agent({
        manager: needs.manager,
        room: needs.room,
        monitor: monitoredBy(script, peer)?.monitor,
        link: secure === undefined ? link : guardAgent(link, secure, { clock, random, log }),
        host: modelHost({ identity: { name: needs.hostName }, paths: needs.files }),
        workspace: disk,
        runner: recordedRunner(needs, { clock, random, workspace: disk }),
        openTransfer: () => madeUpFiles(disk, needs),
        log,
        clock,
        random,
      });
      // It ends when its link does, by an error that nobody needs to see.
      running.push(agent.run(new AbortController().signal).catch(() => {}));
      return Promise.resolve();
    },
    beforeSaying: () => Promise.resolve(),
    // Jobs of agents that were killed never end: nothing is waited for.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Jobs that take as long, and end as they did in the trace. */
function recordedRunner(needs: AgentNeeds, options: Parameters<typeof modelRunner>[0]) {
  let runs = -1;
  const isJob = ({ stdoutFile }: JobRunRequest) => stdoutFile === "stdout";
  return modelRunner({
    ...options,
    durationMs: (request) => {
      if (!isJob(request)) return 0;
      return needs.runs[++runs]?.durationMs ?? 0;
    },
    waitStatus: (request) => isJob(request) ? needs.runs[runs]?.waitStatus ?? 0 : 0,
  });
}

/** A file server that has every file but those that an agent of the trace did not get. */
function madeUpFiles(disk: MemoryWorkspace, { lostJobs }: AgentNeeds): FileTransfer {
  return agentTransfer({
    whoami: () => Promise.resolve("address:127.0.0.1"),
    async get(remotePath, localPath) {
      const directory = remotePath.slice(0, remotePath.indexOf("/"));
      const name = remotePath.slice(directory.length + 1);
      // The original also fails where a file lies in a sub-directory, which exists all the same.
      if (lostJobs.has(directory) && !name.includes("/")) {
        throw new FileTransferError("not-found", `Cannot get ${remotePath}: not found`);
      }
      await disk.writeText(disk.relativePath(localPath), "#!/bin/sh\n", 0o755);
    },
    put: () => Promise.resolve(),
  });
}
