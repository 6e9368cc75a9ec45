/**
 * A site in this process whose XMPP server is a real one: a manager, an agent, one job.
 *
 * @module
 */
import { join } from "@std/path";
import { loadConfig } from "../../lib/config.ts";
import { openQueue } from "../../lib/jobs/open_queue.ts";
import { submitJobs } from "../../lib/jobs/submission.ts";
import { waitForJobs } from "../../lib/jobs/wait_for_jobs.ts";
import { createLogger, type MemorySink, memorySink } from "../../lib/log.ts";
import { diskWorkspace } from "../../lib/machine/disk_workspace.ts";
import { agentOptions } from "../../roles/agent/open_agent.ts";
import { AGENT_COMPONENT, agentVariables } from "../../roles/agent/variables.ts";
import { Agent } from "../../roles/agent.ts";
import { jobManagerOptions } from "../../roles/jobmanager/open_jobmanager.ts";
import { JOBMANAGER_COMPONENT, jobManagerVariables } from "../../roles/jobmanager/variables.ts";
import { JobManager } from "../../roles/jobmanager.ts";
import { startSandbox } from "../../sim/sandbox.ts";

/** Password of every account. */
export const PASSWORD = "secret";
/** The accounts that the server must have. */
export const ACCOUNTS = new Map(
  ["jobmanager", "agent", "heartbeat", "keymanager"].map((name) => [name, PASSWORD]),
);

/** An XMPP server for a site; its other servers are those of the sandbox. */
export interface Xmpp {
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  readonly mucDomain: string;
  readonly caFile?: string;
}

/** Lines that put a component on that server. */
function account(prefix: string, xmpp: Xmpp): string[] {
  return [
    `${prefix}_JABBER_SERVER ${xmpp.host}`,
    `${prefix}_JABBER_PORT ${xmpp.port}`,
    `${prefix}_JABBER_DOMAIN ${xmpp.domain}`,
    `${prefix}_JABBER_PASSWORD ${PASSWORD}`,
    ...xmpp.caFile === undefined ? [] : [`${prefix}_JABBER_CA_FILE ${xmpp.caFile}`],
    `HB_CHAT_SERVER ${xmpp.mucDomain}`,
  ];
}

/** Settings of the two roles beside those of the site. */
export interface RoleSettings {
  /** Lines for the manager's configuration. */
  readonly manager: readonly string[];
  /** Lines for the agent's. */
  readonly agent: readonly string[];
}

/** Runs a manager, an agent and one job; `meanwhile` is called while both are online. */
export async function runJob(
  xmpp: Xmpp,
  settings: RoleSettings,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly state: string | undefined; readonly log: MemorySink }> {
  const directory = await Deno.makeTempDir();
  const log = memorySink();
  const logger = createLogger({ sinks: [log] });
  const stop = new AbortController();
  try {
    await using sandbox = await startSandbox({
      directory,
      durable: false,
      settings: {
        [JOBMANAGER_COMPONENT]: [...account("JM", xmpp), ...settings.manager],
        [AGENT_COMPONENT]: [
          ...account("AGENT", xmpp),
          `JM_JABBER_ADDRESS jobmanager@${xmpp.domain}`,
          "AGENT_REQUEST_INTERVAL 1",
          ...settings.agent,
        ],
      },
    });
    const { directories, ports } = sandbox.addresses;
    const from = (component: string) => ({ component, directory, environment: () => undefined });
    const manager = await loadConfig(jobManagerVariables, from(JOBMANAGER_COMPONENT));
    const agent = await loadConfig(agentVariables, from(AGENT_COMPONENT));
    await using queue = await openQueue(manager.config);
    const running = [
      new JobManager(await jobManagerOptions(manager.config, queue.store, logger)).run(stop.signal),
      new Agent(await agentOptions(agent.config, logger)).run(stop.signal),
    ];
    await Deno.writeTextFile(join(directory, "job.sh"), "#!/bin/sh\necho 4\n");
    const ids = await submitJobs({ command: join(directory, "job.sh") }, {
      store: queue.store,
      chirpFolder: diskWorkspace(directories.chirp),
      chirpAddress: `127.0.0.1:${ports.chirp}`,
    });
    const [job] = await waitForJobs(queue.store, ids, {
      signal: AbortSignal.timeout(30_000),
    });
    await meanwhile();
    stop.abort(new Error("The test is over"));
    await Promise.all(running);
    return { state: job?.state, log };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
