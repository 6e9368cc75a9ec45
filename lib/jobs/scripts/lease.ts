/**
 * Lends the next job to an agent, or the one that it holds unacknowledged once more.
 *
 * Keys: the lists of all priorities, `priorities`, `job:ID:description`, `copilot:job:ID`,
 * `copilot:history:ID`, `copilot:inputs`, `agent:JID`, `deadline`, `seen`, `jobs`.
 *
 * Arguments: `queue`, `historyLimit`; `agent` (full JID); `agentHost` and `session` (may be empty); `manager`;
 * `unacknowledgedSeconds`; `leases` (`1`: the hand-out is a lease, empty: it is final);
 * `pop` (`RPOP` or `LPOP`); `maxAttempts` for jobs of the original; `named` (a job with requirements that
 * the agent meets, or empty); `examined` (`1`: jobs with requirements are left where they are).
 *
 * Returns `{status, {invalid id, …}}` with status `none`; `more` where so many ids were dropped that the
 * caller should ask again; `examine` where jobs with requirements wait; else
 * `{"leased" | "repeated", {invalid id, …}, id, token, attempt, leasedMs, description, validationScript, wallTimeSeconds, outputBytes}`.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { ADOPT, AFTER, CLOCK, HISTORY, STATES } from "./_parts.ts";
import { scoreNow } from "./_state_digits.ts";

/**
 * Looks through the leases that the agent's JID holds already. Those of an earlier process end now. An
 * agent that asks for more while a job of its runs may have started anew unnoticed (the original's have no
 * sessions), have given up telling of its end, or have told a Redis that lost it with its power: its signs
 * of life no longer extend that lease, which runs out at its deadline. But of an agent with a session a young
 * lease is left alone: what asks may be a late copy of the request that brought it, which a manager that was
 * started meanwhile takes for new. An agent that is idle asks again.
 */
const HELD_LEASES = `
for at = 1, #own, 2 do
  local id = own[at]
  local job = redis.call('HMGET', 'copilot:job:' .. id, 'state', 'token', 'session', 'attempts',
    'leasedMs', 'validationScript', 'wallTimeSeconds', 'outputBytes')
  if session ~= '' and session ~= job[3] then
    redis.call('HDEL', prefix .. 'agent:' .. agent, id)
    redis.call('ZADD', prefix .. 'deadline', now, id)
    log(id, 'abandoned', job[1], job[2], agent, 'The agent has started anew')
  elseif job[1] == 'leased' then
    local description = redis.call('GET', 'job:' .. id .. ':description')
    if description then
      redis.call('ZADD', prefix .. 'deadline', after(unacknowledgedSeconds), id)
      redis.call('ZADD', prefix .. 'seen', now, id)
      return {'repeated', {}, id, job[2], job[4], job[5], description, job[6] or '',
        job[7] or '', job[8] or ''}
    end
  elseif session == '' or now - job[5] >= unacknowledgedSeconds * 1000 then
    redis.call('HSET', prefix .. 'agent:' .. agent, id, '0')
  end
end`;

/** Puts the lists of other priorities before and after the standard one. */
const ALL_LISTS = `
lists = {}
local standard = false
for _, priority in ipairs(priorities) do
  if not standard and tonumber(priority) < 0 then
    standard = true
    lists[#lists + 1] = queue
  end
  lists[#lists + 1] = queue .. ':p' .. priority
end
if not standard then lists[#lists + 1] = queue end`;

/**
 * Makes the record of a job of the original, if its id can name a directory and its description has a
 * command in the fourth field.
 */
const TAKE_OVER = `
${STATES}
${ADOPT}
local at = 1
for _ = 1, 3 do
  local _, stop = string.find(description, '::::', at, true)
  at = stop and stop + 1 or #description + 1
end
usable = string.find(id, '^[%w_-][%w._-]*$') and at <= #description and
  string.sub(description, at, at + 3) ~= '::::'
if usable then adopt(queue, id, description, 'waiting') end`;

/** Fails a job, if it has a record, that cannot be handed out. */
const REFUSE = `
invalid[#invalid + 1] = id
if state then
  local reason = 'Its description or its record is missing or unreadable'
  redis.call('HSET', 'copilot:job:' .. id, 'state', 'failed', 'changedMs', now, 'finishedMs', now,
    'reason', reason)
  redis.call('ZADD', home .. 'jobs', ${scoreNow("failed")}, id)
  log(id, 'failed', 'failed', job[2], '', reason)
end`;

/** Hands out the job. */
const HAND_OUT = `
local token, attempts = (job[2] or 0) + 1, (job[3] or 0) + 1
local entered, score = 'running', ${scoreNow("running")}
if leases == '1' then
  entered, score = 'leased', ${scoreNow("leased")}
  redis.call('HSET', prefix .. 'agent:' .. agent, id, '0')
  redis.call('ZADD', prefix .. 'deadline', after(unacknowledgedSeconds), id)
  redis.call('ZADD', prefix .. 'seen', now, id)
end
redis.call('HSET', 'copilot:job:' .. id, 'state', entered, 'queue', queue, 'token', token,
  'attempts', attempts, 'agent', agent, 'agentHost', agentHost, 'session', session, 'manager', manager,
  'leasedMs', now, 'changedMs', now, 'bound', leases)
if home ~= prefix then redis.call('ZREM', home .. 'jobs', id) end
redis.call('ZADD', prefix .. 'jobs', score, id)
log(id, 'leased', entered, token, agent)
return {'leased', invalid, id, token, attempts, now, description, job[5] or '', job[6] or '',
  job[7] or ''}`;

/** Lends the job that is named, if it still waits. */
const LEND_NAMED = `
local id, invalid, home = named, {}, prefix
local description = redis.call('GET', 'job:' .. id .. ':description')
local job = redis.call('HMGET', 'copilot:job:' .. id, 'state', 'token', 'attempts', 'queue',
  'validationScript', 'wallTimeSeconds', 'outputBytes')
if job[1] == 'waiting' and description and tonumber(job[2]) and tonumber(job[3]) and
    redis.call('LREM', queue .. ':required', 1, id) == 1 then
  ${HAND_OUT}
end
return {'none', invalid}`;

/** Behind {@linkcode JobStore.lease}. */
export const LEASE = new LuaScript({
  name: "lease",
  args: [
    "queue",
    "historyLimit",
    "agent",
    "agentHost",
    "session",
    "manager",
    "unacknowledgedSeconds",
    "leases",
    "pop",
    "maxAttempts",
    "named",
    "examined",
  ],
  parts: [CLOCK, AFTER, HISTORY],
  body: `
local prefix = 'copilot:queue:' .. queue .. ':'
if leases == '1' then
  local own = redis.call('HGETALL', prefix .. 'agent:' .. agent)
  ${HELD_LEASES}
end

if named ~= '' then
  ${LEND_NAMED}
end
if examined == '' and redis.call('EXISTS', queue .. ':required') == 1 then
  return {'examine', {}}
end

local lists = {queue}
local priorities = redis.call('ZREVRANGE', prefix .. 'priorities', 0, -1)
if #priorities > 0 then
  ${ALL_LISTS}
end

local invalid = {}
for place = 1, #lists do
  local list, dropped = lists[place], 0
  local id = redis.call(pop, list)
  while id do
    local description = redis.call('GET', 'job:' .. id .. ':description')
    local job = redis.call('HMGET', 'copilot:job:' .. id, 'state', 'token', 'attempts', 'queue',
      'validationScript', 'wallTimeSeconds', 'outputBytes')
    local state = job[1]
    local home = job[4] and 'copilot:queue:' .. job[4] .. ':' or prefix
    local usable = description and tonumber(job[2] or 0) and tonumber(job[3] or 0)
    if usable and not state then
      ${TAKE_OVER}
    end
    if state and state ~= 'waiting' then
      log(id, 'dropped', state, job[2], '', 'Stood in the queue though it does not wait')
    elseif not usable then
      ${REFUSE}
    else
      ${HAND_OUT}
    end
    dropped = dropped + 1
    if dropped == 100 then return {'more', invalid} end
    id = redis.call(pop, list)
  end
  if list ~= queue then
    redis.call('ZREM', prefix .. 'priorities', string.sub(list, #queue + 3))
  end
end
return {'none', invalid}`,
});
