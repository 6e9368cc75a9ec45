/**
 * The servers that the command line names.
 *
 * @module
 */
import { UnreachableError, UsageError } from "../../../lib/cli.ts";
import { type Clock, systemClock } from "../../../lib/clock.ts";
import { connectRedis } from "../../../lib/jobs/ioredis_calls.ts";
import { type RedisCalls, RedisError } from "../../../lib/jobs/redis_calls.ts";
import { diskWorkspace } from "../../../lib/machine/disk_workspace.ts";
import type { Workspace } from "../../../lib/machine/workspace.ts";
import type { TlsMode } from "../../../lib/messaging/xmpp_link.ts";
import { systemRandom } from "../../../lib/random.ts";
import { startChirpServer } from "../../../sim/chirp/mod.ts";
import type { ConformanceOptions } from "../command_line.ts";
import type { Patience } from "../peer.ts";
import { type Account, parseAccount, parseAccounts } from "./accounts.ts";
import { Connector } from "./connector.ts";

const ANSWER_MS = 10_000;
const SILENCE_MS = 1500;
const XMPP_PORT = 5222;
const REDIS_PORT = 6379;

const TLS: Readonly<Record<ConformanceOptions["tls"], TlsMode>> = {
  auto: "starttls-if-offered",
  require: "require-starttls",
  direct: "direct",
  off: "off",
};

/** What a run has beside its command line. */
export interface RunContext {
  /** Ends the run early. */
  readonly signal: AbortSignal;
  /** Tells whoever has started it what it waits for. */
  readonly tell: (line: string) => void;
}

/** The servers, open. What goes with the run is put on its stack. */
export class Server implements AsyncDisposable {
  /** Address of the XMPP server as it was given. */
  readonly name: string;
  readonly connector: Connector;
  readonly accounts: readonly Account[];
  readonly patience: Patience;
  readonly clock: Clock = systemClock;
  readonly context: RunContext;
  /** Closed with the target, or when it cannot be opened. */
  readonly resources = new AsyncDisposableStack();

  /**
   * @param options The command line.
   * @param name Address of the XMPP server.
   * @param accounts Accounts to play with.
   * @param context See {@linkcode RunContext}.
   */
  constructor(
    options: ConformanceOptions,
    name: string,
    accounts: readonly Account[],
    context: RunContext,
  ) {
    const { host, port } = parseAddress(name, XMPP_PORT);
    this.name = name;
    this.accounts = accounts;
    this.context = context;
    this.patience = { answerMs: ANSWER_MS, silenceMs: options.silence ?? SILENCE_MS };
    this.connector = new Connector({
      host,
      port,
      domain: options.domain ?? host,
      tls: TLS[options.tls],
      caFile: options.caFile,
      patience: this.patience,
      clock: this.clock,
      random: systemRandom,
      signal: context.signal,
    });
  }

  /** Connects to the Redis that is given; `undefined` where none is. */
  async openRedis(address: string | undefined): Promise<RedisCalls | undefined> {
    if (address === undefined) return undefined;
    try {
      return this.resources.use(await connectRedis(parseAddress(address, REDIS_PORT)));
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      throw new UnreachableError(error.message);
    }
  }

  /** Opens a folder that must exist; `undefined` where none is given. */
  async openFolder(path: string | undefined): Promise<Workspace | undefined> {
    if (path === undefined) return undefined;
    const isDirectory = await Deno.stat(path).then((stat) => stat.isDirectory, () => false);
    if (!isDirectory) throw new UsageError(`Cannot use ${path}: it is no directory`);
    return diskWorkspace(await Deno.realPath(path));
  }

  /** Makes a folder that goes with the run. */
  async makeFolder(): Promise<string> {
    const path = await Deno.makeTempDir({ prefix: "copilot_conformance_" });
    this.resources.defer(() => Deno.remove(path, { recursive: true }));
    return path;
  }

  /**
   * Gives the Chirp server of the command line, or one of the suite's own on a folder.
   *
   * @param options The command line.
   * @returns Its folder and its address.
   */
  async openChirp(
    options: ConformanceOptions,
  ): Promise<{ readonly chirp: Workspace; readonly chirpAddress: string }> {
    const given = await this.openFolder(options.chirpDir);
    if (given !== undefined && options.chirp !== undefined) {
      return { chirp: given, chirpAddress: options.chirp };
    }
    const root = given === undefined ? await this.makeFolder() : given.path(".");
    const server = this.resources.use(
      await startChirpServer({ root, rootAcl: "address:127.0.0.1 l\n" }),
    );
    return { chirp: diskWorkspace(root), chirpAddress: `127.0.0.1:${server.port}` };
  }

  /** Closes what was opened; nothing where a target has taken it over. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.resources.disposed) await this.resources.disposeAsync();
  }
}

/**
 * Reads what the command line says of servers.
 *
 * @param options The command line.
 * @param name Address of the XMPP server.
 * @param context See {@linkcode RunContext}.
 * @throws {UsageError} When there is no account, or an address or account cannot be read.
 */
export async function openServer(
  options: ConformanceOptions,
  name: string,
  context: RunContext,
): Promise<Server> {
  const accounts = options.account.map(parseAccount);
  if (options.accounts !== undefined) {
    const path = options.accounts;
    const text = await Deno.readTextFile(path).catch((error) => {
      throw new UsageError(`Cannot read ${path}: ${error.message}`);
    });
    accounts.push(...parseAccounts(text));
  }
  if (accounts.length === 0) {
    throw new UsageError("Cannot log in: --account USER:PASSWORD or --accounts FILE is missing");
  }
  return new Server(options, name, accounts, context);
}

/**
 * Reads `HOST` or `HOST:PORT`; an IPv6 address stands in brackets.
 *
 * @throws {UsageError} When it is neither.
 */
export function parseAddress(
  text: string,
  defaultPort: number,
): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new UsageError(`Cannot read the address ${JSON.stringify(text)}: it is not HOST:PORT`);
  }
  return { host, port };
}
