/**
 * What scripts see as their globals: tables that can be read, but not changed, so that one script
 * cannot spoil the next.
 *
 * @module
 */

import { GLOBALS_SLOT, lauxlib, lua, type LuaState, luaString, raise, setFunction } from "./api.ts";
import { readText } from "./values.ts";

/** The registry's slot of the table that scripts see in its place. */
export const ENVIRONMENT_SLOT = 1_999_999;

/** Libraries that are shown through a window, too. */
const LIBRARIES = ["bit", "cjson", "coroutine", "math", "os", "redis", "string", "table"];

/** Makes the environment; call it once all libraries are open. */
export function openEnvironment(L: LuaState): void {
  const windows = new Set<unknown>();
  lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, GLOBALS_SLOT);
  for (const name of LIBRARIES) {
    lua.lua_getfield(L, 1, luaString(name));
    pushWindow(L, windows);
    lua.lua_setfield(L, 1, luaString(name));
    lua.lua_settop(L, 1);
  }
  setFunction(L, "rawset", (L) => {
    lauxlib.luaL_checktype(L, 1, lua.LUA_TTABLE);
    if (windows.has(lua.lua_topointer(L, 1))) raise(L, "Attempt to modify a readonly table");
    lua.lua_settop(L, 3);
    lua.lua_rawset(L, 1);
    return 1;
  });
  pushWindow(L, windows);
  lua.lua_pushvalue(L, -1);
  lua.lua_setfield(L, 1, luaString("_G"));
  lua.lua_rawseti(L, lua.LUA_REGISTRYINDEX, ENVIRONMENT_SLOT);
  lua.lua_createtable(L, 0, 1);
  setFunction(
    L,
    "__index",
    (L) => raise(L, `Script attempted to access nonexistent global variable '${readText(L, 2)}'`),
  );
  lua.lua_setmetatable(L, 1);
  lua.lua_settop(L, 0);
}

/** Pushes an empty table through which the one on top of the stack can be read. */
function pushWindow(L: LuaState, windows: Set<unknown>): void {
  const real = lua.lua_gettop(L);
  lua.lua_createtable(L, 0, 0);
  windows.add(lua.lua_topointer(L, -1));
  lua.lua_createtable(L, 0, 3);
  lua.lua_pushvalue(L, real);
  lua.lua_setfield(L, -2, luaString("__index"));
  setFunction(L, "__newindex", (L) => raise(L, "Attempt to modify a readonly table"));
  lua.lua_pushboolean(L, false);
  lua.lua_setfield(L, -2, luaString("__metatable"));
  lua.lua_setmetatable(L, -2);
}
