/**
 * Puts a held job back into its queue, as a job just submitted.
 *
 * Keys: `job:ID:description`, `copilot:job:ID`, `copilot:history:ID`, the list of its priority, `priorities`, `jobs`.
 *
 * Arguments: `queue`, `historyLimit`; `id`.
 *
 * Returns `done`; else the state that forbids it, empty where there is no such job.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { CLOCK, HISTORY, PUSH, STANDS, STATES, UNRECORDED_JOB } from "./_parts.ts";

/** Behind {@linkcode JobStore.release}. */
export const RELEASE = new LuaScript({
  name: "release",
  args: ["queue", "historyLimit", "id"],
  parts: [CLOCK, HISTORY, STATES, PUSH, STANDS, UNRECORDED_JOB],
  body: `
local job = redis.call('HMGET', 'copilot:job:' .. id, 'state', 'queue', 'priority', 'token')
if not job[1] then return unrecorded(queue, id) and 'waiting' or '' end
if job[1] ~= 'held' then return job[1] end
redis.call('HSET', 'copilot:job:' .. id, 'state', 'waiting', 'changedMs', now, 'reason', '')
enter(job[2], id, 'waiting')
push(job[2], job[3], 'LPUSH', id)
log(id, 'released', 'waiting', job[4])
return 'done'`,
});
