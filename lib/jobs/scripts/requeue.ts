/**
 * Ends a hand-out and puts the job back to the head of its queue, or fails it at its last attempt.
 *
 * Keys: `copilot:job:ID`, `copilot:history:ID`, the list of its priority, `priorities`, `agent:JID`,
 * `deadline`, `seen`, `jobs`.
 *
 * Arguments: `historyLimit`; `id`, `token`; `seenMs` (empty, or nothing happens where the agent was seen
 * later than that); `reason`; `countAttempt` (`1`, or empty: the attempt is given back);
 * `pushCommand` (`RPUSH` or `LPUSH`).
 *
 * Returns `requeued`, `failed`, `unchanged`, or `corrupt` where the number of attempts is unreadable.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { CLOCK, FREE, HISTORY, PUSH, STATES } from "./_parts.ts";

/** Behind {@linkcode JobStore.requeue}. */
export const REQUEUE = new LuaScript({
  name: "requeue",
  args: ["historyLimit", "id", "token", "seenMs", "reason", "countAttempt", "pushCommand"],
  parts: [CLOCK, HISTORY, STATES, PUSH, FREE],
  body: `
local key = 'copilot:job:' .. id
local job = redis.call('HMGET', key, 'state', 'token', 'agent', 'queue', 'priority', 'attempts',
  'maxAttempts')
local state, agent, queue = job[1], job[3], job[4]
if (state ~= 'leased' and state ~= 'running') or job[2] ~= token then return 'unchanged' end
if seenMs ~= '' then
  local seen = redis.call('ZSCORE', 'copilot:queue:' .. queue .. ':seen', id)
  if seen and tonumber(seen) > tonumber(seenMs) then return 'unchanged' end
end
local attempts, most = tonumber(job[6]), tonumber(job[7])
if not (attempts and most) then return 'corrupt' end

free(queue, id, agent or '')
if countAttempt == '1' and attempts >= most then
  redis.call('HSET', key, 'state', 'failed', 'changedMs', now, 'finishedMs', now, 'reason', reason)
  enter(queue, id, 'failed')
  log(id, 'failed', 'failed', token, agent, reason)
  return 'failed'
end
if countAttempt ~= '1' then attempts = attempts - 1 end
redis.call('HSET', key, 'state', 'waiting', 'changedMs', now, 'reason', reason,
  'attempts', string.format('%.0f', attempts))
enter(queue, id, 'waiting')
push(queue, job[5], pushCommand, id)
log(id, 'requeued', 'waiting', token, agent, reason)
return 'requeued'`,
});
