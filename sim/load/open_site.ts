/**
 * From options to the place of a load test: which servers it has and where they run.
 *
 * @module
 */
import { join } from "@std/path";
import { connectRedis } from "../../lib/jobs/ioredis_calls.ts";
import type { RedisCalls } from "../../lib/jobs/redis_calls.ts";
import { memoryRedisCalls, RedisStore } from "../redis/mod.ts";
import { filePlace, type FileWords } from "./files.ts";
import { DOMAIN, type LoadSite, MANAGER_ACCOUNT } from "./load_site.ts";
import { MemorySite } from "./memory_site.ts";
import type { Address, ChirpChoice, LoadOptions, XmppTarget } from "./options.ts";
import type { Part } from "./part.ts";
import { PartProcess } from "./part_process.ts";
import { ProcessSite } from "./process_site.ts";

const HOST = "127.0.0.1";
/** Agents in one process: each takes a file descriptor, and a process has 20,000 at most on many machines. */
const AGENTS_PER_PROCESS = 5000;

/** A place with all that it has started; disposing of it ends it all. */
export interface OpenSite extends AsyncDisposable {
  readonly site: LoadSite;
}

/**
 * Opens a place.
 *
 * @param options See {@linkcode LoadOptions}.
 * @returns The place, its servers at work.
 */
export async function openSite(options: LoadOptions): Promise<OpenSite> {
  await using stack = new AsyncDisposableStack();
  const servers = new Servers(stack);
  const { transport = "memory" } = options;
  const files = await openFiles(options.chirp ?? "none", stack, servers);
  const redis = options.redis ?? (transport === "tcp" ? "own" : "memory");
  const site = stack.use(
    transport === "tcp"
      ? await ProcessSite.open({
        xmpp: options.server ?? await servers.xmpp(),
        redis: await servers.redis(redis),
        files,
        servers: servers.parts,
        agentsPerProcess: options.agentsPerProcess ?? AGENTS_PER_PROCESS,
      })
      : await MemorySite.open({
        xml: transport === "memory-xml",
        connectRedis: redis === "memory"
          ? memoryRedis()
          : await redisConnections(await servers.redis(redis)),
        files: filePlace(files),
        servers: servers.parts,
      }),
  );
  const all = stack.move();
  return { site, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

function memoryRedis(): () => Promise<RedisCalls> {
  const store = new RedisStore();
  return () => Promise.resolve(memoryRedisCalls(store));
}

function redisConnections(address: Address): () => Promise<RedisCalls> {
  return () => connectRedis(address);
}

/** Servers of our own, each in a process. */
class Servers {
  readonly #stack: AsyncDisposableStack;
  readonly #parts = new Map<string, Part>();

  constructor(stack: AsyncDisposableStack) {
    this.#stack = stack;
  }

  /** The processes by kind. */
  get parts(): ReadonlyMap<string, Part> {
    return this.#parts;
  }

  /** Starts an XMPP server that takes whoever comes. */
  async xmpp(): Promise<XmppTarget> {
    const port = await this.#start({ kind: "xmpp", domain: DOMAIN });
    return {
      host: HOST,
      port,
      domain: DOMAIN,
      managerAccount: MANAGER_ACCOUNT,
      managerPassword: MANAGER_ACCOUNT,
      agentAccount: "agent{n}",
      agentPassword: "agent",
      tls: "off",
    };
  }

  /** Starts a Redis, unless it is there. */
  async redis(choice: "memory" | "own" | Address): Promise<Address> {
    if (choice === "memory") {
      throw new RangeError(
        "Cannot share a Redis in memory between processes: use own or an address",
      );
    }
    return choice === "own" ? { host: HOST, port: await this.#start({ kind: "redis" }) } : choice;
  }

  /** Starts a Chirp server on a folder. */
  async chirp(folder: string): Promise<Address> {
    return { host: HOST, port: await this.#start({ kind: "chirp", folder }) };
  }

  async #start(words: Parameters<typeof PartProcess.start>[0]): Promise<number> {
    const { part, port } = await PartProcess.start(words);
    this.#parts.set(words.kind, this.#stack.use(part));
    return port;
  }
}

/** Makes the folders of a choice and starts its server; temporary folders go with the place. */
async function openFiles(
  choice: ChirpChoice,
  stack: AsyncDisposableStack,
  servers: Servers,
): Promise<FileWords> {
  if (choice === "none") return { kind: "none" };
  const root = await Deno.makeTempDir({ prefix: "copilot-load-" });
  stack.defer(() => Deno.remove(root, { recursive: true }));
  const chirp = typeof choice === "string" ? join(root, "chirp") : choice.folder;
  const folders = { chirp, done: join(root, "done"), work: join(root, "work") };
  for (const folder of Object.values(folders)) await Deno.mkdir(folder, { recursive: true });
  if (choice === "folder") return { kind: "folder", folders };
  const { host, port } = choice === "own" ? await servers.chirp(chirp) : choice;
  return { kind: "chirp", folders, address: `${host}:${port}` };
}
