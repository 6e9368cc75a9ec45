/**
 * Counts the jobs that are handed out before a waiting one.
 *
 * Keys: `copilot:job:ID`, the lists of all priorities, `priorities`.
 *
 * Arguments: `queue`; `id`; `pop` (`RPOP` or `LPOP`: the end from which jobs are handed out).
 *
 * Returns `{jobs ahead, jobs that wait}`; nil where the job stands in no list.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";

/** Behind {@linkcode QueueView.place}. */
export const PLACE = new LuaScript({
  name: "place",
  args: ["queue", "id", "pop"],
  body: `
local job = redis.call('HMGET', 'copilot:job:' .. id, 'queue', 'priority', 'requirements')
local home, priority = job[1] or queue, job[2] or '0'
local list = home
local isRequired = (job[3] or '') ~= ''
if isRequired then
  list = home .. ':required'
elseif priority ~= '0' then
  list = home .. ':p' .. priority
end
local at = redis.call('LPOS', list, id)
if not at then return nil end

local standard = redis.call('LLEN', home)
local ahead, total = 0, standard + redis.call('LLEN', home .. ':required')
if not isRequired and tonumber(priority) < 0 then ahead = standard end
for _, other in ipairs(redis.call('ZRANGE', 'copilot:queue:' .. home .. ':priorities', 0, -1)) do
  local length = redis.call('LLEN', home .. ':p' .. other)
  total = total + length
  if not isRequired and tonumber(other) > tonumber(priority) then ahead = ahead + length end
end
if pop == 'RPOP' then at = redis.call('LLEN', list) - 1 - at end
return {ahead + at, total}`,
});
