/**
 * The generic job manager's configuration, `copilot-jobmanager-generic.conf` (report 4.2.2; what the
 * original does not know is marked "ours").
 *
 * @module
 */
import {
  chatRoomVariables,
  defineVariables,
  envelopeVariable,
  loggingVariables,
  protectionVariables,
  xmppAccountVariables,
} from "../../lib/config.ts";

/** Name of the component and of its configuration file. */
export const JOBMANAGER_COMPONENT = "copilot-jobmanager-generic";

/** Where the queue is. Tools read these, too. */
export const queueVariables = defineVariables({
  redisServer: {
    name: "JM_REDIS_SERVER",
    kind: "text",
    meaning: "Machine on which Redis runs",
    example: "localhost",
    default: "localhost",
    flag: "redis-server",
  },
  redisPort: {
    name: "JM_REDIS_PORT",
    kind: "integer",
    meaning: "Port of Redis",
    example: "6379",
    default: 6379,
    min: 1,
    max: 65_535,
    flag: "redis-port",
  },
  redisPassword: {
    name: "JM_REDIS_PASSWORD",
    kind: "text",
    meaning: "Password of Redis, where it asks for one (ours)",
    example: "the-password",
    secret: true,
  },
  waitingJobsList: {
    name: "JM_WAITING_JOBS_LIST",
    kind: "text",
    meaning: "Name of the list in Redis that holds the ids of waiting jobs",
    example: "waiting_jobs",
    default: "waiting_jobs",
    aliases: ["COPILOT_WAITING_JOBS_LIST"],
  },
  queueOrder: {
    name: "JM_QUEUE_ORDER",
    kind: "choice",
    meaning: "First in first out, or last in first out as the original (ours)",
    example: "fifo",
    choices: ["fifo", "lifo"],
    default: "fifo",
  },
  leases: {
    name: "JM_LEASES",
    kind: "boolean",
    meaning: "Lend jobs instead of giving them away; off beside managers of the original (ours)",
    example: "on",
    default: true,
  },
  maxAttempts: {
    name: "JM_JOB_MAX_ATTEMPTS",
    kind: "integer",
    meaning: "Hand-outs of a job before it is given up (ours)",
    example: "5",
    default: 5,
    min: 1,
    max: 1000,
  },
});

/** Where files are. Tools read these, too. */
export const folderVariables = defineVariables({
  chirpServer: {
    name: "JM_CHIRP_SERVER",
    kind: "text",
    meaning: "Address of the Chirp server as agents reach it",
    example: "chirp.cern.ch",
    required: true,
    flag: "chirp-server",
  },
  chirpPort: {
    name: "JM_CHIRP_PORT",
    kind: "integer",
    meaning: "Port of the Chirp server",
    example: "9094",
    default: 9094,
    min: 1,
    max: 65_535,
    flag: "chirp-port",
  },
  chirpWorkDir: {
    name: "JM_CHIRP_WORK_DIR",
    kind: "path",
    meaning: "Directory that the Chirp server exports",
    example: "/srv/copilot/chirp",
    required: true,
    flag: "chirp-dir",
  },
  doneJobDir: {
    name: "JM_DONE_JOB_DIR",
    kind: "path",
    meaning: "Directory in which the output of finished jobs is kept",
    example: "/srv/copilot/done",
    flag: "done-dir",
  },
});

/** Variables of the original's file that change nothing here. */
const originalVariables = defineVariables({
  ownAddress: {
    name: "JM_JABBER_ADDRESS",
    kind: "jid",
    meaning: "Jabber ID of the job manager itself",
    example: "jobmanager@xmpp.cern.ch",
    withoutEffect: "the account is that of JM_JABBER_ID",
  },
  storageManager: {
    name: "SM_JABBER_ADDRESS",
    kind: "jid",
    meaning:
      "Jabber ID of the storage manager; the original reads it, too, and does nothing with it",
    example: "storagemanager@xmpp.cern.ch",
    withoutEffect: "the manager stores output itself",
  },
});

/** To whom jobs are handed out. */
export const handOutVariables = defineVariables({
  requireFile: {
    name: "JM_JOB_REQUIRE_FILE",
    kind: "text",
    meaning: "File that must exist on an agent's machine",
    example: "/cvmfs/alice.cern.ch",
  },
  cooldown: {
    name: "JM_REQUEST_COOLDOWN",
    kind: "seconds",
    meaning: "An agent that asks again sooner is sent to sleep; 60 in the original (ours)",
    example: "60",
    default: 0,
  },
});

/** How jobs at work and finished ones are looked after. */
export const tendingVariables = defineVariables({
  leaseSeconds: {
    name: "JM_LEASE_SECONDS",
    kind: "seconds",
    meaning: "Length of a lease without a sign of life of its agent (ours)",
    example: "24h",
    default: 86_400,
    min: 1,
  },
  leaseSilence: {
    name: "JM_LEASE_SILENCE",
    kind: "seconds",
    meaning:
      "Time in which an agent may leave pings unanswered before its job is taken back (ours)",
    example: "10m",
    default: 600,
    min: 1,
  },
  jobRetention: {
    name: "JM_JOB_RETENTION",
    kind: "seconds",
    meaning: "Age at which finished jobs and their directories are forgotten; 0: never (ours)",
    example: "30d",
    default: 0,
  },
  archiveRetention: {
    name: "JM_ARCHIVE_RETENTION",
    kind: "boolean",
    meaning: "Remove the archives of forgotten jobs, too (ours)",
    example: "off",
  },
});

/** Who watches. */
export const watchVariables = defineVariables({
  monitor: {
    name: "MON_JABBER_ADDRESS",
    kind: "jid",
    meaning: "Jabber ID of the monitor, which is told of events and readings",
    example: "mon@xmpp.cern.ch",
  },
});

/** Declarations of every variable that the manager reads. */
export const jobManagerVariables = defineVariables({
  ...originalVariables,
  ...watchVariables,
  ...xmppAccountVariables("JM"),
  ...loggingVariables("JM"),
  ...protectionVariables("JM"),
  ...chatRoomVariables,
  ...envelopeVariable,
  ...queueVariables,
  ...folderVariables,
  ...handOutVariables,
  redirectStorageTo: {
    name: "JM_REDIRECT_STORAGE_TO",
    kind: "jid",
    meaning: "Manager to which agents are redirected with their output (ours)",
    example: "storagemanager@xmpp.cern.ch",
  },
  queueOnly: {
    name: "JM_QUEUE_ONLY_MODE_ON",
    kind: "boolean",
    meaning: "Hand jobs out only; somebody else takes the output",
    example: "1",
  },
  storageOnly: {
    name: "JM_STORAGE_ONLY_MODE_ON",
    kind: "boolean",
    meaning: "Take output only; somebody else hands jobs out",
    example: "1",
  },
  ...tendingVariables,
});
