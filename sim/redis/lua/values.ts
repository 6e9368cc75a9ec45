/**
 * Values between Redis and Lua.
 *
 * @module
 */

import { type Bytes, readBytes, toUint8Array, writeBytes } from "../bytes.ts";
import { formatDouble } from "../numbers.ts";
import {
  Double,
  ErrorReply,
  Members,
  NullArray,
  Pairs,
  Push,
  type Reply,
  Scored,
  Status,
} from "../reply.ts";
import { lua, type LuaState, luaString } from "./api.ts";

/** Most strings kept for reuse; making a Lua string costs ten times as much as finding one. */
const MOST_CACHED = 2048;
/** Longest string kept for reuse, in bytes. */
const LONGEST_CACHED_BYTES = 64;
/** First of the registry's slots that hold strings. */
const FIRST_STRING_SLOT = 1_000_000;
/** Deepest nesting of tables in an answer. */
const DEEPEST_TABLE = 100;

/** Where short strings are put together; the interpreter copies them from here. */
const scratch = new Uint8Array(4096);

/** Slots by string; there is one interpreter state a store, and each has its cache. */
const caches = new WeakMap<LuaState, Map<Bytes, number>>();

/** Prepares the string cache of a new state. */
export function prepareValues(L: LuaState): void {
  caches.set(L, new Map());
}

/**
 * Pushes a string, a cached one where there is one.
 *
 * @param L The thread whose stack takes it.
 * @param main The state that holds the cache.
 * @param bytes The string.
 */
export function pushBytes(L: LuaState, main: LuaState, bytes: Bytes): void {
  if (bytes.length > LONGEST_CACHED_BYTES) return pushFresh(L, bytes);
  const slots = caches.get(main);
  const slot = slots?.get(bytes);
  if (slot !== undefined) {
    lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, slot);
    return;
  }
  pushFresh(L, bytes);
  if (slots === undefined) return;
  if (slots.size >= MOST_CACHED) slots.clear();
  const next = FIRST_STRING_SLOT + slots.size;
  slots.set(bytes, next);
  lua.lua_pushvalue(L, -1);
  lua.lua_rawseti(L, lua.LUA_REGISTRYINDEX, next);
}

function pushFresh(L: LuaState, bytes: Bytes): void {
  if (bytes.length > scratch.length) return lua.lua_pushstring(L, toUint8Array(bytes));
  writeBytes(scratch, 0, bytes);
  lua.lua_pushlstring(L, scratch, bytes.length);
}

/** Pushes an array of strings as a table. */
export function pushList(L: LuaState, main: LuaState, items: readonly Bytes[]): void {
  lua.lua_createtable(L, items.length, 0);
  for (let index = 0; index < items.length; index++) {
    pushBytes(L, main, items[index] ?? "");
    lua.lua_rawseti(L, -2, index + 1);
  }
}

/** Pushes a table with one field, the form of statuses and errors. */
export function pushField(L: LuaState, main: LuaState, name: "ok" | "err", text: Bytes): void {
  lua.lua_createtable(L, 0, 1);
  pushBytes(L, main, name);
  pushBytes(L, main, text);
  lua.lua_rawset(L, -3);
}

/** Pushes a command's answer in the form that scripts know. */
export function pushReply(L: LuaState, main: LuaState, reply: Reply): void {
  if (typeof reply === "string") pushBytes(L, main, reply);
  else if (typeof reply === "number") lua.lua_pushnumber(L, reply);
  else if (typeof reply === "bigint") lua.lua_pushnumber(L, Number(reply));
  else if (reply === null || reply instanceof NullArray) lua.lua_pushboolean(L, false);
  else if (reply instanceof Status) pushField(L, main, "ok", reply.text);
  else if (reply instanceof ErrorReply) pushField(L, main, "err", reply.message);
  else if (reply instanceof Double) pushBytes(L, main, formatDouble(reply.value));
  else {
    const isWrapped = reply instanceof Pairs || reply instanceof Members ||
      reply instanceof Scored || reply instanceof Push;
    const items = isWrapped ? reply.items : reply;
    lua.lua_createtable(L, items.length, 0);
    for (let index = 0; index < items.length; index++) {
      pushReply(L, main, items[index] ?? null);
      lua.lua_rawseti(L, -2, index + 1);
    }
  }
}

/** Reads the string or number at `index`, without changing it; `null` when it is neither. */
export function readText(L: LuaState, index: number): Bytes | null {
  const type = lua.lua_type(L, index);
  if (type === lua.LUA_TNUMBER) return formatDouble(lua.lua_tonumber(L, index));
  if (type !== lua.LUA_TSTRING) return null;
  const bytes = lua.lua_tostring(L, index);
  return bytes === null ? null : readBytes(bytes, 0, bytes.length);
}

const FIELDS = { err: luaString("err"), ok: luaString("ok") } as const;

/** Reads a text field of the table at `index`; `null` when it has none. */
export function readField(L: LuaState, index: number, name: Uint8Array): Bytes | null {
  lua.lua_pushstring(L, name);
  lua.lua_rawget(L, index < 0 ? index - 1 : index);
  const text = lua.lua_type(L, -1) === lua.LUA_TSTRING ? readText(L, -1) : null;
  lua.lua_pop(L, 1);
  return text;
}

/** Turns the value on top of the stack into an answer and pops it. */
export function popReply(L: LuaState, depth = 0): Reply {
  const reply = readReply(L, depth);
  lua.lua_pop(L, 1);
  return reply;
}

function readReply(L: LuaState, depth: number): Reply {
  switch (lua.lua_type(L, -1)) {
    case lua.LUA_TSTRING:
      return readText(L, -1);
    case lua.LUA_TNUMBER:
      return toInteger(lua.lua_tonumber(L, -1));
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(L, -1) ? 1 : null;
    case lua.LUA_TTABLE:
      return readTable(L, depth);
    default:
      return null;
  }
}

function readTable(L: LuaState, depth: number): Reply {
  if (depth >= DEEPEST_TABLE || !lua.lua_checkstack(L, 4)) {
    return new ErrorReply("ERR reached lua stack limit");
  }
  const marked = readMarked(L);
  if (marked !== null) return marked;
  const items: Reply[] = [];
  lua.lua_rawgeti(L, -1, 1);
  for (let index = 2; lua.lua_type(L, -1) !== lua.LUA_TNIL; index++) {
    items.push(popReply(L, depth + 1));
    lua.lua_rawgeti(L, -1, index);
  }
  lua.lua_pop(L, 1);
  return items;
}

/** The status or error that the table on top of the stack stands for, if any. */
function readMarked(L: LuaState): Status | ErrorReply | null {
  const error = readField(L, -1, FIELDS.err);
  if (error !== null) return new ErrorReply(error);
  const status = readField(L, -1, FIELDS.ok);
  return status === null ? null : new Status(status.replace(/[\r\n]/g, " "));
}

/** Cuts a number as C does: what does not fit into 64 bits becomes the lowest of them. */
export function toInteger(value: number): number | bigint {
  return Math.abs(value) < 2 ** 63 ? Math.trunc(value) + 0 : -(2n ** 63n);
}
