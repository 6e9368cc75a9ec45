/**
 * Managers of ours in place of those of a trace.
 *
 * @module
 */
import { makeInputDirectory } from "../../../lib/jobs/chirp_folder.ts";
import type { JobStore } from "../../../lib/jobs/job_store.ts";
import { RedisJobStore } from "../../../lib/jobs/redis_job_store.ts";
import { createLogger } from "../../../lib/log.ts";
import type { Link } from "../../../lib/messaging/link.ts";
import { parseCommand } from "../../../lib/protocol/command_codec.ts";
import type { Job } from "../../../lib/protocol/job.ts";
import { decodeMessage } from "../../../lib/protocol/message.ts";
import type { XmlElement } from "../../../lib/protocol/xml.ts";
import { seededRandom } from "../../../lib/random.ts";
import { JobManager } from "../../../roles/jobmanager.ts";
import { MemoryWorkspace } from "../../../sim/machine/memory_workspace.ts";
import { modelHost } from "../../../sim/machine/model_host.ts";
import { memoryRedisCalls, RedisStore } from "../../../sim/redis/mod.ts";
import {
  agentsSeenBefore,
  brokenJobTimes,
  COOLDOWN_SECONDS,
  managerNeeds,
  neededChirp,
  neededJobs,
} from "./needs.ts";
import { monitoredBy } from "./monitored.ts";
import type { Player } from "./script.ts";
import { bareOf } from "../open_trace.ts";
import type { PeerParts, Peers } from "./peers.ts";
import { guardManager, secureKeyManager } from "./secure_roles.ts";

/**
 * Makes the place in which managers run: one queue, one file server.
 *
 * @param parts Script, clock and seed.
 */
export function managerPeers({ script, clock, seed, secure }: PeerParts): Peers {
  const redis = new RedisStore({ clock, random: seededRandom(seed) });
  const calls = memoryRedisCalls(redis);
  const store = new RedisJobStore(calls);
  const chirp = new MemoryWorkspace({ root: "/chirp", clock });
  const done = new MemoryWorkspace({ root: "/done", clock });
  const chirpAddress = neededChirp(script);
  const log = createLogger({ sinks: [], clock });
  const running: Promise<void>[] = [];
  return {
    errands: [
      ...neededJobs(script).map(({ t, job }) => ({ t, run: () => submit(job, store, chirp) })),
      ...brokenJobTimes(script).map((t, index) => ({
        t,
        run: async () => void await calls.call(["LPUSH", "waiting_jobs", `broken-${index}`]),
      })),
      ...agentsSeenBefore(script).map((local) => ({
        t: 0,
        run: async () => void await store.askedTooSoon(local, COOLDOWN_SECONDS),
      })),
    ],
    start(peer: Player, link: Link) {
      const random = seededRandom(seed + running.length + 1);
      const guards = { clock, random, log };
      if (secure !== undefined && bareOf(peer.jid) === secure.keyManager) {
        const keyManager = secureKeyManager(link, secure, guards);
        running.push(keyManager.run(new AbortController().signal).catch(() => {}));
        return Promise.resolve();
      }
      const monitored = monitoredBy(script, peer);
      const { mode, room, requireFile, cooldownSeconds } = managerNeeds(script, peer);
      const manager = new JobManager({
        link: secure === undefined ? link : guardManager(link, peer.jid, secure, guards),
        store,
        chirpFolder: chirp,
        doneFolder: done,
        chirpAddress,
        requireFile,
        mode,
        cooldownSeconds,
        room,
        host: monitored?.host ?? modelHost(),
        monitor: monitored,
        log,
        clock,
        random,
      });
      // It ends when its link does, by an error that nobody needs to see.
      running.push(manager.run(new AbortController().signal).catch(() => {}));
      return Promise.resolve();
    },
    async beforeSaying(stanza: XmlElement) {
      if (stanza.name !== "message") return;
      const message = decodeMessage(stanza);
      if (message.kind !== "command") return;
      const command = parseCommand(message.info);
      if (command.command !== "jobDone") return;
      // Agents upload before they report; the directory is there where it was asked for.
      const { jobID } = command;
      if (!/^[\w-]+$/.test(jobID)) return;
      for (const name of await chirp.list(".")) {
        if (isOutputOf(jobID, name)) await chirp.writeText(`${name}/${jobID}.tgz`, "");
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running);
      redis[Symbol.dispose]();
    },
  };
}

/** Agents of ours are given a directory for each lease, `ID.TOKEN`. */
function isOutputOf(jobID: string, directory: string): boolean {
  return directory === jobID ||
    directory.startsWith(`${jobID}.`) && /^\d+$/.test(directory.slice(jobID.length + 1));
}

/** Puts a job into the queue, with input files that hold nothing. */
async function submit(job: Job, store: JobStore, chirp: MemoryWorkspace): Promise<void> {
  await makeInputDirectory(chirp, job.inputDir);
  for (const file of job.inputFiles) {
    const parent = file.lastIndexOf("/");
    if (parent > 0) await chirp.makeDirectory(`${job.inputDir}/${file.slice(0, parent)}`);
    await chirp.writeText(`${job.inputDir}/${file}`, "#!/bin/sh\n");
  }
  await store.submit(job, { validationScript: job.validationScript });
}
