/**
 * Commands about the server.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import type { CommandSpec } from "../command.ts";
import { syntaxError, unknownSubcommand } from "../errors.ts";
import { matchGlob } from "../glob.ts";
import { NO_REPLY, OK, type Outcome, Pairs, type Reply, Status } from "../reply.ts";
import type { Session } from "../session.ts";
import { REDIS_VERSION } from "../version.ts";

function databaseSize(session: Session): Reply {
  return session.database.size;
}

function checkFlushMode([, mode]: readonly Bytes[]): void {
  if (mode !== undefined && !["ASYNC", "SYNC"].includes(mode.toUpperCase())) throw syntaxError();
}

function flushDatabase(session: Session, args: readonly Bytes[]): Reply {
  checkFlushMode(args);
  session.database.clear();
  return OK;
}

function flushAll(session: Session, args: readonly Bytes[]): Reply {
  checkFlushMode(args);
  for (const database of session.store.databases) database.clear();
  return OK;
}

function time(session: Session): Reply {
  const nowMs = session.store.clock.now();
  const seconds = Math.floor(nowMs / 1000);
  return [`${seconds}`, `${Math.floor((nowMs - seconds * 1000) * 1000)}`];
}

function save(session: Session): Reply {
  session.store.savedAtMs = session.store.nowMs;
  return OK;
}

function backgroundSave(session: Session): Reply {
  save(session);
  return new Status("Background saving started");
}

function rewriteLog(session: Session): Reply {
  session.store.server?.rewriteLog();
  return new Status("Background append only file rewriting started");
}

function lastSave(session: Session): Reply {
  return Math.floor(session.store.savedAtMs / 1000);
}

function shutdown(session: Session): Outcome {
  const { server } = session.store;
  if (server === undefined) throw new RedisError("ERR Errors trying to SHUTDOWN. Check logs.");
  server.shutdown();
  return NO_REPLY;
}

function wait(): Reply {
  // There are no replicas to wait for.
  return 0;
}

function infoSections(session: Session): Record<string, Record<string, string | number>> {
  const { store } = session;
  const clients = [...store.clients.values()];
  const used = store.databases.filter(({ size }) => size > 0);
  return {
    Server: {
      redis_version: REDIS_VERSION,
      redis_mode: "standalone",
      process_id: Deno.pid,
      tcp_port: store.server?.port ?? 0,
      uptime_in_seconds: Math.floor((store.nowMs - store.startedAtMs) / 1000),
    },
    Clients: {
      connected_clients: clients.length,
      blocked_clients: store.blocked.size,
    },
    Memory: {
      used_memory: Deno.memoryUsage().heapUsed,
      maxmemory: 0,
      maxmemory_policy: "noeviction",
    },
    Persistence: {
      loading: 0,
      async_loading: 0,
      rdb_changes_since_last_save: store.changeCount,
      rdb_last_save_time: Math.floor(store.savedAtMs / 1000),
      aof_enabled: Number(store.server?.isAppendOnly ?? false),
      aof_rewrite_in_progress: 0,
    },
    Stats: { total_commands_processed: store.commandCount },
    Replication: { role: "master", connected_slaves: 0 },
    Cluster: { cluster_enabled: 0 },
    Keyspace: Object.fromEntries(
      used.map(({ index, size, volatileSize }) => [
        `db${index}`,
        `keys=${size},expires=${volatileSize},avg_ttl=0`,
      ]),
    ),
  };
}

function info(session: Session, [, ...wanted]: readonly Bytes[]): Reply {
  const names = wanted.map((name) => name.toLowerCase());
  const isAll = names.length === 0 ||
    names.some((name) => ["all", "default", "everything"].includes(name));
  return Object.entries(infoSections(session))
    .filter(([title]) => isAll || names.includes(title.toLowerCase()))
    .map(([title, fields]) =>
      [`# ${title}`, ...Object.entries(fields).map(([name, value]) => `${name}:${value}`), ""].join(
        "\r\n",
      )
    )
    .join("\r\n");
}

/** Settings that clients ask for; they can be set, and change nothing. */
const settingsOf = new WeakMap<object, Map<string, Bytes>>();

function settings(session: Session): Map<string, Bytes> {
  const known = settingsOf.get(session.store);
  if (known !== undefined) return known;
  const fresh = new Map([
    ["save", ""],
    ["appendonly", session.store.server?.isAppendOnly ? "yes" : "no"],
    ["databases", String(session.store.databases.length)],
    ["maxmemory", "0"],
    ["maxmemory-policy", "noeviction"],
    ["timeout", "0"],
    ["tcp-keepalive", "300"],
    ["notify-keyspace-events", ""],
    ["lua-time-limit", "5000"],
    ["slowlog-log-slower-than", "10000"],
  ]);
  settingsOf.set(session.store, fresh);
  return fresh;
}

function config(session: Session, args: readonly Bytes[]): Reply {
  const [, subcommand = "", ...rest] = args;
  switch (subcommand.toUpperCase()) {
    case "GET": {
      const found = [...settings(session)].filter(([name]) =>
        rest.some((pattern) => matchGlob(pattern.toLowerCase(), name))
      );
      return new Pairs(found.flat());
    }
    case "SET":
      for (let index = 0; index < rest.length; index += 2) {
        const name = rest[index]?.toLowerCase() ?? "";
        if (!settings(session).has(name)) {
          throw new RedisError(
            `ERR Unknown option or number of arguments for CONFIG SET - '${rest[index]}'`,
          );
        }
        settings(session).set(name, rest[index + 1] ?? "");
      }
      return OK;
    case "RESETSTAT":
      session.store.commandCount = 0;
      return OK;
    default:
      throw unknownSubcommand("CONFIG", subcommand);
  }
}

/** The commands. */
export const serverCommands: readonly CommandSpec[] = [
  { name: "DBSIZE", arity: 1, flags: ["readonly", "fast"], run: databaseSize },
  { name: "FLUSHDB", arity: -1, flags: ["write"], run: flushDatabase },
  { name: "FLUSHALL", arity: -1, flags: ["write"], run: flushAll },
  { name: "TIME", arity: 1, flags: ["fast", "readonly"], run: time },
  { name: "SAVE", arity: 1, flags: ["noscript"], run: save },
  { name: "BGSAVE", arity: -1, flags: ["noscript"], run: backgroundSave },
  { name: "BGREWRITEAOF", arity: 1, flags: ["noscript"], run: rewriteLog },
  { name: "LASTSAVE", arity: 1, flags: ["fast"], run: lastSave },
  { name: "SHUTDOWN", arity: -1, flags: ["noscript"], run: shutdown },
  { name: "WAIT", arity: 3, flags: ["noscript"], run: wait },
  { name: "INFO", arity: -1, flags: [], run: info },
  { name: "CONFIG", arity: -2, flags: ["noscript"], run: config },
];
