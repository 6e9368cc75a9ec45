/**
 * Notes a sign of life of an agent and extends its leases, except unacknowledged ones (a living agent
 * may never have got its `runJob`) and ones that it asked for more beside (see the lease script).
 *
 * Keys: `agent:JID`, `deadline`, `seen`.
 *
 * Arguments: `queue`; `agent` (full JID); `leaseSeconds`.
 *
 * Returns the number of leases that the agent holds.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { CLOCK } from "./_parts.ts";

/** Behind {@linkcode JobStore.touch}. */
export const TOUCH = new LuaScript({
  name: "touch",
  args: ["queue", "agent", "leaseSeconds"],
  body: `
local prefix = 'copilot:queue:' .. queue .. ':'
local own = redis.call('HGETALL', prefix .. 'agent:' .. agent)
if #own == 0 then return 0 end
${CLOCK}
local deadline = string.format('%.0f', now + leaseSeconds * 1000.0)
local leases = 0
for at = 1, #own, 2 do
  leases = leases + 1
  redis.call('ZADD', prefix .. 'seen', now, own[at])
  if own[at + 1] == '1' then
    redis.call('ZADD', prefix .. 'deadline', deadline, own[at])
  end
end
return leases`,
});
