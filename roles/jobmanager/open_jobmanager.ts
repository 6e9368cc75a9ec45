/**
 * From a configuration to a job manager on real servers.
 *
 * @module
 */
import { chatRoomAddress, ConfigError, type ConfigOf, xmppAccount } from "../../lib/config.ts";
import type { JobStore } from "../../lib/jobs/job_store.ts";
import type { Logger } from "../../lib/log.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { linuxHost } from "../../lib/machine/linux_host.ts";
import { accountLink } from "../../lib/messaging/account_link.ts";
import { protectLink } from "../../lib/messaging/protection.ts";
import { recordJobSpan } from "./job_span.ts";
import type { JobManagerOptions } from "./options.ts";
import {
  type handOutVariables,
  JOBMANAGER_COMPONENT,
  type jobManagerVariables,
} from "./variables.ts";

/** Variables of every manager, whatever its prefix. */
export type ManagerConfig = Omit<
  ConfigOf<typeof jobManagerVariables>,
  | "ownAddress"
  | "storageManager"
  | "queueOnly"
  | "storageOnly"
  | "redirectStorageTo"
  | keyof typeof handOutVariables
>;

/** As what a manager is known. */
export interface ManagerIdentity {
  /** Its component, `copilot-jobmanager-generic`. */
  readonly component: string;
  /** First part of the names of its variables, `JM`. */
  readonly prefix: string;
  /** Its kind in the monitor, `jobmanager.generic`. */
  readonly kind: string;
}

const GENERIC: ManagerIdentity = {
  component: JOBMANAGER_COMPONENT,
  prefix: "JM",
  kind: "jobmanager.generic",
};

/** Name of a manager without a resource of its own in the monitor, as in the report's listing 2.7. */
const DEFAULT_INSTANCE = "default";

/**
 * Makes the options of a generic manager.
 *
 * @param config The configuration.
 * @param store Its queue.
 * @param log Its log.
 * @returns Options for `new JobManager(…)`; the link is not open yet.
 * @throws {ConfigError} When variables contradict each other.
 */
export async function jobManagerOptions(
  config: ConfigOf<typeof jobManagerVariables>,
  store: JobStore,
  log: Logger,
): Promise<JobManagerOptions> {
  const mode = modeOf(config);
  return {
    ...await managerOptions(config, store, log, GENERIC),
    ...handOutOptions(config),
    redirectStorageTo: config.redirectStorageTo?.full,
    mode,
  };
}

/** Makes what a manager needs besides that hands jobs out. */
export function handOutOptions(
  { requireFile, cooldown }: ConfigOf<typeof handOutVariables>,
): Pick<JobManagerOptions, "requireFile" | "cooldownSeconds"> {
  return { requireFile, cooldownSeconds: cooldown };
}

/**
 * Makes what all managers need.
 *
 * @param config The configuration.
 * @param store The queue.
 * @param log The log.
 * @param identity As what the manager is known.
 * @returns Options of a manager that does both halves of the work; the link is not open yet.
 * @throws {ConfigError} When variables contradict each other.
 */
export async function managerOptions(
  config: ManagerConfig,
  store: JobStore,
  log: Logger,
  { component, prefix, kind }: ManagerIdentity,
): Promise<JobManagerOptions> {
  const { chirpWorkDir, doneJobDir, jobRetention } = config;
  const room = chatRoomAddress(component, config);
  await Deno.mkdir(chirpWorkDir, { recursive: true });
  if (doneJobDir !== undefined) await Deno.mkdir(doneJobDir, { recursive: true });
  return {
    link: await protectLink(
      await accountLink(xmppAccount(component, prefix, config)),
      config,
      { component, prefix, side: "provider", log },
    ),
    store,
    chirpFolder: diskWorkspace(chirpWorkDir),
    doneFolder: doneJobDir === undefined ? undefined : diskWorkspace(doneJobDir),
    chirpAddress: `${config.chirpServer}:${config.chirpPort}`,
    leases: config.leases,
    leaseSeconds: config.leaseSeconds,
    silenceSeconds: config.leaseSilence,
    retention: jobRetention === 0
      ? undefined
      : { jobSeconds: jobRetention, archives: config.archiveRetention },
    room: room?.bare,
    host: linuxHost(),
    monitor: config.monitor === undefined ? undefined : {
      monitor: config.monitor.full,
      component: `${kind}.${config.jabberResource ?? DEFAULT_INSTANCE}`,
    },
    envelope: config.envelope,
    onEnd: recordJobSpan,
    log,
  };
}

function modeOf(config: ConfigOf<typeof jobManagerVariables>): "queue" | "storage" | "both" {
  const { queueOnly, storageOnly } = config;
  if (queueOnly && storageOnly) {
    throw new ConfigError(JOBMANAGER_COMPONENT, [{
      subject: "JM_QUEUE_ONLY_MODE_ON",
      problem: "cannot be on together with JM_STORAGE_ONLY_MODE_ON",
      where: "the manager would do nothing",
      meaning: "Hand jobs out only; somebody else takes the output",
      example: "JM_QUEUE_ONLY_MODE_ON 1",
    }]);
  }
  return queueOnly ? "queue" : storageOnly ? "storage" : "both";
}
