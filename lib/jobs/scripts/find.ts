/**
 * Looks through a stretch of the jobs of one state for a text, last changed first.
 *
 * Keys: `jobs`, `job:ID:description`, `copilot:job:ID`, `deadline`, `seen`.
 *
 * Arguments: `queue`; `least`, `greatest` (scores of the state); `offset`, `stretch` (jobs to look at);
 * `text` (lower case, taken literally); `most` (jobs to find).
 *
 * Returns `{number of jobs looked at, {job, …}}`, each job as the read script shows it.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { SHOW } from "./_parts.ts";

/** Behind {@linkcode QueueView.find}. */
export const FIND = new LuaScript({
  name: "find",
  args: ["queue", "least", "greatest", "offset", "stretch", "text", "most"],
  parts: [SHOW],
  body: `
local function has(value)
  return value and string.find(string.lower(value), text, 1, true)
end
local ids = redis.call('ZREVRANGEBYSCORE', 'copilot:queue:' .. queue .. ':jobs', greatest, least,
  'LIMIT', offset, stretch)
local jobs = {}
for at, id in ipairs(ids) do
  local job = redis.call('HMGET', 'copilot:job:' .. id, 'agent', 'reason')
  if has(id) or has(job[1]) or has(job[2]) or has(redis.call('GET', 'job:' .. id .. ':description'))
  then
    jobs[#jobs + 1] = show(queue, id)
    if #jobs == tonumber(most) then return {at, jobs} end
  end
end
return {#ids, jobs}`,
});
