/**
 * Adds a line to the history of a job that has a record.
 *
 * Keys: `copilot:job:ID`, `copilot:history:ID`.
 *
 * Arguments: `historyLimit`; `id`; `event`; `agent`, `reason` (may be empty).
 *
 * Returns 1, or 0 where there is no such record.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { CLOCK, HISTORY } from "./_parts.ts";

/** Behind {@linkcode JobStore.note}. */
export const NOTE = new LuaScript({
  name: "note",
  args: ["historyLimit", "id", "event", "agent", "reason"],
  parts: [CLOCK, HISTORY],
  body: `
local job = redis.call('HMGET', 'copilot:job:' .. id, 'state', 'token')
if not job[1] then return 0 end
log(id, event, job[1], job[2], agent, reason)
return 1`,
});
