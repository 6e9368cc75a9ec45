/**
 * A whole site on loopback: XMPP server, Redis, Chirp server, and a directory of configuration with which
 * every role and tool finds them.
 *
 * @module
 */
import { join } from "@std/path";
import { type Random, randomHex, systemRandom } from "../lib/random.ts";
import { startChirpServer } from "./chirp/mod.ts";
import { startRedisServer } from "./redis/mod.ts";
import { type SandboxAddresses, writeSandboxConfig } from "./sandbox_config.ts";
import type { Monitoring, MonitoringPorts } from "./sandbox/monitoring.ts";
import { type Broker, startXmppServer } from "./xmpp/mod.ts";

/** Options of {@linkcode startSandbox}. */
export interface SandboxOptions {
  /** Directory of the site: configuration, files, queue. Made where missing; what it holds is kept. */
  readonly directory: string;
  /** Ports; 0 takes a free one. Default: 0, or those of the last start in the same directory. */
  readonly ports?: Partial<SandboxAddresses["ports"]> | undefined;
  /** Number of accounts `agent-1`, `agent-2` … beside `agent`. Default: 0. */
  readonly agentAccounts?: number | undefined;
  /** True: the queue survives a restart (append-only file). Default: true. */
  readonly durable?: boolean | undefined;
  /** True: Carbon, MongoDB, a monitor and a dashboard run beside it. Default: false. */
  readonly monitoring?: boolean | undefined;
  /** Their ports; 0 takes a free one. Default: those of the last start in the same directory, else free ones. */
  readonly monitoringPorts?: Partial<MonitoringPorts> | undefined;
  /** Time that an XMPP session waits for its client after the connection broke. Default: 300 seconds. */
  readonly resumeSeconds?: number | undefined;
  /** More lines for configuration files, by component, such as `JM_LEASE_SILENCE 2`. Default: none. */
  readonly settings?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Source of the passwords. Default: the machine's. */
  readonly random?: Random | undefined;
}

/** A running site. Disposing of it stops its servers; the directory stays. */
export interface Sandbox extends AsyncDisposable {
  /** What a client of its own needs to find the servers. */
  readonly addresses: SandboxAddresses;
  /** What watches the site; `undefined` where nothing does. */
  readonly monitoring: Monitoring | undefined;
  /** Password of `jobmanager`, `storagemanager`, `agent`, `heartbeat` or `agent-N`; empty for any other name. */
  password(account: string): string;
  /** Breaks every XMPP connection, as a restart of the server does. */
  dropXmppConnections(): void;
}

/** File in a site's directory that keeps its ports: running roles find them again after a restart. */
const PORTS_FILE = "ports.json";
/** File that keeps the ports of what watches it. */
const MONITORING_PORTS_FILE = "monitoring-ports.json";
/** Who may do what at the top of the Chirp folder: the site's manager writes past the protocol. */
const ROOT_ACL = "address:127.0.0.1 l\n";

/**
 * Starts a site.
 *
 * @example
 * ```ts
 * import { startSandbox } from "./sandbox.ts";
 * import { assertMatch } from "@std/assert";
 *
 * const directory = await Deno.makeTempDir();
 * {
 *   await using site = await startSandbox({ directory });
 *   const { config } = site.addresses.directories;
 *   const agent = await Deno.readTextFile(`${config}/copilot-agent.conf`);
 *   assertMatch(agent, /^JM_JABBER_ADDRESS jobmanager@localhost$/m);
 * }
 * await Deno.remove(directory, { recursive: true });
 * ```
 *
 * @param options See {@linkcode SandboxOptions}.
 * @returns The site, once every server listens.
 * @throws {Deno.errors.AddrInUse} When a port is taken.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { directory, agentAccounts = 0, durable = true, resumeSeconds } = options;
  const random = options.random ?? systemRandom;
  const chirpFolder = join(directory, "chirp");
  await Deno.mkdir(chirpFolder, { recursive: true });
  const passwords = await keptPasswords(directory, accountNames(agentAccounts), random);
  const portsFile = join(directory, PORTS_FILE);
  const ports = { ...await readKept<number>(portsFile), ...options.ports };
  await using started = new AsyncDisposableStack();
  const xmpp = started.use(
    await listening(
      "xmpp",
      ports,
      (port) => startXmppServer({ domain: "localhost", accounts: passwords, port, resumeSeconds }),
    ),
  );
  const redis = started.use(
    await listening("redis", ports, (port) =>
      startRedisServer({
        port,
        ...(durable ? { appendOnlyFile: join(directory, "redis.aof") } : {}),
      })),
  );
  const chirp = started.use(
    await listening(
      "chirp",
      ports,
      (port) => startChirpServer({ root: chirpFolder, port, rootAcl: ROOT_ACL }),
    ),
  );
  const monitoring = options.monitoring === true
    ? started.use(await watched(options, xmpp.broker, redis.port))
    : undefined;
  const addresses: SandboxAddresses = {
    hostname: "127.0.0.1",
    domain: xmpp.domain,
    rooms: xmpp.mucDomain,
    ports: { xmpp: xmpp.port, redis: redis.port, chirp: chirp.port },
    directories: {
      config: directory,
      chirp: chirpFolder,
      done: join(directory, "done"),
      work: join(directory, "work"),
    },
  };
  await Deno.writeTextFile(portsFile, JSON.stringify(addresses.ports));
  const watch = monitoring === undefined ? undefined : {
    monitor: `monitor@${xmpp.domain}`,
    graphitePort: monitoring.ports.graphite,
    mongodbPort: monitoring.ports.mongodb,
  };
  await writeSandboxConfig({ addresses, passwords, watch, settings: options.settings ?? {} });
  const servers = started.move();
  return {
    addresses,
    monitoring,
    password: (account) => passwords.get(account) ?? "",
    dropXmppConnections: () => xmpp.kill(),
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  };
}

/** Starts what watches the site, on the ports of an earlier start. */
async function watched(
  { directory, monitoringPorts }: SandboxOptions,
  broker: Broker,
  redisPort: number,
): Promise<Monitoring> {
  const file = join(directory, MONITORING_PORTS_FILE);
  const ports = { ...await readKept<number>(file), ...monitoringPorts };
  // Most sites run without; its libraries take time to load.
  const { startMonitoring } = await import("./sandbox/monitoring.ts");
  const monitoring = await startMonitoring({ directory, broker, redisPort, ports });
  await Deno.writeTextFile(file, JSON.stringify(monitoring.ports));
  return monitoring;
}

/** Starts a server on its port; where the port is taken, the error says which one it was. */
async function listening<Server>(
  name: keyof SandboxAddresses["ports"],
  ports: Partial<SandboxAddresses["ports"]>,
  start: (port: number) => Server | Promise<Server>,
): Promise<Server> {
  const port = ports[name] ?? 0;
  try {
    return await start(port);
  } catch (error) {
    if (!isPortTaken(error)) throw error;
    throw new Deno.errors.AddrInUse(`Cannot start ${name} on port ${port}: the port is in use`);
  }
}

/** Both of Deno's own listeners and of those of `node:net`. */
function isPortTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

function accountNames(agents: number): string[] {
  const numbered = Array.from({ length: agents }, (_, index) => `agent-${index + 1}`);
  return ["jobmanager", "storagemanager", "agent", "heartbeat", "monitor", "presence", ...numbered];
}

/** Reads the passwords of an earlier start; makes those that are missing. */
async function keptPasswords(
  directory: string,
  accounts: readonly string[],
  random: Random,
): Promise<Map<string, string>> {
  const file = join(directory, "passwords.json");
  const passwords = new Map(Object.entries(await readKept<string>(file)));
  for (const account of accounts) {
    if (!passwords.has(account)) passwords.set(account, randomHex(random, 32));
  }
  await Deno.writeTextFile(file, JSON.stringify(Object.fromEntries(passwords)), { mode: 0o600 });
  return passwords;
}

/** Reads what an earlier start kept. */
async function readKept<Value>(file: string): Promise<Record<string, Value>> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
