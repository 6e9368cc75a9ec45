/**
 * Stores how a job ended, if the report comes from the lease that holds.
 *
 * Keys: `job:ID:description`, `copilot:job:ID`, `copilot:history:ID`, `copilot:inputs`, the waiting
 * list, `agent:JID`, `deadline`, `seen`, `state:…`.
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
import { ADOPT, CLOCK, HISTORY, LEASES, STANDS, STATES, TAKEN } from "./_parts.ts";

/**
 * `finish(…)`: writes the result. `foreign()`: takes over a job that the original handed out, unless it
 * still waits.
 */
const FINISH = `
local key = 'copilot:job:' .. id

local function finish(token)
  redis.call('HSET', key, 'state', outcome, 'changedMs', now, 'finishedMs', now, 'ended', token,
    'exitCode', exitCode, 'validateExitCode', validateExitCode, 'wallSeconds', wallSeconds,
    'reason', reason, 'archive', archive)
  log(id, outcome, outcome, token, agent, reason)
end

local function foreign()
  local description = redis.call('GET', 'job:' .. id .. ':description')
  if not description then return 'unknown' end
  if stands(queue, '0', id) then
    adopt(queue, id, description, 'waiting')
    log(id, 'stale result', 'waiting', token, agent, reason)
    return 'stale'
  end
  adopt(queue, id, description, outcome)
  redis.call('HSET', key, 'agent', agent)
  finish('0')
  return 'foreign'
end`;

/** The script. */
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
  parts: [CLOCK, HISTORY, STATES, STANDS, LEASES, ADOPT, TAKEN, FINISH],
  body: `
local job = redis.call('HMGET', key, 'state', 'token', 'agent', 'bound', 'ended', 'queue',
  'priority')
local state = job[1]
if not state then return foreign() end

-- A hand-out that was made final stays final: nobody can tell who runs the job.
local final = leases ~= '1' or job[4] ~= '1'
local mine = job[2] == token and bare(job[3]) == agent
if final or mine then
  if state == 'waiting' and final and not stands(job[6], job[7], id) then
    taken(job[6], id)
    state = 'running'
  end
  if state == 'leased' or state == 'running' then
    if job[4] == '1' then free(job[6], id, job[3]) end
    if not mine then redis.call('HSET', key, 'agent', agent) end
    enter(job[6], id, state, outcome)
    finish(job[2])
    return 'done'
  end
  if (state == 'succeeded' or state == 'failed') and job[5] == job[2] then return 'repeated' end
end
log(id, 'stale result', state, token, agent, reason)
return 'stale'`,
});
