/**
 * Forgets jobs that ended long ago. What is to be removed with them stands in `purged` until the caller
 * says that it is gone, so that a caller cut off in between leaves nothing behind.
 *
 * Keys: `purged`, `jobs`, `job:ID:description`, `copilot:job:ID`,
 * `copilot:history:ID`, `copilot:inputs`, `submit:KEY`, the waiting list.
 *
 * Arguments: `queue`; `seconds` since the end; `limit`.
 *
 * Returns `{id, text, id, text, …}`, those of earlier calls first; a text is the token, the archive (may be
 * empty) and the directories that no job needs any more, parted by tabs.
 *
 * A directory is needed while a record refers to it as its input. Jobs of the original have no record
 * while they wait and share the input directory of the first one submitted with them (it bears that
 * job's id): for those the waiting list is looked through.
 *
 * @module
 */
import { isFinal, JOB_STATES } from "../job_state.ts";
import { LuaScript } from "../lua_script.ts";
import { AFTER, CLOCK } from "./_parts.ts";
import { STATE_DIGITS } from "./_state_digits.ts";

/** The digits of the states in which a job has ended, as a Lua list. */
const FINAL_DIGITS = JOB_STATES.filter(isFinal).map((state) => `'${STATE_DIGITS[state]}'`).join();

const DIRECTORIES = `
local wanted

local function wantedByOriginal(directory)
  if not wanted then
    wanted = {}
    for _, id in ipairs(redis.call('LRANGE', queue, 0, -1)) do
      if redis.call('EXISTS', 'copilot:job:' .. id) == 0 then
        local description = redis.call('GET', 'job:' .. id .. ':description') or ''
        wanted[string.match(description, '^.-::::(.-)::::') or ''] = true
      end
    end
  end
  return wanted[directory]
end

local function unneeded(id, inputDir, adopted)
  local directories = {}
  local names = {id, inputDir}
  if inputDir == id or inputDir == '' then names = {id} end
  for _, name in ipairs(names) do
    if redis.call('HEXISTS', 'copilot:inputs', name) == 0 and
        not (adopted and wantedByOriginal(name)) then
      directories[#directories + 1] = name
    end
  end
  return directories
end`;

/** Behind {@linkcode JobStore.purge}. */
export const PURGE = new LuaScript({
  name: "purge",
  args: ["queue", "seconds", "limit"],
  parts: [CLOCK, AFTER, DIRECTORIES],
  body: `
local prefix = 'copilot:queue:' .. queue .. ':'
local purged = redis.call('HGETALL', prefix .. 'purged')
local set = prefix .. 'jobs'
local before = string.sub('000000000000' .. after('-' .. seconds), -13)
for _, digit in ipairs({${FINAL_DIGITS}}) do
  local ids = redis.call('ZRANGEBYSCORE', set, digit .. '0000000000000', digit .. before,
    'LIMIT', 0, string.format('%.0f', math.max(0, limit - #purged / 2)))
  for _, id in ipairs(ids) do
    local job = redis.call('HMGET', 'copilot:job:' .. id, 'token', 'archive', 'inputDir',
      'submitKey', 'adopted')
    local inputDir = job[3] or ''
    if inputDir ~= '' and redis.call('HINCRBY', 'copilot:inputs', inputDir, -1) < 1 then
      redis.call('HDEL', 'copilot:inputs', inputDir)
    end
    redis.call('ZREM', set, id)
    redis.call('DEL', 'copilot:job:' .. id, 'copilot:history:' .. id, 'job:' .. id .. ':description')
    if job[4] and job[4] ~= '' then redis.call('DEL', prefix .. 'submit:' .. job[4]) end
    local text = (job[1] or '0') .. '\\t' .. (job[2] or '')
    for _, directory in ipairs(unneeded(id, inputDir, job[5] == '1')) do
      text = text .. '\\t' .. directory
    end
    redis.call('HSET', prefix .. 'purged', id, text)
    purged[#purged + 1] = id
    purged[#purged + 1] = text
  end
end
return purged`,
});
