/**
 * Counts jobs.
 *
 * Keys: the lists of all priorities, `priorities`, `jobs`.
 *
 * Arguments: `queue`; then the least and greatest score of each state to count.
 *
 * Returns `{number of ids in the lists, of those with requirements, number of jobs in each state …}`.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";

/** Behind {@linkcode JobStore.counts} and {@linkcode JobStore.waiting}. */
export const COUNTS = new LuaScript({
  name: "counts",
  args: ["queue"],
  body: `
local prefix = 'copilot:queue:' .. queue .. ':'
local waiting = redis.call('LLEN', queue)
for _, priority in ipairs(redis.call('ZRANGE', prefix .. 'priorities', 0, -1)) do
  waiting = waiting + redis.call('LLEN', queue .. ':p' .. priority)
end
local required = redis.call('LLEN', queue .. ':required')
local counts = {waiting + required, required}
for at = 2, #ARGV, 2 do
  counts[#counts + 1] = redis.call('ZCOUNT', prefix .. 'jobs', ARGV[at], ARGV[at + 1])
end
return counts`,
});
