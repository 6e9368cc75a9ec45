/**
 * Starts ejabberd for tests, on free ports of the loopback address and in a folder of its own.
 *
 * @module
 */
import { FIXTURE_CERTIFICATE, type TestCertificate } from "./_test_certificate.ts";

/** Options of {@linkcode startEjabberd}. */
export interface EjabberdOptions {
  /** Whether stream management (mod_stream_mgmt) is offered. Default false. */
  readonly streamManagement?: boolean;
  /** Whether its API answers over HTTP, to anybody on this machine. Default false. */
  readonly api?: boolean;
  /** Its certificate. Default that of the fixtures. */
  readonly certificate?: TestCertificate;
}

/** A running ejabberd; STARTTLS and TLS are offered. */
export interface EjabberdServer extends AsyncDisposable {
  /** Address that it listens on. */
  readonly host: string;
  /** Port of plain TCP and STARTTLS. */
  readonly port: number;
  /** Port of TLS from the first byte. */
  readonly tlsPort: number;
  /** Port of the API, where there is one. */
  readonly apiPort: number;
  /** Number of its process. */
  readonly pid: number;
  /** Domain that it serves. */
  readonly domain: string;
  /** Domain of its rooms. */
  readonly mucDomain: string;
  /** File with the certificate to trust. */
  readonly caFile: string;
}

const HOST = "127.0.0.1";
const DOMAIN = "copilot.test";
const ERL = "/usr/bin/erl";
const ERL_LIBS = "/usr/lib/x86_64-linux-gnu";

/** Whether ejabberd is installed. */
export const hasEjabberd = (() => {
  try {
    return Deno.statSync(ERL).isFile && Deno.statSync("/etc/ejabberd").isDirectory;
  } catch {
    return false;
  }
})();

function freePort(): number {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  return listener.addr.port;
}

function configuration(
  folder: string,
  port: number,
  tlsPort: number,
  apiPort: number,
  { streamManagement = false, api = false }: EjabberdOptions,
): string {
  const listener = (port: number, more: string) => `
  - port: ${port}
    ip: "${HOST}"
    module: ejabberd_c2s
    backlog: 1024
    max_stanza_size: 1048576
    shaper: none
    ${more}`;
  const apiListener = `
  - port: ${apiPort}
    ip: "${HOST}"
    module: ejabberd_http
    request_handlers: { /api: mod_http_api }`;
  return `
hosts: ["${DOMAIN}"]
loglevel: warning
hide_sensitive_log_data: true
certfiles: ["${folder}/tls.pem"]
auth_method: internal
acl: {}
access_rules:
  local: { allow: all }
shaper_rules:
  max_user_sessions: 1000
listen:${listener(port, "starttls: true")}${listener(tlsPort, "tls: true")}${api ? apiListener : ""}
api_permissions:
  "this machine": { who: { ip: "127.0.0.0/8" }, what: "connected_users_info" }
modules:
  mod_admin_extra: {}
  mod_disco: {}
  mod_muc:
    access_create: local
    max_users: 1000
    default_room_options: { allow_private_messages: true, anonymous: true, persistent: false }
  mod_ping: {}
  mod_roster: {}
${streamManagement ? "  mod_stream_mgmt: {}" : ""}
`;
}

/** The accounts as Erlang terms: of thousands, a command line would be too long. */
function accountTerms(accounts: ReadonlyMap<string, string>): string {
  return [...accounts].map(([user, password]) => `{<<"${user}">>, <<"${password}">>}.\n`).join("");
}

/** Erlang that starts the server, adds the accounts of a file and says so. */
function startScript(accountsFile: string): string {
  return "{ok, _} = application:ensure_all_started(ejabberd), " +
    `{ok, Accounts} = file:consult("${accountsFile}"), ` +
    `[ejabberd_auth:try_register(User, <<"${DOMAIN}">>, Password) || {User, Password} <- Accounts], ` +
    'io:format("accounts ready~n").';
}

/**
 * Starts ejabberd and waits until its accounts can log in.
 *
 * @param accounts Password by user.
 * @param options What it offers.
 * @returns The server; disposing of it ends the process and removes its folder.
 * @throws {Error} When it does not come up.
 */
export async function startEjabberd(
  accounts: ReadonlyMap<string, string>,
  options: EjabberdOptions = {},
): Promise<EjabberdServer> {
  const folder = await Deno.makeTempDir({ prefix: "copilot_ejabberd_" });
  const [port, tlsPort, apiPort] = [freePort(), freePort(), freePort()];
  const { certFile: caFile, keyFile } = options.certificate ?? FIXTURE_CERTIFICATE;
  const identity = await Promise.all([caFile, keyFile].map((file) => Deno.readTextFile(file)));
  await Deno.writeTextFile(`${folder}/tls.pem`, identity.join("\n"));
  const text = configuration(folder, port, tlsPort, apiPort, options);
  await Deno.writeTextFile(`${folder}/ejabberd.yml`, text);
  const accountsFile = `${folder}/accounts.terms`;
  await Deno.writeTextFile(accountsFile, accountTerms(accounts));
  const process = new Deno.Command(ERL, {
    args: [
      ...["-noinput", "-mnesia", "dir", `"${folder}/mnesia"`],
      ...["-ejabberd", "log_path", `"${folder}/ejabberd.log"`],
      ...["-eval", startScript(accountsFile)],
    ],
    env: { EJABBERD_CONFIG_PATH: `${folder}/ejabberd.yml`, ERL_LIBS, HOME: folder },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = process.stdout.pipeThrough(new TextDecoderStream());
  let said = "";
  const stop = async () => {
    try {
      process.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await process.status;
    await output.cancel().catch(() => {});
    await Deno.remove(folder, { recursive: true });
  };
  const reader = output.getReader();
  while (!said.includes("accounts ready")) {
    const { done, value } = await reader.read();
    if (done) {
      reader.releaseLock();
      await stop();
      throw new Error(`Cannot start ejabberd: ${said}`);
    }
    said += value;
  }
  reader.releaseLock();
  return {
    host: HOST,
    port,
    apiPort,
    pid: process.pid,
    tlsPort,
    domain: DOMAIN,
    mucDomain: `conference.${DOMAIN}`,
    caFile,
    [Symbol.asyncDispose]: stop,
  };
}
