/**
 * Forgetting finished jobs: records, directories and archives that are older than configured.
 *
 * @module
 */
import { messageOf } from "../../lib/error_message.ts";
import type { JobStore } from "../../lib/jobs/job_store.ts";
import type { Logger } from "../../lib/log.ts";
import type { Workspace } from "../../lib/machine/workspace.ts";

/** What is kept for how long. */
export interface Retention {
  /** Age in seconds at which a finished job is forgotten (`JM_JOB_RETENTION`). */
  readonly jobSeconds: number;
  /** True: its archive is removed with it (`JM_ARCHIVE_RETENTION`). Default: false. */
  readonly archives?: boolean | undefined;
  /** True while nothing may be forgotten: somebody else has not had what is there. Default: never. */
  readonly isHeldUp?: (() => Promise<boolean>) | undefined;
}

/** Jobs forgotten at once at most; the rest follow at the next clean-up. */
const PURGE_LIMIT = 500;

/**
 * Forgets what is old enough.
 *
 * @param retention See {@linkcode Retention}.
 * @param site The store and the folders.
 * @returns Number of jobs forgotten.
 */
export async function purgeFinished(
  retention: Retention,
  site: {
    readonly store: JobStore;
    readonly chirpFolder: Workspace;
    readonly doneFolder?: Workspace | undefined;
    readonly log: Logger;
  },
): Promise<number> {
  const { store, chirpFolder, doneFolder, log } = site;
  if (await retention.isHeldUp?.() === true) return 0;
  const purged = await store.purge(retention.jobSeconds, PURGE_LIMIT);
  for (const { id, directories, archive } of purged) {
    for (const directory of directories) await tryRemove(chirpFolder, directory, log);
    if (retention.archives && archive !== undefined && doneFolder !== undefined) {
      await tryRemove(doneFolder, archive, log);
    }
    log.debug(`Forgot job ${id}`);
  }
  await store.cleared(purged.map(({ id }) => id));
  return purged.length;
}

/** Removes an entry. The records are gone already, so that one failure must not keep the rest. */
async function tryRemove(folder: Workspace, path: string, log: Logger): Promise<void> {
  try {
    await folder.remove(path);
  } catch (error) {
    log.warning(`Cannot remove ${path}: ${messageOf(error)}`);
  }
}
