/**
 * The library `cjson`: JSON in scripts.
 *
 * @module
 */

import { decodeText, encodeText, readBytes, toUint8Array } from "../bytes.ts";
import { GLOBALS_SLOT, lauxlib, lua, type LuaState, luaString, raise, setFunction } from "./api.ts";
import { formatNumber } from "./format.ts";

/** Deepest nesting, as in lua-cjson. */
const DEEPEST = 1000;
/** A list with larger holes than this is refused, as in lua-cjson. */
const SAFE_HOLES = 10;

/** What stands for JSON's `null`. */
const NULL = null;

/** Opens the library as a global table. */
export function openCjson(L: LuaState): void {
  lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, GLOBALS_SLOT);
  lua.lua_createtable(L, 0, 4);
  setFunction(L, "encode", encode);
  setFunction(L, "decode", decode);
  lua.lua_pushlightuserdata(L, NULL);
  lua.lua_setfield(L, -2, luaString("null"));
  lua.lua_setfield(L, -2, luaString("cjson"));
  lua.lua_settop(L, 0);
}

function decode(L: LuaState): number {
  const bytes = lauxlib.luaL_checkstring(L, 1);
  let value: unknown;
  try {
    value = JSON.parse(decodeText(readBytes(bytes, 0, bytes.length)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return raise(L, `Expected value but found invalid token: ${error.message}`);
  }
  pushJson(L, value, 0);
  return 1;
}

function pushJson(L: LuaState, value: unknown, depth: number): void {
  if (depth > DEEPEST || !lua.lua_checkstack(L, 4)) {
    raise(L, `Found too many nested data structures (${DEEPEST})`);
  }
  if (typeof value === "string") lua.lua_pushstring(L, toUint8Array(encodeText(value)));
  else if (typeof value === "number") lua.lua_pushnumber(L, value);
  else if (typeof value === "boolean") lua.lua_pushboolean(L, value);
  else if (Array.isArray(value)) {
    lua.lua_createtable(L, value.length, 0);
    value.forEach((item: unknown, index) => {
      pushJson(L, item, depth + 1);
      lua.lua_rawseti(L, -2, index + 1);
    });
  } else if (typeof value === "object" && value !== null) {
    lua.lua_createtable(L, 0, 0);
    for (const [name, item] of Object.entries(value)) {
      lua.lua_pushstring(L, toUint8Array(encodeText(name)));
      pushJson(L, item, depth + 1);
      lua.lua_rawset(L, -3);
    }
  } else lua.lua_pushlightuserdata(L, NULL);
}

function encode(L: LuaState): number {
  lauxlib.luaL_checkany(L, 1);
  lua.lua_settop(L, 1);
  lua.lua_pushstring(L, toUint8Array(jsonOf(L, 0)));
  return 1;
}

/** JSON of the value on top of the stack. */
function jsonOf(L: LuaState, depth: number): string {
  if (depth > DEEPEST || !lua.lua_checkstack(L, 4)) {
    raise(L, `Cannot serialise, excessive depth (${depth})`);
  }
  switch (lua.lua_type(L, -1)) {
    case lua.LUA_TSTRING:
      return jsonString(L, -1);
    case lua.LUA_TNUMBER: {
      const value = lua.lua_tonumber(L, -1);
      if (!Number.isFinite(value)) raise(L, "Cannot serialise number: must not be NaN or Inf");
      return formatNumber(value);
    }
    case lua.LUA_TBOOLEAN:
      return String(lua.lua_toboolean(L, -1));
    case lua.LUA_TNIL:
      return "null";
    case lua.LUA_TTABLE:
      return jsonTable(L, depth);
    case lua.LUA_TLIGHTUSERDATA:
      if (lua.lua_touserdata(L, -1) === NULL) return "null";
  }
  return raise(L, "Cannot serialise value: type not supported");
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "/": "\\/",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function jsonString(L: LuaState, index: number): string {
  const bytes = lua.lua_tostring(L, index) ?? new Uint8Array();
  let text = "";
  for (const character of readBytes(bytes, 0, bytes.length)) {
    const code = character.charCodeAt(0);
    const isControl = code < 32 || code === 127;
    text += ESCAPES[character] ??
      (isControl ? `\\u${code.toString(16).padStart(4, "0")}` : character);
  }
  return `"${text}"`;
}

/** Length of the table on top of the stack as a list; -1 when it has other keys. */
function listLength(L: LuaState): number {
  let [count, largest] = [0, 0];
  lua.lua_pushnil(L);
  while (lua.lua_next(L, -2) !== 0) {
    lua.lua_pop(L, 1);
    const key = lua.lua_type(L, -1) === lua.LUA_TNUMBER ? lua.lua_tonumber(L, -1) : 0;
    if (!Number.isInteger(key) || key < 1) {
      lua.lua_pop(L, 1);
      return -1;
    }
    count++;
    largest = Math.max(largest, key);
  }
  if (largest > SAFE_HOLES && largest > 2 * count) {
    raise(L, "Cannot serialise table: excessively sparse array");
  }
  return largest === 0 ? -1 : largest;
}

function jsonTable(L: LuaState, depth: number): string {
  const length = listLength(L);
  const parts: string[] = [];
  if (length >= 0) {
    for (let index = 1; index <= length; index++) {
      lua.lua_rawgeti(L, -1, index);
      parts.push(jsonOf(L, depth + 1));
      lua.lua_pop(L, 1);
    }
    return `[${parts.join(",")}]`;
  }
  lua.lua_pushnil(L);
  while (lua.lua_next(L, -2) !== 0) {
    const value = jsonOf(L, depth + 1);
    lua.lua_pop(L, 1);
    const isNumber = lua.lua_type(L, -1) === lua.LUA_TNUMBER;
    if (!isNumber && lua.lua_type(L, -1) !== lua.LUA_TSTRING) {
      raise(L, "Cannot serialise table: table key must be a number or string");
    }
    const name = isNumber ? `"${formatNumber(lua.lua_tonumber(L, -1))}"` : jsonString(L, -1);
    parts.push(`${name}:${value}`);
  }
  return `{${parts.join(",")}}`;
}
