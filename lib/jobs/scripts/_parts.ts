/**
 * Pieces of Lua that several scripts share. A piece that only a rare case needs is put into the branch
 * of that case: making a function costs more than most commands.
 *
 * They keep to what Lua 5.1 (Redis) and Lua 5.3 (the simulator) have in common: a time becomes text only
 * by `string.format`, since 5.3 has integers of its own. The keys of a job are named inside the scripts,
 * for a lease learns the id only there; a Redis Cluster is therefore no place for the queue, as it was
 * none for the original's.
 *
 * @module
 */
import { DIGITS_IN_LUA } from "./_state_digits.ts";

/** `now`: Redis' own time as thirteen digits, milliseconds since the epoch. */
export const CLOCK = `
local time = redis.call('TIME')
local now = string.sub('000000000' .. time[1], -10) .. string.sub('00000' .. time[2], -6, -4)`;

/** `after(…)`: the time in so many seconds, as text. Needs {@linkcode CLOCK}. */
export const AFTER = `
local function after(seconds)
  return string.format('%.0f', now + seconds * 1000.0)
end`;

/** `log(…)`: adds a line to a job's history. Needs {@linkcode CLOCK} and the argument `historyLimit`. */
export const HISTORY = `
local function log(id, event, state, token, agent, reason)
  local key = 'copilot:history:' .. id
  local line = now .. '\\t' .. event .. '\\t' .. state .. '\\t' .. (token or '') .. '\\t' ..
    (agent or '') .. '\\t' .. (reason or '')
  if redis.call('RPUSH', key, line) > tonumber(historyLimit) then
    redis.call('LTRIM', key, '-' .. historyLimit, -1)
  end
end`;

/** `enter(…)`: notes in the set of all jobs that a job enters a state. Needs {@linkcode CLOCK}. */
export const STATES = `
local digits = ${DIGITS_IN_LUA}
local function enter(queue, id, state)
  redis.call('ZADD', 'copilot:queue:' .. queue .. ':jobs', digits[state] .. now, id)
end`;

/** Whether the job `id` has requirements: it then waits in a list of its own kind, whatever its priority. */
const IS_REQUIRED = `(redis.call('HGET', 'copilot:job:' .. id, 'requirements') or '') ~= ''`;

/** `push(…)`: puts an id into its list; `command` says at which end. */
export const PUSH = `
local function push(queue, priority, command, id)
  if ${IS_REQUIRED} then
    redis.call(command, queue .. ':required', id)
  elseif priority == '0' then
    redis.call(command, queue, id)
  else
    redis.call('ZADD', 'copilot:queue:' .. queue .. ':priorities', priority, priority)
    redis.call(command, queue .. ':p' .. priority, id)
  end
end`;

/** Finds the list of the job `id` of some `priority`. */
const ITS_LIST = `
  local list = queue
  if ${IS_REQUIRED} then
    list = queue .. ':required'
  elseif priority ~= '0' then
    list = queue .. ':p' .. priority
  end`;

/** `pull(…)`: takes an id out of its list; false where it does not stand in it. */
export const PULL = `
local function pull(queue, priority, id)${ITS_LIST}
  return redis.call('LREM', list, 0, id) > 0
end`;

/** `stands(…)`: whether an id stands in its list. */
export const STANDS = `
local function stands(queue, priority, id)${ITS_LIST}
  return redis.call('LPOS', list, id) and true or false
end`;

/** `unrecorded(…)`: whether an id without a record is a waiting job of the original. Needs `stands`. */
export const UNRECORDED_JOB = `
local function unrecorded(queue, id)
  return redis.call('EXISTS', 'job:' .. id .. ':description') == 1 and stands(queue, '0', id)
end`;

/** `free(…)`: forgets the lease of a job. */
export const FREE = `
local function free(queue, id, agent)
  local prefix = 'copilot:queue:' .. queue .. ':'
  redis.call('ZREM', prefix .. 'deadline', id)
  redis.call('ZREM', prefix .. 'seen', id)
  redis.call('HDEL', prefix .. 'agent:' .. agent, id)
end`;

/**
 * `adopt(…)`: makes the record of a job that the original submitted. Its priority is 0. Needs
 * {@linkcode STATES} and the argument `maxAttempts`.
 */
export const ADOPT = `
local function adopt(queue, id, description, state)
  local inputDir = string.match(description, '^.-::::(.-)::::') or ''
  redis.call('HSET', 'copilot:job:' .. id, 'state', state, 'queue', queue, 'priority', '0',
    'attempts', '0', 'maxAttempts', maxAttempts, 'token', '0', 'submittedMs', now,
    'changedMs', now, 'inputDir', inputDir, 'adopted', '1')
  if inputDir ~= '' then redis.call('HINCRBY', 'copilot:inputs', inputDir, 1) end
  enter(queue, id, state)
end`;

/** `taken(…)`: a waiting job that stands in no list was taken by a manager of the original: it runs. */
export const TAKEN = `
local function taken(queue, id)
  local reason = 'Taken by a manager of the original'
  redis.call('HSET', 'copilot:job:' .. id, 'state', 'running', 'changedMs', now, 'agent', '',
    'bound', '', 'reason', reason)
  enter(queue, id, 'running')
  log(id, 'taken', 'running', '', '', reason)
end`;

/**
 * `withdraw()`: takes the job `id` out of its list if it waits. Returns its state, queue, token and
 * agent, and whether it is bound by a lease; nil where there is no such job. Needs all parts above
 * and the argument `queue`.
 */
export const WITHDRAW = `
local function withdraw()
  local job = redis.call('HMGET', 'copilot:job:' .. id, 'state', 'queue', 'token', 'agent', 'bound',
    'priority')
  if not job[1] then
    local description = redis.call('GET', 'job:' .. id .. ':description')
    if not description or not pull(queue, '0', id) then return nil end
    adopt(queue, id, description, 'waiting')
    return 'waiting', queue, '0', '', false
  end
  if job[1] == 'waiting' and not pull(job[2], job[6], id) then
    taken(job[2], id)
    return 'running', job[2], job[3], '', false
  end
  return job[1], job[2], job[3], job[4], job[5] == '1'
end`;

/**
 * `show(…)`: a job as `{id, {field, value, …}, description, seenMs, deadlineMs}`; the fields are empty for a
 * waiting job of the original, the rest may be empty, nil where there is no such job.
 */
export const SHOW = `
local function show(queue, id)
  local description = redis.call('GET', 'job:' .. id .. ':description')
  local fields = redis.call('HGETALL', 'copilot:job:' .. id)
  if #fields == 0 then
    if not description or not redis.call('LPOS', queue, id) then return nil end
    return {id, fields, description, '', ''}
  end
  local home = redis.call('HGET', 'copilot:job:' .. id, 'queue') or queue
  local prefix = 'copilot:queue:' .. home .. ':'
  return {id, fields, description or '', redis.call('ZSCORE', prefix .. 'seen', id) or '',
    redis.call('ZSCORE', prefix .. 'deadline', id) or ''}
end`;
