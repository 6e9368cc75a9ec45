/**
 * The Perl original beside our roles: a site on real servers, and the original's programs as their users
 * start them. `COPILOT_TEST_PERL` names a directory with the original's scripts in `bin` and, in `lib`, its
 * modules and those that the system lacks; the README says which.
 *
 * @module
 */
import { join, resolve } from "@std/path";
import type { Program } from "../tools/_program.ts";
import type { RealSite } from "./_conformance_run.ts";
import { KEY_MANAGER, SECURE_MANAGER, secureLines, writeSecure } from "./_perl_secure.ts";
import { MISSING, Site, startServers } from "./_site.ts";

/** Where the original is installed; `undefined`: nowhere. */
const PERL_ROOT = Deno.env.get("COPILOT_TEST_PERL");
/** The original knows this port only, so Prosody gets a loopback address that nobody else uses. */
const XMPP = { host: "127.0.82.1", port: 5222 };
const PASSWORD = "the-password";
const ROOM = "pilots-lounge";
/** The part of the agent's account by which the original's manager tells of its connection. */
export const AGENT_UUID = "0f7e1c52-8a43-4b57-9d3c-6f2a1be05d11";
/** An agent's account of the form `agent_ID_CPUS_REVISION_UUID_MORE`. */
const NAMED_AGENT = `agent_7_2_1_${AGENT_UUID}_x`;
/** What a component of the original logs two seconds after its start; its session is up after one. */
const AWAKE = /security module does not need to be waken up/;

/** What keeps these tests from running. */
const LACKING = [...PERL_ROOT === undefined ? ["COPILOT_TEST_PERL"] : [], ...MISSING];

/** Registers a test that needs the original; ignored, under a name that says why, where it is missing. */
export function originalTest(
  name: string,
  fn: (site: PerlSite) => Promise<void>,
  options: PerlOptions = {},
): void {
  const ignore = LACKING.length > 0;
  Deno.test({
    name: ignore ? `${name} (missing: ${LACKING.join(", ")})` : name,
    ignore,
    fn: async () => {
      await using site = await Site.open((folder) =>
        startServers(folder, {
          xmpp: XMPP,
          accounts: ["monitor", NAMED_AGENT],
          tls: options.tls === true && "tlsv1_2",
        })
      );
      await fn(await PerlSite.open(site, options));
    },
  });
}

/** How the original is set up. */
export interface PerlOptions {
  /** True: its components are in secure mode, with keys. Default: false. */
  readonly secure?: boolean | undefined;
  /** True: the server offers STARTTLS, with TLS 1.2: with 1.3 the original hangs. Default: false. */
  readonly tls?: boolean | undefined;
  /** True: its manager tells a monitor of events, and its agent's account names the connection. Default: false. */
  readonly monitored?: boolean | undefined;
}

/** The submit tool knows one Redis only: it is led to that of the site. */
const REDIS_HERE = `package RedisHere;
require Redis;
my $new = \\&Redis::new;
no warnings 'redefine';
*Redis::new = sub { my ($class, %o) = @_; $new->($class, %o, server => $ENV{TEST_REDIS}) };
1;
`;
const LOGGER = `dispatchers = screen

[screen]
class = Log::Dispatch::Screen
min_level = debug
stderr = 1
format = [%d] [%p] %m
`;

/** A site with the original on it. */
export class PerlSite {
  readonly site: RealSite;
  readonly #config: string;
  readonly #secure: boolean;

  private constructor(site: RealSite, config: string, secure: boolean) {
    this.site = site;
    this.#config = config;
    this.#secure = secure;
  }

  /** Writes the original's configuration. */
  static async open(site: RealSite, options: PerlOptions = {}): Promise<PerlSite> {
    const { secure = false, monitored = false } = options;
    const config = join(site.directory, "perl");
    await Deno.mkdir(config);
    if (secure) await writeSecure(PERL_ROOT ?? "", config, site.servers.addresses.domain);
    const { domain, rooms, hostname, ports, directories } = site.servers.addresses;
    const logger = join(config, "logger.conf");
    const account = (prefix: string, id: string) => [
      [`${prefix}_JABBER_SERVER`, XMPP.host],
      [`${prefix}_JABBER_DOMAIN`, domain],
      [`${prefix}_JABBER_ID`, id],
      [`${prefix}_JABBER_PASSWORD`, PASSWORD],
      [`${prefix}_LOGGER_CONFIG_FILE`, logger],
      // In secure mode it dies of the first message in clear, and a room is full of them.
      ...secure
        ? secureLines(prefix, config, domain)
        : [["HB_CHAT_SERVER", rooms], ["HB_CHAT_ROOM", ROOM]],
    ];
    const files = {
      "copilot-agent.conf": [
        ...account("AGENT", monitored ? NAMED_AGENT : "agent-1"),
        ["JM_JABBER_ADDRESS", `jobmanager@${domain}`],
        ["AGENT_WORK_DIR", join(site.directory, "perl-work")],
      ],
      "copilot-jobmanager-generic.conf": [
        ...account("JM", "jobmanager"),
        ["JM_JABBER_RESOURCE", "perl"],
        // The environment overrides only what is in a file.
        ["JM_QUEUE_ONLY_MODE_ON", "0"],
        ["JM_STORAGE_ONLY_MODE_ON", "0"],
        ...monitored ? [["MON_JABBER_ADDRESS", `monitor@${domain}`]] : [],
        ["SM_JABBER_ADDRESS", `jobmanager@${domain}`],
        ["JM_REDIS_SERVER", hostname],
        ["JM_REDIS_PORT", `${ports.redis}`],
        ["JM_CHIRP_SERVER", hostname],
        ["JM_CHIRP_PORT", `${ports.chirp}`],
        ["JM_CHIRP_WORK_DIR", directories.chirp],
        ["JM_DONE_JOB_DIR", directories.done],
      ],
      "copilot-heartbeat.conf": account("HB", "heartbeat"),
      "copilot-key-manager.conf": account("KM", KEY_MANAGER),
    };
    for (const [name, lines] of Object.entries(files)) {
      const text = lines.map((line) => `${line.join(" ")}\n`).join("");
      await Deno.writeTextFile(join(config, name), text);
    }
    await Deno.writeTextFile(logger, LOGGER);
    await Deno.writeTextFile(join(config, "RedisHere.pm"), REDIS_HERE);
    return new PerlSite(site, config, secure);
  }

  /** Starts one of the original's programs. */
  start(
    program: string,
    args: readonly string[] = [],
    options: { readonly env?: Readonly<Record<string, string>> } = {},
  ): Program {
    const root = PERL_ROOT ?? "";
    const { hostname, ports } = this.site.servers.addresses;
    return this.site.start("agent", {
      launcher: "perl",
      args: [resolve(root, "bin", program), ...args],
      cwd: this.site.directory,
      env: {
        ...options.env,
        COPILOT_CONFIG: this.#config,
        PERL5LIB: `${this.#config}:${join(root, "lib")}`,
        PERL5OPT: program === "copilot-job-submit" ? "-MRedisHere" : "",
        TEST_REDIS: `${hostname}:${ports.redis}`,
      },
    });
  }

  /**
   * Starts the original's manager and waits until it is in the room, or online where there is none.
   *
   * @param env Overrides its configuration.
   */
  async startManager(env: Readonly<Record<string, string>> = {}): Promise<Program> {
    const manager = this.#secure
      ? this.start(join(this.#config, SECURE_MANAGER))
      : this.start("copilot-jobmanager-generic", [], { env });
    await manager.logged(this.#secure ? AWAKE : /Joining chat room/);
    return manager;
  }

  /** Starts the original's key manager and waits until it is online. */
  async startKeyManager(): Promise<Program> {
    const keyManager = this.start("copilot-key-manager");
    await keyManager.logged(AWAKE);
    return keyManager;
  }

  /** JID of the key manager of a secure site. */
  get keyManager(): string {
    return `${KEY_MANAGER}@${this.site.servers.addresses.domain}`;
  }

  /** Path of a component's private key, or of the list of public keys. */
  keyFile(name: "manager.priv" | "key-manager.priv" | "public-keys"): string {
    return join(this.#config, name);
  }

  /** Submits a job with the original's tool; returns its id. */
  async submit(script: string): Promise<string> {
    await this.site.file("perl_job.sh", script);
    const { hostname, ports, directories } = this.site.servers.addresses;
    const tool = this.start("copilot-job-submit", [
      "--command=perl_job.sh",
      `--chirp-addr=${hostname}:${ports.chirp}`,
      `--chirp-dir=${directories.chirp}`,
    ]);
    const line = await tool.printed(/ID: /);
    return /ID: (\S+)\)/.exec(line)?.[1] ?? "";
  }

  /** Environment that takes our roles and tools to the server. */
  get ours(): Readonly<Record<string, string>> {
    const { caFile } = this.site.servers.prosody;
    return {
      JM_JABBER_SERVER: XMPP.host,
      AGENT_JABBER_SERVER: XMPP.host,
      HB_JABBER_SERVER: XMPP.host,
      MON_JABBER_SERVER: XMPP.host,
      HB_CHAT_ROOM: ROOM,
      ...caFile === undefined ? {} : { JM_JABBER_CA_FILE: caFile, AGENT_JABBER_CA_FILE: caFile },
    };
  }
}
