/**
 * Tells whether a report from an agent would count now. Changes nothing.
 *
 * Keys: `job:ID:description`, `copilot:job:ID`, the list of its priority.
 *
 * Arguments: `queue`; `id`; `token` (may be empty); `agent` (bare JID).
 *
 * Returns 1 where the job is handed out under that token to that JID, or for good (by a manager of the
 * original, or with leases off); else 0.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { STANDS } from "./_parts.ts";

/** Behind {@linkcode JobStore.holds}. */
export const HOLDS = new LuaScript({
  name: "holds",
  args: ["queue", "id", "token", "agent"],
  parts: [STANDS],
  body: `
local job = redis.call('HMGET', 'copilot:job:' .. id, 'state', 'token', 'agent', 'bound', 'queue',
  'priority')
local state = job[1]
local handedOut = state == 'leased' or state == 'running'
if job[4] == '1' then
  local holder = string.match(job[3] or '', '^[^/]*')
  return handedOut and job[2] == token and holder == agent and 1 or 0
end
if handedOut then return 1 end
if state and state ~= 'waiting' then return 0 end
if redis.call('EXISTS', 'job:' .. id .. ':description') == 0 then return 0 end
return stands(job[5] or queue, job[6] or '0', id) and 0 or 1`,
});
