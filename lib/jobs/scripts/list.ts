/**
 * Reads a page of the jobs that have a record, last changed first.
 *
 * Keys: `jobs`, `job:ID:description`, `copilot:job:ID`, `deadline`, `seen`.
 *
 * Arguments: `queue`; `offset`, `limit`; then the least and greatest score of each state.
 *
 * Returns `{number of jobs in these states, {job, …}}`, each job as the read script shows it.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { SHOW } from "./_parts.ts";

/** Behind {@linkcode JobStore.list}. */
export const LIST = new LuaScript({
  name: "list",
  args: ["queue", "offset", "limit"],
  parts: [SHOW],
  body: `
local stop = offset + limit
local most = string.format('%.0f', stop)
local set = 'copilot:queue:' .. queue .. ':jobs'
local total, entries = 0, {}
for at = 4, #ARGV, 2 do
  local least, greatest = ARGV[at], ARGV[at + 1]
  total = total + redis.call('ZCOUNT', set, least, greatest)
  local page = redis.call('ZREVRANGEBYSCORE', set, greatest, least, 'WITHSCORES', 'LIMIT', 0, most)
  for member = 1, #page, 2 do
    entries[#entries + 1] = {page[member], page[member + 1] - least}
  end
end
table.sort(entries, function(left, right)
  if left[2] ~= right[2] then return left[2] > right[2] end
  return left[1] > right[1]
end)
local jobs = {}
for at = offset + 1, math.min(stop, #entries) do
  jobs[#jobs + 1] = show(queue, entries[at][1])
end
return {total, jobs}`,
});
