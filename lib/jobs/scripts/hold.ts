/**
 * Takes a waiting job out of the queue.
 *
 * Keys: `job:ID:description`, `copilot:job:ID`, `copilot:history:ID`, `copilot:inputs`, the list of its
 * priority, `jobs`.
 *
 * Arguments: `queue`, `historyLimit`; `id`; `reason`; `maxAttempts` for a job of the original.
 *
 * Returns `done`; else the state that forbids it, empty where there is no such job.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { ADOPT, CLOCK, HISTORY, PULL, STATES, TAKEN, WITHDRAW } from "./_parts.ts";

/** Behind {@linkcode JobStore.hold}. */
export const HOLD = new LuaScript({
  name: "hold",
  args: ["queue", "historyLimit", "id", "reason", "maxAttempts"],
  parts: [CLOCK, HISTORY, STATES, PULL, ADOPT, TAKEN, WITHDRAW],
  body: `
local state, home, token = withdraw()
if not state then return '' end
if state ~= 'waiting' then return state end
redis.call('HSET', 'copilot:job:' .. id, 'state', 'held', 'changedMs', now, 'reason', reason)
enter(home, id, 'held')
log(id, 'held', 'held', token, '', reason)
return 'done'`,
});
