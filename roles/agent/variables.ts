/**
 * The agent's configuration, `copilot-agent.conf` (report 4.3.2; what the original does not know is
 * marked "ours").
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
export const AGENT_COMPONENT = "copilot-agent";

/** Declarations of every variable that the agent reads. */
export const agentVariables = defineVariables({
  jobManager: {
    name: "JM_JABBER_ADDRESS",
    kind: "jid",
    meaning: "Jabber ID to which requests for jobs go",
    example: "jobmanager@xmpp.cern.ch",
    required: true,
    flag: "manager",
  },
  storageManager: {
    name: "SM_JABBER_ADDRESS",
    kind: "jid",
    meaning: "Jabber ID of the storage manager: its answers are obeyed, too",
    example: "storagemanager@xmpp.cern.ch",
  },
  monitor: {
    name: "MON_JABBER_ADDRESS",
    kind: "jid",
    meaning: "Jabber ID of the monitor, which is told of jobs",
    example: "mon@xmpp.cern.ch",
  },
  trusted: {
    name: "AGENT_TRUSTED_MANAGERS",
    kind: "text",
    meaning: "More accounts or whole domains whose jobs are run, parted by commas (ours)",
    example: "jm2@xmpp.cern.ch,grid.cern.ch",
  },
  ...xmppAccountVariables("AGENT"),
  ...loggingVariables("AGENT"),
  ...protectionVariables("AGENT"),
  ...chatRoomVariables,
  ...envelopeVariable,
  workDir: {
    name: "AGENT_WORK_DIR",
    kind: "path",
    meaning: "Directory in which jobs run; must be writable",
    example: "/var/lib/copilot/work",
    default: "/tmp/agentWorkDir",
    flag: "work-dir",
  },
  keepWorkDir: {
    name: "AGENT_KEEP_WORK_DIR",
    kind: "boolean",
    meaning: "Leave the directories of finished jobs (ours)",
    example: "off",
  },
  requestInterval: {
    name: "AGENT_REQUEST_INTERVAL",
    kind: "seconds",
    meaning: "Time until the second request for a job, doubled after each (ours)",
    example: "60",
    default: 60,
    min: 1,
  },
  longestRequestInterval: {
    name: "AGENT_REQUEST_INTERVAL_MAX",
    kind: "seconds",
    meaning: "Longest time between requests (ours)",
    example: "1h",
    default: 3600,
    min: 1,
  },
  sleepLimit: {
    name: "AGENT_SLEEP_MAX",
    kind: "seconds",
    meaning: "Longest wait when a manager sends the agent to sleep; it never reboots (ours)",
    example: "20m",
    default: 1200,
  },
  chirpAuth: {
    name: "AGENT_CHIRP_AUTH",
    kind: "choice",
    meaning: "How the agent proves itself to Chirp servers (ours; the original: address)",
    example: "address",
    choices: ["address", "hostname", "unix"],
    default: "address",
  },
});
