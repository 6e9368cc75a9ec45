/**
 * Configuration of the managers of AliEn's jobs: `copilot-jobmanager-alien.conf` and
 * `copilot-storagemanager-alien.conf`. Names are the original's where it has them.
 *
 * @module
 */
import { defineVariables } from "../../lib/config.ts";
import type { ManagerIdentity } from "../jobmanager/open_jobmanager.ts";
import { gridHandOutVariables, gridManagerVariables } from "./variables.ts";

/** The manager that hands AliEn's jobs out. */
export const ALIEN_JOBMANAGER = {
  component: "copilot-jobmanager-alien",
  prefix: "JM",
  kind: "jobmanager.alien",
} as const satisfies ManagerIdentity;

/** The manager that takes their output. */
export const ALIEN_STORAGEMANAGER = {
  component: "copilot-storagemanager-alien",
  prefix: "SM",
  kind: "storagemanager.alien",
} as const satisfies ManagerIdentity;

/** Name of the list of jobs that wait for agents. */
const QUEUE = "waiting_jobs_alien";

/**
 * How AliEn is reached.
 *
 * @param prefix First part of the names.
 */
export function alienVariables(prefix: string) {
  return defineVariables({
    alienUrl: {
      name: `${prefix}_ALIEN_URL`,
      kind: "text",
      meaning: "Address of AliEn's JSON interface (ours)",
      example: "wss://alice-jcentral.cern.ch:8097/websocket/json",
      default: "wss://alice-jcentral.cern.ch:8097/websocket/json",
    },
    alienCertFile: {
      name: `${prefix}_ALIEN_CERT_FILE`,
      kind: "path",
      meaning: "Grid certificate of the site (PEM), read anew for each connection (ours)",
      example: "/etc/copilot/grid/hostcert.pem",
    },
    alienKeyFile: {
      name: `${prefix}_ALIEN_KEY_FILE`,
      kind: "path",
      meaning: "Its private key (PEM) (ours)",
      example: "/etc/copilot/grid/hostkey.pem",
    },
    alienCaFile: {
      name: `${prefix}_ALIEN_CA_FILE`,
      kind: "path",
      meaning: "Certificates (PEM) to trust besides the system's (ours)",
      example: "/etc/copilot/grid/ca.pem",
    },
    alienCommandsFile: {
      name: `${prefix}_ALIEN_COMMANDS_FILE`,
      kind: "path",
      meaning: "Commands for what only programs reach: JSON, argument lists by step (ours)",
      example: "/etc/copilot/grid/alien-commands.json",
      required: true,
    },
    alienCommandTimeout: {
      name: `${prefix}_ALIEN_COMMAND_TIMEOUT`,
      kind: "seconds",
      meaning: "Longest time that such a command may take (ours)",
      example: "10m",
      default: 600,
      min: 1,
    },
  });
}

/** Variables of {@linkcode ALIEN_JOBMANAGER}. */
export const alienJobManagerVariables = defineVariables({
  ownAddress: {
    name: "JM_JABBER_ADDRESS",
    kind: "jid",
    meaning: "Jabber ID of the job manager itself",
    example: "alienjobmanager@xmpp.cern.ch",
    withoutEffect: "the account is that of JM_JABBER_ID",
  },
  redirectStorageTo: {
    name: "SM_JABBER_ADDRESS",
    kind: "jid",
    meaning:
      "Storage manager to which agents are sent with their output; without one it is taken here",
    example: "alienstoragemanager@xmpp.cern.ch",
    aliases: ["JM_REDIRECT_STORAGE_TO"],
  },
  ...gridManagerVariables(QUEUE, "JM"),
  ...gridHandOutVariables,
  ...alienVariables("JM"),
  alienSiteJdl: {
    name: "JM_ALIEN_SITE_JDL",
    kind: "path",
    meaning: "JDL of what the site says of all machines: CE, CloseSE, Packages, TTL (ours)",
    example: "/etc/copilot/grid/site.jdl",
  },
  clusterMonitorHost: {
    name: "JM_ALIEN_CLUSTER_MONITOR_HOST",
    kind: "text",
    meaning: "Machine of the original's ClusterMonitor",
    example: "vobox.cern.ch",
    withoutEffect: "today's AliEn has no such service; see JM_ALIEN_URL and JM_ALIEN_COMMANDS_FILE",
  },
  clusterMonitorPort: {
    name: "JM_ALIEN_CLUSTER_MONITOR_PORT",
    kind: "integer",
    meaning: "Its port",
    example: "8084",
    withoutEffect: "today's AliEn has no such service; see JM_ALIEN_URL and JM_ALIEN_COMMANDS_FILE",
  },
  alienUserName: {
    name: "JM_ALIEN_USER_NAME",
    kind: "text",
    meaning: "AliEn's name of the site's user",
    example: "hartem",
    withoutEffect: "AliEn knows it by the certificate",
  },
});

/** Variables of {@linkcode ALIEN_STORAGEMANAGER}. */
export const alienStorageManagerVariables = defineVariables({
  ownAddress: {
    name: "SM_JABBER_ADDRESS",
    kind: "jid",
    meaning: "Jabber ID of the storage manager itself",
    example: "alienstoragemanager@xmpp.cern.ch",
    withoutEffect: "the account is that of SM_JABBER_ID",
  },
  ...gridManagerVariables(QUEUE, "SM"),
  ...alienVariables("SM"),
});
