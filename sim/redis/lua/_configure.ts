/**
 * Settings of fengari, which reads them once from the environment when it is loaded; this module
 * stands before it in the imports of `api.ts`, which takes them back.
 *
 * @module
 */

import process from "node:process";

/** Name of the variable that fengari reads. */
export const VARIABLE = "FENGARICONF";

// Lua 5.1 prints an integral number without ".0".
process.env[VARIABLE] = JSON.stringify({ LUA_COMPAT_FLOATSTRING: true, LUAI_MAXSTACK: 100_000 });
