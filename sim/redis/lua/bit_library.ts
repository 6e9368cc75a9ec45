/**
 * The library `bit`: operations on 32-bit integers in scripts.
 *
 * @module
 */

import {
  GLOBALS_SLOT,
  lauxlib,
  lua,
  type LuaFunction,
  type LuaState,
  luaString,
  setFunction,
} from "./api.ts";

/** Opens the library as a global table. */
export function openBit(L: LuaState): void {
  const fold = (combine: (left: number, right: number) => number): LuaFunction => (L) => {
    let result = toInt32(lauxlib.luaL_checknumber(L, 1));
    for (let index = 2; index <= lua.lua_gettop(L); index++) {
      result = combine(result, toInt32(lauxlib.luaL_checknumber(L, index)));
    }
    return pushNumber(L, result);
  };
  const shift = (move: (value: number, bits: number) => number): LuaFunction => (L) =>
    pushNumber(
      L,
      move(toInt32(lauxlib.luaL_checknumber(L, 1)), lauxlib.luaL_checknumber(L, 2) & 31),
    );
  lua.lua_rawgeti(L, lua.LUA_REGISTRYINDEX, GLOBALS_SLOT);
  lua.lua_createtable(L, 0, 12);
  const functions: Record<string, LuaFunction> = {
    tobit: (L) => pushNumber(L, toInt32(lauxlib.luaL_checknumber(L, 1))),
    bnot: (L) => pushNumber(L, ~toInt32(lauxlib.luaL_checknumber(L, 1))),
    band: fold((left, right) => left & right),
    bor: fold((left, right) => left | right),
    bxor: fold((left, right) => left ^ right),
    lshift: shift((value, bits) => value << bits),
    rshift: shift((value, bits) => (value >>> bits) | 0),
    arshift: shift((value, bits) => value >> bits),
    rol: shift((value, bits) => (value << bits) | (value >>> (32 - bits))),
    ror: shift((value, bits) => (value >>> bits) | (value << (32 - bits))),
    bswap: (L) => {
      const view = new DataView(new ArrayBuffer(4));
      view.setInt32(0, toInt32(lauxlib.luaL_checknumber(L, 1)));
      return pushNumber(L, view.getInt32(0, true));
    },
    tohex,
  };
  for (const [name, callee] of Object.entries(functions)) setFunction(L, name, callee);
  lua.lua_setfield(L, -2, luaString("bit"));
  lua.lua_settop(L, 0);
}

function pushNumber(L: LuaState, value: number): number {
  lua.lua_pushnumber(L, value);
  return 1;
}

/** The low 32 bits, signed, of a number of any size that doubles hold exactly. */
function toInt32(value: number): number {
  return Number.isFinite(value) ? Number(BigInt.asIntN(32, BigInt(Math.round(value)))) : 0;
}

function tohex(L: LuaState): number {
  const digits = lua.lua_gettop(L) >= 2 ? lauxlib.luaL_checknumber(L, 2) : 8;
  const hex = (toInt32(lauxlib.luaL_checknumber(L, 1)) >>> 0).toString(16).padStart(8, "0");
  const shown = hex.slice(8 - Math.min(8, Math.abs(digits)));
  lua.lua_pushstring(L, luaString(digits < 0 ? shown.toUpperCase() : shown));
  return 1;
}
