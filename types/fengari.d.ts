/** The part of fengari (Lua 5.3 in JavaScript, which publishes no types) that sim/redis uses. */

declare module "fengari" {
  /** A Lua thread with its stack. */
  export interface LuaState {
    readonly luaStateBrand: unique symbol;
  }
  /** What a debug query fills in. */
  export interface LuaDebug {
    readonly what: Uint8Array;
    readonly source: Uint8Array;
    readonly currentline: number;
  }
  /** A function that Lua can call; returns the number of its results on the stack. */
  export type LuaFunction = (L: LuaState) => number;

  const fengari: {
    readonly to_luastring: (text: string) => Uint8Array;
    readonly lua: {
      readonly LUA_OK: number;
      readonly LUA_MULTRET: number;
      readonly LUA_MASKCOUNT: number;
      readonly LUA_REGISTRYINDEX: number;
      readonly LUA_TNIL: number;
      readonly LUA_TBOOLEAN: number;
      readonly LUA_TLIGHTUSERDATA: number;
      readonly LUA_TNUMBER: number;
      readonly LUA_TSTRING: number;
      readonly LUA_TTABLE: number;
      readonly lua_Debug: new () => LuaDebug;
      readonly lua_atnativeerror: (L: LuaState, handler: LuaFunction) => void;
      readonly lua_checkstack: (L: LuaState, slots: number) => boolean;
      readonly lua_createtable: (L: LuaState, items: number, fields: number) => void;
      readonly lua_error: (L: LuaState) => never;
      readonly lua_getfield: (L: LuaState, index: number, name: Uint8Array) => number;
      readonly lua_getinfo: (L: LuaState, what: Uint8Array, debug: LuaDebug) => number;
      readonly lua_getstack: (L: LuaState, level: number, debug: LuaDebug) => number;
      readonly lua_gettop: (L: LuaState) => number;
      readonly lua_insert: (L: LuaState, index: number) => void;
      readonly lua_isinteger: (L: LuaState, index: number) => boolean;
      readonly lua_next: (L: LuaState, index: number) => number;
      readonly lua_pcall: (L: LuaState, args: number, results: number, handler: number) => number;
      readonly lua_call: (L: LuaState, args: number, results: number) => void;
      readonly lua_pop: (L: LuaState, count: number) => void;
      readonly lua_pushboolean: (L: LuaState, value: boolean) => void;
      readonly lua_pushcfunction: (L: LuaState, callee: LuaFunction) => void;
      readonly lua_pushlightuserdata: (L: LuaState, value: unknown) => void;
      readonly lua_pushlstring: (L: LuaState, bytes: Uint8Array, length: number) => void;
      readonly lua_pushnil: (L: LuaState) => void;
      readonly lua_pushnumber: (L: LuaState, value: number) => void;
      readonly lua_pushstring: (L: LuaState, bytes: Uint8Array) => void;
      readonly lua_pushvalue: (L: LuaState, index: number) => void;
      readonly lua_rawget: (L: LuaState, index: number) => number;
      readonly lua_rawgeti: (L: LuaState, index: number, key: number) => number;
      readonly lua_rawlen: (L: LuaState, index: number) => number;
      readonly lua_rawset: (L: LuaState, index: number) => void;
      readonly lua_rawseti: (L: LuaState, index: number, key: number) => void;
      readonly lua_replace: (L: LuaState, index: number) => void;
      readonly lua_setfield: (L: LuaState, index: number, name: Uint8Array) => void;
      readonly lua_sethook: (
        L: LuaState,
        hook: ((L: LuaState) => void) | null,
        mask: number,
        count: number,
      ) => void;
      readonly lua_setmetatable: (L: LuaState, index: number) => void;
      readonly lua_settop: (L: LuaState, index: number) => void;
      readonly lua_setupvalue: (L: LuaState, index: number, upvalue: number) => Uint8Array | null;
      readonly lua_toboolean: (L: LuaState, index: number) => boolean;
      readonly lua_tonumber: (L: LuaState, index: number) => number;
      readonly lua_topointer: (L: LuaState, index: number) => unknown;
      readonly lua_tostring: (L: LuaState, index: number) => Uint8Array | null;
      readonly lua_touserdata: (L: LuaState, index: number) => unknown;
      readonly lua_type: (L: LuaState, index: number) => number;
    };
    readonly lauxlib: {
      readonly luaL_checkany: (L: LuaState, index: number) => void;
      readonly luaL_checknumber: (L: LuaState, index: number) => number;
      readonly luaL_checkstring: (L: LuaState, index: number) => Uint8Array;
      readonly luaL_checktype: (L: LuaState, index: number, type: number) => void;
      readonly luaL_error: (L: LuaState, format: Uint8Array, ...values: unknown[]) => never;
      readonly luaL_loadbuffer: (
        L: LuaState,
        source: Uint8Array,
        length: number,
        name: Uint8Array,
      ) => number;
      readonly luaL_newstate: () => LuaState;
      readonly luaL_requiref: (
        L: LuaState,
        name: Uint8Array,
        open: LuaFunction,
        isGlobal: boolean | number,
      ) => void;
      readonly luaL_tolstring: (L: LuaState, index: number) => Uint8Array;
    };
    readonly lualib: {
      readonly luaopen_base: LuaFunction;
      readonly luaopen_coroutine: LuaFunction;
      readonly luaopen_math: LuaFunction;
      readonly luaopen_string: LuaFunction;
      readonly luaopen_table: LuaFunction;
    };
  };
  export default fengari;
}
