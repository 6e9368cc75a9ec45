/**
 * Looks through a stretch of the waiting list for jobs of the original, which have no record.
 *
 * Keys: the waiting list, `job:ID:description`, `copilot:job:ID`.
 *
 * Arguments: `queue`; `first`, `last` (places in the list, from 0).
 *
 * Returns `{number of ids looked at, {job, …}}`, each job as the read script shows it.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";

/** Behind {@linkcode JobStore.list}, for what the original submitted. */
export const UNRECORDED = new LuaScript({
  name: "unrecorded",
  args: ["queue", "first", "last"],
  body: `
local ids = redis.call('LRANGE', queue, first, last)
local jobs = {}
for _, id in ipairs(ids) do
  if redis.call('EXISTS', 'copilot:job:' .. id) == 0 then
    local description = redis.call('GET', 'job:' .. id .. ':description')
    if description then jobs[#jobs + 1] = {id, {}, description, '', ''} end
  end
end
return {#ids, jobs}`,
});
