/**
 * Starts Prosody for tests, on free ports of the loopback address and in a folder of its own.
 *
 * @module
 */
import { connect } from "node:net";
import { freePort } from "../_free_port.ts";
import { FIXTURE_CERTIFICATE, type TestCertificate } from "./_test_certificate.ts";

/** Options of {@linkcode startProsody}. */
export interface ProsodyOptions {
  /** Password by user. */
  readonly accounts: ReadonlyMap<string, string>;
  /** Whether there are rooms. Default true. */
  readonly muc?: boolean;
  /** Whether STARTTLS and TLS are offered; or TLS 1.2 and nothing else. Default false. */
  readonly tls?: boolean | "tlsv1_2";
  /** Its certificate. Default that of the fixtures. */
  readonly certificate?: TestCertificate;
  /** Whether stream management (mod_smacks) is offered. Default false. */
  readonly streamManagement?: boolean;
  /** Token of the module that tells who is connected. Default: it is not loaded. */
  readonly connectionsToken?: string;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** Port of plain TCP, so that a server can come back where it was. Default one that is free. */
  readonly port?: number;
}

/** A running Prosody. */
export interface ProsodyServer extends AsyncDisposable {
  /** Address that it listens on. */
  readonly host: string;
  /** Port of plain TCP and STARTTLS. */
  readonly port: number;
  /** Address at which it tells who is connected, where it does. */
  readonly connectionsUrl: string;
  /** Number of its process. */
  readonly pid: number;
  /** Domain that it serves. */
  readonly domain: string;
  /** Domain of its rooms. */
  readonly mucDomain: string;
  /** Port of TLS, where it is offered. */
  readonly tlsPort?: number;
  /** File with the certificate to trust, where TLS is offered. */
  readonly caFile?: string;
}

const HOST = "127.0.0.1";
const DOMAIN = "copilot.test";
const PLUGINS = new URL("../../roles/presence/", import.meta.url).pathname;
/** Tries to connect, 50 ms apart, before Prosody is given up. */
const MOST_TRIES = 200;

/** Whether Prosody is installed. */
export const hasProsody = (() => {
  try {
    return Deno.statSync("/usr/bin/prosody").isFile;
  } catch {
    return false;
  }
})();

/** Resolves to whether something listens on the port. */
function canConnect(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  const settle = (up: boolean) => {
    socket.destroy();
    resolve(up);
  };
  socket.once("connect", () => settle(true));
  socket.once("error", () => settle(false));
  return promise;
}

interface Ports {
  readonly port: number;
  readonly tlsPort: number;
  readonly httpPort: number;
}

/** Prosody's configuration: what a site with Co-Pilot would write, and the fast garbage collector. */
function configuration(folder: string, options: ProsodyOptions, ports: Ports) {
  const { port, tlsPort, httpPort } = ports;
  const modules = ["disco", "roster", "saslauth", "ping", "presence", "message", "iq"];
  const protocol = options.tls === "tlsv1_2" ? `, protocol = "tlsv1_2"` : "";
  const { certFile, keyFile } = options.certificate ?? FIXTURE_CERTIFICATE;
  const identity = `{ certificate = "${certFile}", key = "${keyFile}"${protocol} }`;
  const offersTls = (options.tls ?? false) !== false;
  const tls = offersTls
    ? `c2s_direct_tls_ports = { ${tlsPort} }\nssl = ${identity}\nc2s_direct_tls_ssl = ${identity}`
    : "c2s_direct_tls_ports = {}";
  if (offersTls) modules.push("tls");
  if (options.streamManagement === true) modules.push("smacks");
  const tells = options.connectionsToken !== undefined;
  if (tells) modules.push("http", "copilot_connections");
  const rooms = options.muc === false
    ? ""
    : `Component "conference.${DOMAIN}" "muc"\n  muc_room_locking = false`;
  return `
run_as_root = true
daemonize = false
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
plugin_paths = { "${PLUGINS}" }
interfaces = { "${options.host ?? HOST}" }
c2s_ports = { ${port} }
s2s_ports = {}
http_ports = { ${tells ? httpPort : ""} }
http_interfaces = { "${HOST}" }
http_host = "${HOST}"
copilot_connections_token = ${JSON.stringify(options.connectionsToken ?? "")}
https_ports = {}
modules_enabled = { ${modules.map((name) => JSON.stringify(name)).join(", ")} }
modules_disabled = { "s2s", ${tells ? "" : '"http", '}"offline" }
c2s_require_encryption = ${options.tls === "tlsv1_2"}
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
storage = "internal"
c2s_stanza_size_limit = 1024 * 1024
gc = { mode = "incremental", threshold = 200, speed = 400 }
log = { warn = "${folder}/prosody.log" }
${tls}
VirtualHost "${DOMAIN}"
${rooms}
`;
}

/** A name as Prosody's store writes it into a path: `agent%2d1`. */
function storedName(name: string): string {
  const escape = (character: string) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return name.replace(/[^A-Za-z0-9]/g, escape);
}

/** Writes the accounts as Prosody's own store keeps them. */
async function writeAccounts(folder: string, accounts: ReadonlyMap<string, string>) {
  const path = `${folder}/data/${storedName(DOMAIN)}/accounts`;
  await Deno.mkdir(path, { recursive: true });
  for (const [user, password] of accounts) {
    const text = `return {\n\t["password"] = ${JSON.stringify(password)};\n};\n`;
    await Deno.writeTextFile(`${path}/${storedName(user)}.dat`, text);
  }
}

/**
 * Starts Prosody and waits until it takes connections.
 *
 * @param options Its accounts and what it offers.
 * @returns The server; disposing of it ends the process and removes its folder.
 * @throws {Error} When it does not come up.
 */
export async function startProsody(options: ProsodyOptions): Promise<ProsodyServer> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_prosody_" });
  const { host = HOST, port = freePort() } = options;
  const { certFile: caFile } = options.certificate ?? FIXTURE_CERTIFICATE;
  const [tlsPort, httpPort] = [freePort(), freePort()];
  await writeAccounts(folder, options.accounts);
  await Deno.writeTextFile(
    `${folder}/prosody.cfg.lua`,
    configuration(folder, options, { port, tlsPort, httpPort }),
  );
  const process = new Deno.Command("/usr/bin/prosody", {
    args: ["--config", `${folder}/prosody.cfg.lua`, "-F"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let exited = false;
  const status = process.status.then(() => exited = true);
  const stop = async () => {
    if (!exited) process.kill("SIGKILL");
    await status;
    await Deno.remove(folder, { recursive: true });
  };
  for (let tries = 0; !await canConnect(host, port); tries++) {
    if (exited || tries >= MOST_TRIES) {
      const log = await Deno.readTextFile(`${folder}/prosody.log`).catch(() => "");
      await stop();
      throw new Error(`Cannot start Prosody: ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    host,
    port,
    connectionsUrl: `http://${HOST}:${httpPort}/copilot_connections`,
    pid: process.pid,
    domain: DOMAIN,
    mucDomain: `conference.${DOMAIN}`,
    ...((options.tls ?? false) !== false ? { tlsPort, caFile } : {}),
    [Symbol.asyncDispose]: stop,
  };
}
