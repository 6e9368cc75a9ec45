/**
 * From a configuration to an agent on the real machine.
 *
 * @module
 */
import { connectChirp } from "../../lib/chirp/mod.ts";
import { parseChirpAddress } from "../../lib/chirp/address.ts";
import { chatRoomAddress, type ConfigOf, xmppAccount } from "../../lib/config.ts";
import type { Logger } from "../../lib/log.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { linuxHost } from "../../lib/machine/linux_host.ts";
import { processRunner } from "../../lib/machine/process_runner.ts";
import { accountLink } from "../../lib/messaging/account_link.ts";
import { protectLink } from "../../lib/messaging/protection.ts";
import { AGENT_TIMES, type AgentOptions } from "./options.ts";
import { AGENT_COMPONENT, type agentVariables } from "./variables.ts";

/** Shortest wait for a job that was offered, in milliseconds, however often the agent asks. */
const SHORTEST_RUN_JOB_MS = 5000;

/**
 * Makes the options of an agent.
 *
 * @param config The configuration.
 * @param log Its log.
 * @returns Options for `new Agent(…)`; nothing is connected yet.
 * @throws {ConfigError} When account or room make no JID, or a certificate file cannot be read.
 */
export async function agentOptions(
  config: ConfigOf<typeof agentVariables>,
  log: Logger,
): Promise<AgentOptions> {
  const auth = [config.chirpAuth];
  const room = chatRoomAddress(AGENT_COMPONENT, config);
  const requestMs = config.requestInterval * 1000;
  await Deno.mkdir(config.workDir, { recursive: true });
  return {
    manager: config.jobManager.bare,
    trusted: [
      ...config.storageManager === undefined ? [] : [config.storageManager.bare],
      ...(config.trusted ?? "").split(",").filter((name) => name !== ""),
    ],
    room: room?.bare,
    monitor: config.monitor?.full,
    envelope: config.envelope,
    link: await protectLink(
      await accountLink(xmppAccount(AGENT_COMPONENT, "AGENT", config)),
      config,
      { component: AGENT_COMPONENT, prefix: "AGENT", side: "consumer", log },
    ),
    host: linuxHost(),
    workspace: diskWorkspace(config.workDir),
    runner: processRunner(),
    openTransfer: (address) => connectChirp({ ...parseChirpAddress(address), auth }),
    log,
    keepDirectories: config.keepWorkDir,
    times: {
      requestMs,
      // Where another agent was faster nobody answers: who asks often need not idle for a minute.
      runJobMs: Math.min(AGENT_TIMES.runJobMs, Math.max(SHORTEST_RUN_JOB_MS, requestMs)),
      longestRequestMs: config.longestRequestInterval * 1000,
      sleepMs: config.sleepLimit * 1000,
    },
  };
}
