/**
 * Puts an ended job into its queue again, as one just submitted. Its token goes on growing.
 *
 * Keys: `job:ID:description`, `copilot:job:ID`, `copilot:history:ID`, the list of its priority,
 * `priorities`, `jobs`.
 *
 * Arguments: `queue`, `historyLimit`; `id`.
 *
 * Returns `done`; else the state that forbids it, empty where there is no such job, `gone` where its
 * description is no longer there.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { CLOCK, HISTORY, PUSH, STANDS, STATES, UNRECORDED_JOB } from "./_parts.ts";

/** Behind {@linkcode JobStore.rerun}. */
export const RERUN = new LuaScript({
  name: "rerun",
  args: ["queue", "historyLimit", "id"],
  parts: [CLOCK, HISTORY, STATES, PUSH, STANDS, UNRECORDED_JOB],
  body: `
local key = 'copilot:job:' .. id
local job = redis.call('HMGET', key, 'state', 'queue', 'priority', 'token')
local state = job[1]
if not state then return unrecorded(queue, id) and 'waiting' or '' end
if state ~= 'succeeded' and state ~= 'failed' and state ~= 'cancelled' then return state end
if redis.call('EXISTS', 'job:' .. id .. ':description') == 0 then return 'gone' end
redis.call('HDEL', key, 'finishedMs', 'exitCode', 'validateExitCode', 'wallSeconds', 'reason',
  'archive', 'ended')
redis.call('HSET', key, 'state', 'waiting', 'changedMs', now, 'attempts', '0')
enter(job[2], id, 'waiting')
push(job[2], job[3], 'LPUSH', id)
log(id, 'rerun', 'waiting', job[4])
return 'done'`,
});
