/**
 * Finds leases whose time by one of two clocks is over, oldest first.
 *
 * Keys: `deadline`, `seen`, `copilot:job:ID`.
 *
 * Arguments: `queue`; `by` (`deadline`: past its end, `seen`: no sign of life); `seconds` that must have
 * passed since; `limit`; `offset`, the number of those that are left out at the beginning.
 *
 * Returns `{{id, token, agent, seenMs, deadlineMs}, …}`.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { AFTER, CLOCK } from "./_parts.ts";

/** Behind {@linkcode JobStore.silentLeases} and {@linkcode JobStore.expiredLeases}. */
export const OVERDUE = new LuaScript({
  name: "overdue",
  args: ["queue", "by", "seconds", "limit", "offset"],
  parts: [CLOCK, AFTER],
  body: `
local prefix = 'copilot:queue:' .. queue .. ':'
local ids = redis.call('ZRANGEBYSCORE', prefix .. by, '-inf', after('-' .. seconds), 'LIMIT',
  offset, limit)
local found = {}
for _, id in ipairs(ids) do
  local job = redis.call('HMGET', 'copilot:job:' .. id, 'token', 'agent')
  local seen = redis.call('ZSCORE', prefix .. 'seen', id)
  local deadline = redis.call('ZSCORE', prefix .. 'deadline', id)
  if job[1] and job[2] and seen and deadline then
    found[#found + 1] = {id, job[1], job[2], seen, deadline}
  else
    redis.call('ZREM', prefix .. by, id)
  end
end
return found`,
});
