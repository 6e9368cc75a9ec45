/**
 * The Lua interpreter's C API, in JavaScript.
 *
 * @module
 */
/// <reference path="../../../types/fengari.d.ts" />

import process from "node:process";
import { VARIABLE } from "./_configure.ts";
import fengari, { type LuaDebug, type LuaFunction, type LuaState } from "fengari";

delete process.env[VARIABLE];

export type { LuaDebug, LuaFunction, LuaState };

/** Functions and constants of `lua.h`. */
export const lua = fengari.lua;
/** Functions of `lauxlib.h`. */
export const lauxlib = fengari.lauxlib;
/** The standard libraries. */
export const lualib = fengari.lualib;
/** The registry's slot of the table of globals, by Lua's own convention. */
export const GLOBALS_SLOT = 2;
/** Makes a Lua string of ASCII text. */
export const luaString = fengari.to_luastring;

/**
 * Raises a Lua error with the position of the caller.
 *
 * @param L The state.
 * @param message Text of the error; may hold per cent signs.
 */
export function raise(L: LuaState, message: string): never {
  return lauxlib.luaL_error(L, luaString("%s"), luaString(message));
}

/** Puts a function into the table on top of the stack. */
export function setFunction(L: LuaState, name: string, callee: LuaFunction): void {
  lua.lua_pushcfunction(L, callee);
  lua.lua_setfield(L, -2, luaString(name));
}
