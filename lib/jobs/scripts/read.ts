/**
 * Reads one job.
 *
 * Keys: `job:ID:description`, `copilot:job:ID`, `deadline`, `seen`, the waiting list.
 *
 * Arguments: `queue`; `id`.
 *
 * Returns `{id, {field, value, …}, description, seenMs, deadlineMs}`, the last three perhaps empty;
 * no fields for a waiting job of the original; nil where there is no such job.
 *
 * @module
 */
import { LuaScript } from "../lua_script.ts";
import { SHOW } from "./_parts.ts";

/** Behind {@linkcode JobStore.get}. */
export const READ = new LuaScript({
  name: "read",
  args: ["queue", "id"],
  parts: [SHOW],
  body: `return show(queue, id)`,
});
