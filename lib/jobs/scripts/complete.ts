/**
 * Stores how a job ended, if the report comes from the lease that holds.
 *
 * Keys: `job:ID:description`, `copilot:job:ID`, `copilot:history:ID`, `copilot:inputs`, the waiting
 * list, `agent:JID`, `deadline`, `seen`, `jobs`.
 *
 * Arguments: `queue`, `historyLimit`; `id`; `token` (may be empty); `agent` (bare JID); `outcome`
 * (`succeeded` or `failed`); `exitCode`; `validateExitCode`, `wallSeconds`, `reason`, `archive` (each
 * may be empty); `leases` (`1`, or empty: whoever reports is believed); `maxAttempts`.
 *
 * Returns `done`, `repeated`, `stale`, `foreign` or `unknown`.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { ADOPT, CLOCK, HISTORY, STANDS, STATES, TAKEN } from "./_parts.ts";
import { scoreNow } from "./_state_digits.ts";

/** `finish(…)`: writes the result. */
const FINISH = `
local function finish(token)
  redis.call('HSET', key, 'state', outcome, 'changedMs', now, 'finishedMs', now, 'ended', token,
    'exitCode', exitCode, 'validateExitCode', validateExitCode, 'wallSeconds', wallSeconds,
    'reason', reason, 'archive', archive)
  log(id, outcome, outcome, token, agent, reason)
end`;

/** Takes over a job that the original handed out, unless it still waits. */
const FOREIGN = `
local description = redis.call('GET', 'job:' .. id .. ':description')
if not description then return 'unknown' end
${STANDS}
${STATES}
${ADOPT}
if stands(queue, '0', id) then
  adopt(queue, id, description, 'waiting')
  log(id, 'stale result', 'waiting', token, agent, reason)
  return 'stale'
end
adopt(queue, id, description, outcome)
redis.call('HSET', key, 'agent', agent)
finish('0')
return 'foreign'`;

/** Sees whether a waiting job was taken by a manager of the original. */
const LOOK_WHETHER_TAKEN = `
${STANDS}
${STATES}
${TAKEN}
if not stands(job[6], job[7], id) then
  taken(job[6], id)
  state = 'running'
end`;

/** Behind {@linkcode JobStore.complete}. */
export const COMPLETE = new LuaScript({
  name: "complete",
  args: [
    "queue",
    "historyLimit",
    "id",
    "token",
    "agent",
    "outcome",
    "exitCode",
    "validateExitCode",
    "wallSeconds",
    "reason",
    "archive",
    "leases",
    "maxAttempts",
  ],
  parts: [CLOCK, HISTORY, "local key = 'copilot:job:' .. id", FINISH],
  body: `
local job = redis.call('HMGET', key, 'state', 'token', 'agent', 'bound', 'ended', 'queue',
  'priority')
local state = job[1]
if not state then
  ${FOREIGN}
end

-- A hand-out that was made final stays final: nobody can tell who runs the job.
local final = leases ~= '1' or job[4] ~= '1'
local mine = job[2] == token and string.match(job[3] or '', '^[^/]*') == agent
if final or mine then
  if state == 'waiting' and final then
    ${LOOK_WHETHER_TAKEN}
  end
  if state == 'leased' or state == 'running' then
    local prefix = 'copilot:queue:' .. job[6] .. ':'
    if job[4] == '1' then
      redis.call('ZREM', prefix .. 'deadline', id)
      redis.call('ZREM', prefix .. 'seen', id)
      redis.call('HDEL', prefix .. 'agent:' .. job[3], id)
    end
    if not mine then redis.call('HSET', key, 'agent', agent, 'agentHost', '') end
    local score = outcome == 'failed' and ${scoreNow("failed")} or ${scoreNow("succeeded")}
    redis.call('ZADD', prefix .. 'jobs', score, id)
    finish(job[2])
    return 'done'
  end
  if (state == 'succeeded' or state == 'failed') and job[5] == job[2] then return 'repeated' end
end
log(id, 'stale result', state, token, agent, reason)
return 'stale'`,
});
