/**
 * Many agents in one process, to be started and killed by tests: one for each account that is named on
 * the command line, configured as any agent.
 *
 * @module
 */
import { loadConfig } from "../../lib/config.ts";
import { createLogger, lineSink } from "../../lib/log.ts";
import { agentOptions } from "../../roles/agent/open_agent.ts";
import { AGENT_COMPONENT, agentVariables } from "../../roles/agent/variables.ts";
import { Agent } from "../../roles/agent.ts";

const log = createLogger({ sinks: [lineSink(Deno.stderr, { minLevel: "info" })] });
const never = new AbortController().signal;

await Promise.all(Deno.args.map(async (account) => {
  const flags = new Map([["AGENT_JABBER_ID", account]]);
  const { config } = await loadConfig(agentVariables, { component: AGENT_COMPONENT, flags });
  await new Agent(await agentOptions(config, log.with({ component: account }))).run(never);
}));
