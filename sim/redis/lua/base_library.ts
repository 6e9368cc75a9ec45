/**
 * The standard libraries as Redis' Lua 5.1 has them.
 *
 * @module
 */

import type { Clock } from "../../../lib/clock.ts";
import { type Random, randomFraction, seededRandom } from "../../../lib/random.ts";
import { readBytes, toUint8Array } from "../bytes.ts";
import {
  GLOBALS_SLOT,
  lauxlib,
  lua,
  type LuaFunction,
  lualib,
  type LuaState,
  luaString,
  raise,
  setFunction,
} from "./api.ts";
import { DialectError, toInterpreterDialect } from "./dialect.ts";
import { formatNumber, formatText } from "./format.ts";

/** What the interpreter has, and Lua 5.1 or Redis has not. */
const REMOVED: Readonly<Record<string, readonly string[]>> = {
  _G: ["dofile", "loadfile", "load", "print", "rawlen", "require", "collectgarbage"],
  string: ["pack", "packsize", "unpack", "dump"],
  table: ["pack", "unpack", "move"],
  math: ["type", "tointeger", "ult", "maxinteger", "mininteger"],
};

/** Draws of a script, seeded anew for each, so that a script repeats itself. */
const draws = new WeakMap<LuaState, Random>();

/** Starts the random numbers of a script anew. */
export function reseed(L: LuaState): void {
  draws.set(L, seededRandom(0));
}

/**
 * Opens the libraries in a new state: base, coroutine, math, string, table and `os.clock`.
 *
 * @param L The state.
 * @param clock What `os.clock` reads.
 */
export function openBaseLibraries(L: LuaState, clock: Clock): void {
  const libraries: readonly (readonly [string, LuaFunction])[] = [
    ["_G", lualib.luaopen_base],
    ["coroutine", lualib.luaopen_coroutine],
    ["math", lualib.luaopen_math],
    ["string", lualib.luaopen_string],
    ["table", lualib.luaopen_table],
  ];
  for (const [name, open] of libraries) {
    lauxlib.luaL_requiref(L, luaString(name), open, 1);
    for (const field of REMOVED[name] ?? []) {
      lua.lua_pushnil(L);
      lua.lua_setfield(L, -2, luaString(field));
    }
    lua.lua_settop(L, 0);
  }
  extendGlobals(L);
  extendMath(L);
  extend(L, "string", { format });
  extend(L, "table", { getn: (L) => pushNumber(L, lua.lua_rawlen(L, 1)), maxn: largestKey });
  extend(L, "os", { clock: (L) => pushNumber(L, clock.now() / 1000) });
}

function extend(
  L: LuaState,
  library: string,
  functions: Readonly<Record<string, LuaFunction | undefined>>,
): void {
  lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, GLOBALS_SLOT);
  if (lua.lua_getfield(L, -1, luaString(library)) !== lua.LUA_TTABLE) {
    lua.lua_pop(L, 1);
    lua.lua_createtable(L, 0, 0);
    lua.lua_pushvalue(L, -1);
    lua.lua_setfield(L, -3, luaString(library));
  }
  for (const [name, callee] of Object.entries(functions)) {
    if (callee !== undefined) setFunction(L, name, callee);
  }
  lua.lua_settop(L, 0);
}

function pushNumber(L: LuaState, value: number): number {
  lua.lua_pushnumber(L, value);
  return 1;
}

function extendGlobals(L: LuaState): void {
  lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, GLOBALS_SLOT);
  lua.lua_getfield(L, -1, luaString("tonumber"));
  lua.lua_rawseti(L, lua.LUA_REGISTRYINDEX, TONUMBER_SLOT);
  setFunction(L, "tonumber", toNumber);
  setFunction(L, "tostring", toText);
  setFunction(L, "unpack", unpack);
  setFunction(L, "pcall", protectedCall);
  setFunction(L, "loadstring", loadString);
  lua.lua_pushstring(L, luaString("Lua 5.1"));
  lua.lua_setfield(L, -2, luaString("_VERSION"));
  lua.lua_settop(L, 0);
}

/** The registry's slot of the interpreter's own `tonumber`. */
const TONUMBER_SLOT = 3_000_000;

/** The interpreter's `tonumber`, but it never gives an integer. */
function toNumber(L: LuaState): number {
  const count = lua.lua_gettop(L);
  lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, TONUMBER_SLOT);
  for (let index = 1; index <= count; index++) lua.lua_pushvalue(L, index);
  lua.lua_call(L, count, 1);
  if (lua.lua_isinteger(L, -1)) lua.lua_pushnumber(L, lua.lua_tonumber(L, -1));
  return 1;
}

function toText(L: LuaState): number {
  lauxlib.luaL_checkany(L, 1);
  if (lua.lua_type(L, 1) === lua.LUA_TNUMBER) {
    lua.lua_pushstring(L, luaString(formatNumber(lua.lua_tonumber(L, 1))));
  } else lauxlib.luaL_tolstring(L, 1);
  return 1;
}

/** `string.format`. */
function format(L: LuaState): number {
  const bytesAt = (read: (L: LuaState, index: number) => Uint8Array) => (argument: number) => {
    const bytes = read(L, argument);
    return readBytes(bytes, 0, bytes.length);
  };
  const text = bytesAt(lauxlib.luaL_checkstring);
  const anything = bytesAt(lauxlib.luaL_tolstring);
  const printed = formatText(text(1), {
    number: (argument) => lauxlib.luaL_checknumber(L, argument),
    text,
    anything: (argument) => {
      const shown = anything(argument);
      lua.lua_pop(L, 1);
      return shown;
    },
    fail: (message) => raise(L, message),
  });
  lua.lua_pushstring(L, toUint8Array(printed));
  return 1;
}

/** Redis' own pcall: an error of a command is caught as its text, not as a table. */
function protectedCall(L: LuaState): number {
  lauxlib.luaL_checkany(L, 1);
  const isFine = lua.lua_pcall(L, lua.lua_gettop(L) - 1, lua.LUA_MULTRET, 0) === lua.LUA_OK;
  if (!isFine && lua.lua_type(L, -1) === lua.LUA_TTABLE) {
    lua.lua_getfield(L, -1, luaString("err"));
    if (lua.lua_type(L, -1) === lua.LUA_TSTRING) lua.lua_replace(L, -2);
    else lua.lua_pop(L, 1);
  }
  lua.lua_pushboolean(L, isFine);
  lua.lua_insert(L, 1);
  return lua.lua_gettop(L);
}

function unpack(L: LuaState): number {
  lauxlib.luaL_checktype(L, 1, lua.LUA_TTABLE);
  const first = lua.lua_gettop(L) >= 2 ? lauxlib.luaL_checknumber(L, 2) : 1;
  const last = lua.lua_gettop(L) >= 3 ? lauxlib.luaL_checknumber(L, 3) : lua.lua_rawlen(L, 1);
  const count = Math.max(0, last - first + 1);
  if (count >= 8000 || !lua.lua_checkstack(L, count)) raise(L, "too many results to unpack");
  for (let index = first; index <= last; index++) lua.lua_rawgeti(L, 1, index);
  return count;
}

function loadString(L: LuaState): number {
  const source = lauxlib.luaL_checkstring(L, 1);
  try {
    const translated = toUint8Array(toInterpreterDialect(readBytes(source, 0, source.length)));
    const name = luaString('=[string "loadstring"]');
    if (lauxlib.luaL_loadbuffer(L, translated, translated.length, name) === lua.LUA_OK) return 1;
    lua.lua_pushnil(L);
    lua.lua_pushvalue(L, -2);
  } catch (error) {
    if (!(error instanceof DialectError)) throw error;
    lua.lua_pushnil(L);
    lua.lua_pushstring(L, luaString(error.message));
  }
  return 2;
}

function largestKey(L: LuaState): number {
  lauxlib.luaL_checktype(L, 1, lua.LUA_TTABLE);
  let largest = 0;
  lua.lua_pushnil(L);
  while (lua.lua_next(L, 1) !== 0) {
    lua.lua_pop(L, 1);
    if (lua.lua_type(L, -1) === lua.LUA_TNUMBER) {
      largest = Math.max(largest, lua.lua_tonumber(L, -1));
    }
  }
  return pushNumber(L, largest);
}

function extendMath(L: LuaState): void {
  const unary = (compute: (value: number) => number): LuaFunction => (L) =>
    pushNumber(L, compute(lauxlib.luaL_checknumber(L, 1)));
  const binary = (compute: (left: number, right: number) => number): LuaFunction => (L) =>
    pushNumber(L, compute(lauxlib.luaL_checknumber(L, 1), lauxlib.luaL_checknumber(L, 2)));
  const remainder = binary((left, right) => left % right);
  extend(L, "math", {
    abs: unary(Math.abs),
    ceil: unary(Math.ceil),
    cosh: unary(Math.cosh),
    floor: unary(Math.floor),
    fmod: remainder,
    ldexp: binary((mantissa, exponent) => mantissa * 2 ** exponent),
    log: unary(Math.log),
    log10: unary(Math.log10),
    mod: remainder,
    modf: (L) => {
      const value = lauxlib.luaL_checknumber(L, 1);
      lua.lua_pushnumber(L, Math.trunc(value));
      lua.lua_pushnumber(L, Number.isFinite(value) ? value - Math.trunc(value) : 0);
      return 2;
    },
    pow: binary((base, exponent) => base ** exponent),
    random: drawNumber,
    randomseed: (L) => {
      draws.set(L, seededRandom(lauxlib.luaL_checknumber(L, 1)));
      return 0;
    },
    sinh: unary(Math.sinh),
    tanh: unary(Math.tanh),
  });
}

function drawNumber(L: LuaState): number {
  const random = draws.get(L) ?? seededRandom(0);
  draws.set(L, random);
  const fraction = randomFraction(random);
  const count = lua.lua_gettop(L);
  if (count === 0) return pushNumber(L, fraction);
  const low = count === 1 ? 1 : Math.floor(lauxlib.luaL_checknumber(L, 1));
  const high = Math.floor(lauxlib.luaL_checknumber(L, count));
  if (low > high) raise(L, `bad argument #${count} to 'random' (interval is empty)`);
  return pushNumber(L, low + Math.floor(fraction * (high - low + 1)));
}
