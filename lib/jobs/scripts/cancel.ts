/**
 * Ends a job that has not ended; its lease ends with it.
 *
 * Keys: `job:ID:description`, `copilot:job:ID`, `copilot:history:ID`, `copilot:inputs`, the list of its
 * priority, `agent:JID`, `deadline`, `seen`, `jobs`.
 *
 * Arguments: `queue`, `historyLimit`; `id`; `reason`; `maxAttempts` for a job of the original.
 *
 * Returns `done`; else the state that forbids it, empty where there is no such job.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { ADOPT, CLOCK, FREE, HISTORY, PULL, STATES, TAKEN, WITHDRAW } from "./_parts.ts";

/** Behind {@linkcode JobStore.cancel}. */
export const CANCEL = new LuaScript({
  name: "cancel",
  args: ["queue", "historyLimit", "id", "reason", "maxAttempts"],
  parts: [CLOCK, HISTORY, STATES, PULL, FREE, ADOPT, TAKEN, WITHDRAW],
  body: `
local state, home, token, agent, bound = withdraw()
if not state then return '' end
if state ~= 'waiting' and state ~= 'held' and state ~= 'leased' and state ~= 'running' then
  return state
end
if bound then free(home, id, agent) end
redis.call('HSET', 'copilot:job:' .. id, 'state', 'cancelled', 'changedMs', now,
  'finishedMs', now, 'reason', reason)
enter(home, id, 'cancelled')
log(id, 'cancelled', 'cancelled', token, agent, reason)
return 'done'`,
});
