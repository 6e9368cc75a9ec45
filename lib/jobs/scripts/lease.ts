/**
 * Lends the next job to an agent, or the one that it holds unacknowledged once more.
 *
 * Keys: the lists of all priorities, `priorities`, `job:ID:description`, `copilot:job:ID`,
 * `copilot:history:ID`, `copilot:inputs`, `agent:JID`, `deadline`, `seen`, `state:…`.
 *
 * Arguments: `queue`, `historyLimit`; `agent` (full JID); `session` (may be empty); `manager`;
 * `unacknowledgedSeconds`; `leases` (`1`: the hand-out is a lease, empty: it is final);
 * `pop` (`RPOP` or `LPOP`); `maxAttempts` for jobs of the original.
 *
 * Returns `{status, {invalid id, …}}` with status `none`, or `more` where so many ids were dropped that
 * the caller should ask again; else `{"leased" | "repeated", {invalid id, …}, id, token, attempt,
 * leasedMs, description, validationScript, wallTimeSeconds, outputBytes}`.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { ADOPT, CLOCK, HISTORY, STATES } from "./_parts.ts";

/**
 * `held_lease()`: looks through the leases that the agent's JID holds already. Those of an earlier
 * process end now. An agent without sessions that asks for more while a job of its runs may have
 * started anew, too: its signs of life no longer extend that lease, which runs out at its deadline.
 */
const HELD_LEASE = `
local function heldLease()
  local own = redis.call('HGETALL', prefix .. 'agent:' .. agent)
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
    elseif session == '' then
      redis.call('HSET', prefix .. 'agent:' .. agent, id, '0')
    end
  end
end`;

/** `readable(…)`: true for a description with a command in its fourth field. */
const READABLE = `
local function readable(description)
  if not description then return false end
  local at = 1
  for _ = 1, 3 do
    local _, stop = string.find(description, '::::', at, true)
    if not stop then return false end
    at = stop + 1
  end
  return at <= #description and string.sub(description, at, at + 3) ~= '::::'
end`;

/** `serve(…)`: hands out the job of an id that was just popped; nil where it cannot be. */
const SERVE = `
local invalid = {}

local function refuse(id, job)
  invalid[#invalid + 1] = id
  if not job[1] then return end
  local reason = 'Its description or its record is missing or unreadable'
  redis.call('HSET', 'copilot:job:' .. id, 'state', 'failed', 'changedMs', now, 'finishedMs', now,
    'reason', reason)
  enter(job[4] or queue, id, 'waiting', 'failed')
  log(id, 'failed', 'failed', job[2], '', reason)
end

local function serve(id)
  local description = redis.call('GET', 'job:' .. id .. ':description')
  local job = redis.call('HMGET', 'copilot:job:' .. id, 'state', 'token', 'attempts', 'queue',
    'validationScript', 'wallTimeSeconds', 'outputBytes')
  if job[1] and job[1] ~= 'waiting' then
    log(id, 'dropped', job[1], job[2], '', 'Stood in the queue though it does not wait')
    return nil
  end
  local token, attempts = tonumber(job[2] or '0'), tonumber(job[3] or '0')
  if not (token and attempts and readable(description) and
      string.find(id, '^[%w_-][%w._-]*$')) then
    return refuse(id, job)
  end
  if not job[1] then adopt(queue, id, description, 'waiting') end
  token, attempts = string.format('%.0f', token + 1), string.format('%.0f', attempts + 1)
  local state = 'running'
  if leases == '1' then
    state = 'leased'
    redis.call('HSET', prefix .. 'agent:' .. agent, id, '0')
    redis.call('ZADD', prefix .. 'deadline', after(unacknowledgedSeconds), id)
    redis.call('ZADD', prefix .. 'seen', now, id)
  end
  redis.call('HSET', 'copilot:job:' .. id, 'state', state, 'queue', queue, 'token', token,
    'attempts', attempts, 'agent', agent, 'session', session, 'manager', manager, 'leasedMs', now,
    'changedMs', now, 'bound', leases)
  redis.call('ZREM', 'copilot:queue:' .. (job[4] or queue) .. ':state:waiting', id)
  redis.call('ZADD', prefix .. 'state:' .. state, now, id)
  log(id, 'leased', state, token, agent)
  return {'leased', invalid, id, token, attempts, now, description, job[5] or '', job[6] or '',
    job[7] or ''}
end`;

/** The script. */
export const LEASE = new LuaScript({
  name: "lease",
  args: [
    "queue",
    "historyLimit",
    "agent",
    "session",
    "manager",
    "unacknowledgedSeconds",
    "leases",
    "pop",
    "maxAttempts",
  ],
  parts: [
    CLOCK,
    HISTORY,
    STATES,
    ADOPT,
    "local prefix = 'copilot:queue:' .. queue .. ':'",
    HELD_LEASE,
    READABLE,
    SERVE,
  ],
  body: `
if leases == '1' then
  local held = heldLease()
  if held then return held end
end

local lists = {}
local standard = false
for _, priority in ipairs(redis.call('ZREVRANGE', prefix .. 'priorities', 0, -1)) do
  if not standard and tonumber(priority) < 0 then
    standard = true
    lists[#lists + 1] = queue
  end
  lists[#lists + 1] = queue .. ':p' .. priority
end
if not standard then lists[#lists + 1] = queue end

for _, list in ipairs(lists) do
  local id = redis.call(pop, list)
  local dropped = 0
  while id do
    local served = serve(id)
    if served then return served end
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
