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
local other = by == 'seen' and 'deadline' or 'seen'
local page = redis.call('ZRANGEBYSCORE', prefix .. by, '-inf', after('-' .. seconds), 'WITHSCORES',
  'LIMIT', offset, limit)
local found = {}
for at = 1, #page, 2 do
  local id, score = page[at], page[at + 1]
  local job = redis.call('HMGET', 'copilot:job:' .. id, 'token', 'agent')
  local second = redis.call('ZSCORE', prefix .. other, id)
  if job[1] and job[2] and second then
    local seen, deadline = score, second
    if by == 'deadline' then seen, deadline = second, score end
    found[#found + 1] = {id, job[1], job[2], seen, deadline}
  else
    redis.call('ZREM', prefix .. by, id)
  end
end
return found`,
});
