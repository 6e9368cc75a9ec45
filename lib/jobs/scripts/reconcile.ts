/**
 * Marks jobs as running that say `waiting` but stand in no list: a manager of the original took them.
 *
 * Keys: `copilot:job:ID`, `copilot:history:ID`, the list of its priority, `jobs`.
 *
 * Arguments: `historyLimit`; then the ids.
 *
 * Returns the ids of the jobs that were marked.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { CLOCK, HISTORY, STANDS, STATES, TAKEN } from "./_parts.ts";

/** Behind {@linkcode JobStore.reconcile}. */
export const RECONCILE = new LuaScript({
  name: "reconcile",
  args: ["historyLimit"],
  parts: [CLOCK, HISTORY, STANDS, STATES, TAKEN],
  body: `
local marked = {}
for at = 2, #ARGV do
  local id = ARGV[at]
  local job = redis.call('HMGET', 'copilot:job:' .. id, 'state', 'queue', 'priority')
  if job[1] == 'waiting' and not stands(job[2], job[3], id) then
    taken(job[2], id)
    marked[#marked + 1] = id
  end
end
return marked`,
});
