/**
 * Reads a page of the jobs that have a record, last changed first.
 *
 * Keys: `state:…`, `job:ID:description`, `copilot:job:ID`, `deadline`, `seen`.
 *
 * Arguments: `queue`; `offset`, `limit`; then the states.
 *
 * Returns `{number of jobs in these states, {job, …}}`, each job as the read script shows it.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { SHOW } from "./_parts.ts";

/** The script. */
export const LIST = new LuaScript({
  name: "list",
  args: ["queue", "offset", "limit"],
  parts: [SHOW],
  body: `
local stop = offset + limit
local last = string.format('%.0f', stop - 1)
local total, entries = 0, {}
for at = 4, #ARGV do
  local set = 'copilot:queue:' .. queue .. ':state:' .. ARGV[at]
  total = total + redis.call('ZCARD', set)
  local page = redis.call('ZREVRANGE', set, 0, last, 'WITHSCORES')
  for member = 1, #page, 2 do
    entries[#entries + 1] = {page[member], tonumber(page[member + 1])}
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
