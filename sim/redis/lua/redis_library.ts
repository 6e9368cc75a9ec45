/**
 * The library `redis`: how scripts issue commands.
 *
 * @module
 */

import { type Bytes, readBytes } from "../bytes.ts";
import type { CommandTable } from "../command.ts";
import { ErrorReply, type Reply } from "../reply.ts";
import { GLOBALS_SLOT, lauxlib, lua, type LuaState, luaString, raise, setFunction } from "./api.ts";
import { badArgument, issueCommand, type ScriptContext, sha1Hex, withCode } from "./issue.ts";
import { pushField, pushReply, readText } from "./values.ts";

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

/** Issues the command whose words are on the stack. */
function issue(L: LuaState, table: CommandTable, context: ScriptContext): Reply {
  const words: Bytes[] = [];
  for (let index = 1; index <= lua.lua_gettop(L); index++) {
    const word = readText(L, index);
    if (word === null) return badArgument();
    words.push(word);
  }
  return issueCommand(words, table, context);
}

/** Reads a Lua string. */
export function bytesOf(text: Uint8Array | null): Bytes {
  return text === null ? "" : readBytes(text, 0, text.length);
}
