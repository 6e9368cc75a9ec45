/**
 * The configuration directory of a sandbox, in the original's format.
 *
 * @module
 */
import { join } from "@std/path";

/** Where the parts of a site are. */
export interface SandboxAddresses {
  /** Loopback address that all servers listen on. */
  readonly hostname: string;
  /** XMPP domain. */
  readonly domain: string;
  /** Domain of chat rooms. */
  readonly rooms: string;
  /** TCP port of each server. */
  readonly ports: { readonly xmpp: number; readonly redis: number; readonly chirp: number };
  /** Paths as given to the sandbox; relative ones stay so. */
  readonly directories: {
    /** `COPILOT_CONFIG` for roles and tools. */
    readonly config: string;
    /** Root of the Chirp server, `JM_CHIRP_WORK_DIR`. */
    readonly chirp: string;
    /** Archives of finished jobs, `JM_DONE_JOB_DIR`; made by the manager. */
    readonly done: string;
    /** Where agents run jobs, `AGENT_WORK_DIR`; made by the agent. */
    readonly work: string;
  };
}

/** Room in which the site's components meet. */
const ROOM = "pilots-lounge";

/** What watches a site, as its components are told. */
export interface SandboxWatch {
  /** JID of the monitor. */
  readonly monitor: string;
  /** Port of Graphite's HTTP interface. */
  readonly graphitePort: number;
  /** Port of MongoDB. */
  readonly mongodbPort: number;
}

/** What {@linkcode writeSandboxConfig} writes down. */
export interface SandboxConfigOptions {
  /** Where the site is. */
  readonly addresses: SandboxAddresses;
  /** Password by account. */
  readonly passwords: ReadonlyMap<string, string>;
  /** What watches the site; `undefined` where nothing does. */
  readonly watch: SandboxWatch | undefined;
  /** More lines by component; they come last and win. */
  readonly settings: Readonly<Record<string, readonly string[]>>;
}

/**
 * Writes a configuration file for each component.
 *
 * @param options See {@linkcode SandboxConfigOptions}.
 */
export async function writeSandboxConfig(options: SandboxConfigOptions): Promise<void> {
  const { addresses, passwords, watch, settings } = options;
  const { hostname, domain, rooms, ports, directories } = addresses;
  const account = (prefix: string, name: string) => [
    `${prefix}_JABBER_SERVER ${hostname}`,
    `${prefix}_JABBER_PORT ${ports.xmpp}`,
    `${prefix}_JABBER_DOMAIN ${domain}`,
    `${prefix}_JABBER_ID ${name}`,
    `${prefix}_JABBER_PASSWORD ${passwords.get(name) ?? ""}`,
  ];
  const monitor = watch === undefined ? [] : [`MON_JABBER_ADDRESS ${watch.monitor}`];
  const redis = [`JM_REDIS_SERVER ${hostname}`, `JM_REDIS_PORT ${ports.redis}`];
  const room = [`HB_CHAT_SERVER ${rooms}`, `HB_CHAT_ROOM ${ROOM}`];
  const files: Readonly<Record<string, readonly string[]>> = {
    "copilot-agent": [
      `JM_JABBER_ADDRESS jobmanager@${domain}`,
      ...account("AGENT", "agent"),
      `AGENT_WORK_DIR ${directories.work}`,
      "AGENT_REQUEST_INTERVAL 2",
      "AGENT_REQUEST_INTERVAL_MAX 10",
      ...monitor,
      ...room,
    ],
    "copilot-jobmanager-generic": [
      ...account("JM", "jobmanager"),
      `JM_CHIRP_SERVER ${hostname}`,
      `JM_CHIRP_PORT ${ports.chirp}`,
      `JM_CHIRP_WORK_DIR ${directories.chirp}`,
      `JM_DONE_JOB_DIR ${directories.done}`,
      ...redis,
      "JM_LEASE_SILENCE 10",
      ...monitor,
      ...room,
    ],
    "copilot-heartbeat": [...account("HB", "heartbeat"), ...room],
    "copilot-dashboard": [
      `DASH_SERVER_HOST ${hostname}`,
      ...redis,
      ...watch === undefined ? [] : [
        `DASH_GRAPHITE_HOST ${hostname}`,
        `DASH_GRAPHITE_PORT ${watch.graphitePort}`,
        `DASH_MONGODB_HOST ${hostname}`,
        `DASH_MONGODB_PORT ${watch.mongodbPort}`,
      ],
    ],
  };
  for (const [component, lines] of Object.entries(files)) {
    const text = ["# Written by the sandbox at its start", ...lines, ...settings[component] ?? []];
    const path = join(directories.config, `${component}.conf`);
    await Deno.writeTextFile(path, `${text.join("\n")}\n`, { mode: 0o600 });
  }
}
