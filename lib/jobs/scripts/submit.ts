/**
 * Puts a job into its queue, or holds it.
 *
 * Keys: `job:ID:description`, `copilot:job:ID`, `copilot:history:ID`, `copilot:inputs`, the job's list,
 * `priorities`, `jobs`, `submit:KEY`.
 *
 * Arguments: `queue`, `historyLimit`; `id`; `submitKey` (may be empty); `description`, `inputDir`;
 * `priority`; `held` (`1` or empty); `maxAttempts`; `validationScript`, `wallTimeSeconds`,
 * `outputBytes`, `requirements` (each may be empty).
 *
 * Returns `{id, "created" | "known" | "taken"}`: the id that stands for the job, and whether it is new,
 * was submitted before, or belongs to another job.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { CLOCK, HISTORY, PUSH } from "./_parts.ts";
import { scoreNow } from "./_state_digits.ts";

/** Behind {@linkcode JobStore.submit}. */
export const SUBMIT = new LuaScript({
  name: "submit",
  args: [
    "queue",
    "historyLimit",
    "id",
    "submitKey",
    "description",
    "inputDir",
    "priority",
    "held",
    "maxAttempts",
    "validationScript",
    "wallTimeSeconds",
    "outputBytes",
    "requirements",
  ],
  parts: [CLOCK, HISTORY, PUSH],
  body: `
local prefix = 'copilot:queue:' .. queue .. ':'
if submitKey ~= '' then
  local known = redis.call('GET', prefix .. 'submit:' .. submitKey)
  if known then return {known, 'known'} end
end
local present = redis.call('GET', 'job:' .. id .. ':description')
if present == description then return {id, 'known'} end
if present then return {id, 'taken'} end

local state, score = 'waiting', ${scoreNow("waiting")}
if held == '1' then
  state, score = 'held', ${scoreNow("held")}
end
redis.call('SET', 'job:' .. id .. ':description', description)
redis.call('HSET', 'copilot:job:' .. id, 'state', state, 'queue', queue, 'priority', priority,
  'attempts', '0', 'maxAttempts', maxAttempts, 'token', '0', 'submittedMs', now, 'changedMs', now,
  'inputDir', inputDir, 'submitKey', submitKey, 'validationScript', validationScript,
  'wallTimeSeconds', wallTimeSeconds, 'outputBytes', outputBytes, 'requirements', requirements)
if inputDir ~= '' then redis.call('HINCRBY', 'copilot:inputs', inputDir, 1) end
if submitKey ~= '' then redis.call('SET', prefix .. 'submit:' .. submitKey, id) end
redis.call('ZADD', prefix .. 'jobs', score, id)
if state == 'waiting' then push(queue, priority, 'LPUSH', id) end
log(id, 'submitted', state)
return {id, 'created'}`,
});
