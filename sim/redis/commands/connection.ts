/**
 * Commands about the connection itself.
 *
 * @module
 */

import { RedisError } from "../../../lib/jobs/redis_calls.ts";
import type { Bytes } from "../bytes.ts";
import type { Client } from "../client.ts";
import type { CommandSpec } from "../command.ts";
import { syntaxError, unknownSubcommand, wrongArity } from "../errors.ts";
import { integerArgument } from "../numbers.ts";
import { NO_REPLY, OK, type Outcome, Pairs, PONG, type Reply, Status } from "../reply.ts";
import type { Session } from "../session.ts";
import { REDIS_VERSION } from "../version.ts";

function ping(session: Session, args: readonly Bytes[]): Reply {
  if (args.length > 2) throw wrongArity("ping");
  const [, message] = args;
  if (session.protocol === 2 && session.subscriptionCount > 0) return ["pong", message ?? ""];
  return message ?? PONG;
}

function echo(_session: Session, [, message = ""]: readonly Bytes[]): Reply {
  return message;
}

function login(session: Session, user: Bytes, password: Bytes): void {
  const isRight = user === "default" &&
    (session.password === null || password === session.password);
  if (!isRight) {
    throw new RedisError("WRONGPASS invalid username-password pair or user is disabled.");
  }
  session.isAuthenticated = true;
}

function auth(session: Session, args: readonly Bytes[]): Reply {
  if (args.length > 3) throw syntaxError();
  if (args.length === 2 && session.password === null) {
    throw new RedisError(
      "ERR AUTH <password> called without any password configured for the default user. " +
        "Are you sure your configuration is correct?",
    );
  }
  const [user, password] = args.length === 2
    ? ["default", args[1] ?? ""]
    : [args[1] ?? "", args[2] ?? ""];
  login(session, user, password);
  return OK;
}

function hello(session: Session, args: readonly Bytes[]): Reply {
  const version = args[1];
  if (version !== undefined && version !== "2" && version !== "3") {
    if (!/^-?[0-9]+$/.test(version)) {
      throw new RedisError("ERR Protocol version is not an integer or out of range");
    }
    throw new RedisError("NOPROTO unsupported protocol version");
  }
  let name: Bytes | undefined;
  for (let index = 2; index < args.length; index++) {
    const option = args[index]?.toUpperCase();
    const left = args.length - 1 - index;
    if (option === "AUTH" && left >= 2) login(session, args[++index] ?? "", args[++index] ?? "");
    else if (option === "SETNAME" && left >= 1) name = checkName(args[++index] ?? "");
    else throw new RedisError(`ERR Syntax error in HELLO option '${args[index]}'`);
  }
  if (!session.isAuthenticated) {
    throw new RedisError(
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> " +
        "AUTH <user> <pass> option can be used to authenticate the client and select the RESP " +
        "protocol version at the same time",
    );
  }
  if (name !== undefined) session.name = name;
  if (version !== undefined) session.protocol = version === "3" ? 3 : 2;
  return new Pairs([
    ...["server", "redis", "version", REDIS_VERSION, "proto", session.protocol, "id", session.id],
    ...["mode", "standalone", "role", "master", "modules", []],
  ]);
}

function select(session: Session, [, index = ""]: readonly Bytes[]): Reply {
  const database = session.store.database(integerArgument(index));
  if (database === undefined) throw new RedisError("ERR DB index is out of range");
  session.database = database;
  return OK;
}

function quit(session: Session): Reply {
  session.isClosing = true;
  return OK;
}

function reset(session: Session): Reply {
  session.reset();
  return new Status("RESET");
}

function checkName(name: Bytes): Bytes {
  if (!/^[!-~]*$/.test(name)) {
    throw new RedisError("ERR Client names cannot contain spaces, newlines or special characters.");
  }
  return name;
}

function describe(client: Client, nowMs: number): string {
  const flags = client.isBlocked ? "b" : client.queueLength >= 0 ? "x" : "N";
  const ageSeconds = Math.floor((nowMs - client.connectedAtMs) / 1000);
  return `id=${client.id} addr=${client.address} name=${client.name} age=${ageSeconds} idle=0 ` +
    `flags=${flags} db=${client.database.index} sub=${client.channels.size} ` +
    `psub=${client.patterns.size} multi=${client.queueLength} resp=${client.protocol} user=default\n`;
}

function kill(session: Session, args: readonly Bytes[]): Reply {
  const isFilter = args.length >= 4 && args[2]?.toUpperCase() === "ID";
  const target = [...session.store.clients.values()].filter((client) =>
    isFilter ? String(client.id) === args[3] : client.address === args[2]
  );
  for (const client of target) client.onKill?.();
  if (isFilter) return target.length;
  if (target.length === 0) throw new RedisError("ERR No such client");
  return OK;
}

function replyMode(session: Session, word: Bytes | undefined): Outcome {
  const mode = word?.toLowerCase();
  if (mode !== "on" && mode !== "off" && mode !== "skip") throw syntaxError();
  if (mode !== "skip" || session.replyMode !== "off") session.replyMode = mode;
  return mode === "on" ? OK : NO_REPLY;
}

function client(session: Session, args: readonly Bytes[]): Outcome {
  const [, subcommand = "", value] = args;
  const { store } = session;
  switch (subcommand.toUpperCase()) {
    case "ID":
      return session.id;
    case "GETNAME":
      return session.name === "" ? null : session.name;
    case "SETNAME":
      session.name = checkName(value ?? "");
      return OK;
    case "SETINFO":
    case "NO-EVICT":
    case "NO-TOUCH":
      return OK;
    case "INFO":
      return describe(session, store.nowMs);
    case "LIST":
      return [...store.clients.values()].map((one) => describe(one, store.nowMs)).join("");
    case "KILL":
      return kill(session, args);
    case "REPLY":
      return replyMode(session, value);
    default:
      throw unknownSubcommand("CLIENT", subcommand);
  }
}

/** The commands. */
export const connectionCommands: readonly CommandSpec[] = [
  { name: "PING", arity: -1, flags: ["fast", "pubsub"], run: ping },
  { name: "ECHO", arity: 2, flags: ["fast"], run: echo },
  { name: "AUTH", arity: -2, flags: ["noscript", "fast", "open"], run: auth },
  { name: "HELLO", arity: -1, flags: ["noscript", "fast", "open"], run: hello },
  { name: "SELECT", arity: 2, flags: ["fast"], run: select },
  {
    name: "QUIT",
    arity: -1,
    flags: ["noscript", "fast", "open", "pubsub", "immediate"],
    run: quit,
  },
  {
    name: "RESET",
    arity: 1,
    flags: ["noscript", "fast", "open", "pubsub", "immediate"],
    run: reset,
  },
  { name: "CLIENT", arity: -2, flags: ["noscript"], run: client },
];
