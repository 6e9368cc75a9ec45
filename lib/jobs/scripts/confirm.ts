/**
 * Starts a job whose agent has acknowledged `runJob`: its lease gets the full length.
 *
 * Keys: `copilot:job:ID`, `copilot:history:ID`, `agent:JID`, `deadline`, `seen`, `jobs`.
 *
 * Arguments: `historyLimit`; `id`, `token`; `leaseSeconds`.
 *
 * Returns 1 where the job runs under that token, now or already; else 0.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { CLOCK, HISTORY } from "./_parts.ts";
import { scoreNow } from "./_state_digits.ts";

/** Behind {@linkcode JobStore.confirm}. */
export const CONFIRM = new LuaScript({
  name: "confirm",
  args: ["historyLimit", "id", "token", "leaseSeconds"],
  parts: [CLOCK, HISTORY],
  body: `
local key = 'copilot:job:' .. id
local job = redis.call('HMGET', key, 'state', 'token', 'agent', 'queue')
if job[2] ~= token then return 0 end
if job[1] == 'running' then return 1 end
if job[1] ~= 'leased' then return 0 end

local prefix = 'copilot:queue:' .. job[4] .. ':'
redis.call('HSET', key, 'state', 'running', 'changedMs', now)
redis.call('ZADD', prefix .. 'jobs', ${scoreNow("running")}, id)
redis.call('HSET', prefix .. 'agent:' .. job[3], id, '1')
redis.call('ZADD', prefix .. 'deadline', string.format('%.0f', now + leaseSeconds * 1000.0), id)
redis.call('ZADD', prefix .. 'seen', now, id)
log(id, 'started', 'running', token, job[3])
return 1`,
});
