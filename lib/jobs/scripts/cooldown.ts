/**
 * The original's cooldown: whether an agent asked a short time ago.
 *
 * Keys: `agentseen::LOCALPART`, seconds since the epoch as the original writes them. Ours expire, but
 * not before the original's sixty seconds.
 *
 * Arguments: `localPart`; `seconds`.
 *
 * Returns 1 where it asked less than so long ago; else 0, and the time is noted.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";

/** Behind {@linkcode JobStore.askedTooSoon}. */
export const COOLDOWN = new LuaScript({
  name: "cooldown",
  args: ["localPart", "seconds"],
  body: `
local key = 'agentseen::' .. localPart
local now = redis.call('TIME')[1]
local seen = tonumber(redis.call('GET', key) or '')
if seen and math.abs(now - seen) < tonumber(seconds) then return 1 end
redis.call('SET', key, now, 'EX', string.format('%.0f', math.max(60, math.ceil(seconds))))
return 0`,
});
