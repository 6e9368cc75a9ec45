/**
 * Shows the jobs with requirements at the head of their list, and notes the machine that asks.
 *
 * Keys: `QUEUE:required`, `copilot:job:ID`, `machines`, `machines:seen`.
 *
 * Arguments: `queue`; `agent` (bare JID), `jdl`: the machine; `most`: jobs that are shown;
 * `mostMachines`: machines that are kept; `oldestFirst` (`1`, or empty: the newest job is the head).
 *
 * Returns `{id, priority, requirements, …}`, the head first.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { CLOCK } from "./_parts.ts";

/** Behind {@linkcode RequiredJobs.suiting}. */
export const REQUIRED = new LuaScript({
  name: "required",
  args: ["queue", "agent", "jdl", "most", "mostMachines", "oldestFirst"],
  parts: [CLOCK],
  body: `
local prefix = 'copilot:queue:' .. queue .. ':'
redis.call('HSET', prefix .. 'machines', agent, jdl)
redis.call('ZADD', prefix .. 'machines:seen', now, agent)
local surplus = redis.call('ZRANGE', prefix .. 'machines:seen', 0, '-' .. mostMachines + 1)
for _, old in ipairs(surplus) do
  redis.call('ZREM', prefix .. 'machines:seen', old)
  redis.call('HDEL', prefix .. 'machines', old)
end

local ids
if oldestFirst == '1' then
  ids = redis.call('LRANGE', queue .. ':required', '-' .. most, -1)
else
  ids = redis.call('LRANGE', queue .. ':required', 0, most - 1)
end
local shown = {}
for place = 1, #ids do
  local id = ids[place]
  if oldestFirst == '1' then id = ids[#ids + 1 - place] end
  local job = redis.call('HMGET', 'copilot:job:' .. id, 'priority', 'requirements')
  if job[2] and job[2] ~= '' then
    shown[#shown + 1] = id
    shown[#shown + 1] = job[1] or '0'
    shown[#shown + 1] = job[2]
  end
end
return shown`,
});
