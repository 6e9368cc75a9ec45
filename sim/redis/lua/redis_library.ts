/**
 * The library `redis`: how scripts issue commands.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type Bytes, readBytes, toUint8Array } from "../bytes.ts";
import { type CommandTable, suitsArity } from "../command.ts";
import { ErrorReply, NO_REPLY, type Reply } from "../reply.ts";
import { runCommand } from "../run_command.ts";
import type { Session } from "../session.ts";
import { GLOBALS_SLOT, lauxlib, lua, type LuaState, luaString, raise, setFunction } from "./api.ts";
import { pushField, pushReply, readText } from "./values.ts";

/** Who runs the current script, and what it may do. */
export interface ScriptContext {
  /** The session; `null` while no script runs. */
  session: Session | null;
  /** Whether commands that write are refused. */
  isReadOnly: boolean;
}

/**
 * Opens the library as a global table.
 *
 * @param L The state.
 * @param table The commands.
 * @param context Who runs the current script.
 */
export function openRedis(L: LuaState, table: CommandTable, context: ScriptContext): void {
  const main = L;
  lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, GLOBALS_SLOT);
  lua.lua_createtable(L, 0, 16);
  setFunction(L, "call", (L) => {
    const reply = issue(L, table, context);
    pushReply(L, main, reply);
    return reply instanceof ErrorReply ? lua.lua_error(L) : 1;
  });
  setFunction(L, "pcall", (L) => {
    pushReply(L, main, issue(L, table, context));
    return 1;
  });
  setFunction(L, "error_reply", (L) => {
    const text = readText(L, 1);
    if (text === null || lua.lua_gettop(L) !== 1) return wrongArguments(L);
    pushField(L, main, "err", withCode(text));
    return 1;
  });
  setFunction(L, "status_reply", (L) => {
    const text = readText(L, 1);
    if (text === null || lua.lua_gettop(L) !== 1) return wrongArguments(L);
    pushField(L, main, "ok", text);
    return 1;
  });
  setFunction(L, "sha1hex", (L) => {
    if (lua.lua_gettop(L) !== 1) raise(L, "wrong number of arguments");
    lua.lua_pushstring(L, luaString(sha1Hex(readText(L, 1) ?? "")));
    return 1;
  });
  openSettings(L);
  lua.lua_setfield(L, -2, luaString("redis"));
  lua.lua_settop(L, 0);
}

/** Functions that change nothing here, and the constants that go with them. */
function openSettings(L: LuaState): void {
  const yes = (L: LuaState) => {
    lua.lua_pushboolean(L, true);
    return 1;
  };
  setFunction(L, "replicate_commands", yes);
  setFunction(L, "set_repl", () => 0);
  setFunction(L, "log", (L) => {
    if (lua.lua_gettop(L) < 2) raise(L, "redis.log() requires two arguments or more.");
    return 0;
  });
  setFunction(L, "setresp", (L) => {
    if (lauxlib.luaL_checknumber(L, 1) !== 2) {
      raise(L, "RESP version must be 2 in scripts of this server.");
    }
    return 0;
  });
  const constants = {
    LOG_DEBUG: 0,
    LOG_VERBOSE: 1,
    LOG_NOTICE: 2,
    LOG_WARNING: 3,
    REPL_NONE: 0,
    REPL_SLAVE: 1,
    REPL_REPLICA: 1,
    REPL_AOF: 2,
    REPL_ALL: 3,
  };
  for (const [name, value] of Object.entries(constants)) {
    lua.lua_pushnumber(L, value);
    lua.lua_setfield(L, -2, luaString(name));
  }
}

function wrongArguments(L: LuaState): number {
  return raise(L, "wrong number or type of arguments");
}

/** SHA-1 of a byte string, in hexadecimal. */
export function sha1Hex(bytes: Bytes): string {
  return createHash("sha1").update(toUint8Array(bytes)).digest("hex");
}

/** An error text with its code: the first of several words; a single word stands under `ERR`. */
function withCode(text: Bytes): Bytes {
  const bare = text.startsWith("-") ? text.slice(1) : text;
  return bare.includes(" ") ? bare : `ERR ${bare}`;
}

/** Issues the command whose words are on the stack. */
function issue(L: LuaState, table: CommandTable, { session, isReadOnly }: ScriptContext): Reply {
  const count = lua.lua_gettop(L);
  if (count === 0) {
    return new ErrorReply("ERR Please specify at least one argument for this redis lib call");
  }
  const words: Bytes[] = [];
  for (let index = 1; index <= count; index++) {
    const word = readText(L, index);
    if (word === null) {
      return new ErrorReply("ERR Lua redis lib command arguments must be strings or integers");
    }
    words.push(word);
  }
  const command = table.find(words[0] ?? "");
  if (command === undefined) return new ErrorReply("ERR Unknown Redis command called from script");
  if (!suitsArity(command, count)) {
    return new ErrorReply("ERR Wrong number of args calling Redis command from script");
  }
  if (session === null || command.isForbiddenInScripts) {
    return new ErrorReply("ERR This Redis command is not allowed from script");
  }
  if (isReadOnly && command.isWrite) {
    return new ErrorReply("ERR Write commands are not allowed from read-only scripts.");
  }
  const outcome = runCommand(session, command, words);
  return outcome === NO_REPLY ? null : outcome;
}

/** Reads a Lua string. */
export function bytesOf(text: Uint8Array | null): Bytes {
  return text === null ? "" : readBytes(text, 0, text.length);
}
