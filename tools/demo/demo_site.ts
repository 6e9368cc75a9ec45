/**
 * The demo's site: a sandbox with a manager and agents in this process, and one agent as a process of its
 * own, to be killed.
 *
 * @module
 */
import { fromFileUrl, join } from "@std/path";
import { ConfigError, loadConfig } from "../../lib/config.ts";
import { type OpenQueue, openQueue } from "../../lib/jobs/open_queue.ts";
import { createLogger, fileSink, type Logger } from "../../lib/log.ts";
import { agentOptions } from "../../roles/agent/open_agent.ts";
import { AGENT_COMPONENT, agentVariables } from "../../roles/agent/variables.ts";
import { Agent } from "../../roles/agent.ts";
import type { JobManagerOptions } from "../../roles/jobmanager/options.ts";
import { jobManagerOptions } from "../../roles/jobmanager/open_jobmanager.ts";
import { JOBMANAGER_COMPONENT, jobManagerVariables } from "../../roles/jobmanager/variables.ts";
import { JobManager } from "../../roles/jobmanager.ts";
import { type Sandbox, startSandbox } from "../../sim/sandbox.ts";

/** Name of the account whose agent is a process of its own. */
const VICTIM_ACCOUNT = "agent";

/** A running site. */
export interface DemoSite extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly queue: OpenQueue;
  /** Where the roles log to. */
  readonly logFile: string;
  /** Starts agents in this process. */
  startAgents(number: number): Promise<void>;
  /** Starts an agent as a process, to be killed with SIGKILL. */
  startVictim(): Deno.ChildProcess;
}

/** What a demo's site has. */
export interface DemoSiteOptions {
  /** Number of agents that will be started. */
  readonly agents: number;
  /** True: with a dashboard and all that it shows. */
  readonly dashboard: boolean;
  /** Makes its manager. Default: a generic one. */
  readonly makeManager?: ManagerMaker | undefined;
  /** More lines for the configuration of the generic manager. Default: none. */
  readonly settings?: readonly string[] | undefined;
}

/** What a site has for its managers. */
export interface ManagerSurroundings {
  readonly queue: OpenQueue;
  readonly sandbox: Sandbox;
  /** Directory of the site. */
  readonly directory: string;
  readonly log: Logger;
}

/** Serves until stopped. */
interface Manager {
  run(signal: AbortSignal): Promise<void>;
}

/** Makes the manager of a site, from the options of a generic one. */
export type ManagerMaker = (
  options: JobManagerOptions,
  site: ManagerSurroundings,
) => Manager | Promise<Manager>;

/**
 * Starts a site with a manager.
 *
 * @param directory An empty directory.
 * @param options See {@linkcode DemoSiteOptions}.
 * @returns The site.
 */
export async function startDemoSite(
  directory: string,
  options: DemoSiteOptions,
): Promise<DemoSite> {
  const { agents, dashboard, settings = [] } = options;
  const { makeManager = (options) => new JobManager(options) } = options;
  await using started = new AsyncDisposableStack();
  const sandbox = started.use(
    await startSandbox({
      directory,
      durable: false,
      agentAccounts: agents,
      monitoring: dashboard,
      settings: {
        // The more agents share this process, the longer one may take to answer.
        [JOBMANAGER_COMPONENT]: [`JM_LEASE_SILENCE ${2 + Math.ceil(agents / 50)}`, ...settings],
        [AGENT_COMPONENT]: ["AGENT_REQUEST_INTERVAL 1", "AGENT_REQUEST_INTERVAL_MAX 2"],
      },
    }),
  );
  const logFile = join(directory, "demo.log");
  const sink = started.use(fileSink(logFile, { minLevel: "debug" }));
  const log = createLogger({ sinks: [sink] });
  const stop = new AbortController();
  const running: Promise<void>[] = [];
  const { config } = await loadConfig(
    jobManagerVariables,
    configOf(JOBMANAGER_COMPONENT, directory),
  );
  const queue = started.use(await openQueue(config));
  const managerLog = log.with({ component: "jobmanager" });
  const manager = await makeManager(
    await jobManagerOptions(config, queue.store, managerLog),
    { queue, sandbox, directory, log },
  );
  started.defer(async () => {
    stop.abort(new Error("The demo is over"));
    await Promise.all(running);
  });
  running.push(manager.run(stop.signal));
  const servers = started.move();
  return {
    sandbox,
    queue,
    logFile,
    startAgents: async (number) => {
      for (let index = 1; index <= number; index++) {
        const agent = await makeAgent(directory, sandbox, `agent-${index}`, log);
        running.push(agent.run(stop.signal));
      }
    },
    startVictim: () => startAgentProcess(directory, logFile),
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  };
}

function configOf(component: string, directory: string, flags = new Map<string, string>()) {
  // The sandbox alone configures the demo, whatever the user's environment says.
  return { component, directory, flags, environment: () => undefined };
}

async function makeAgent(
  directory: string,
  sandbox: Sandbox,
  account: string,
  log: Logger,
): Promise<Agent> {
  const flags = new Map([
    ["AGENT_JABBER_ID", account],
    ["AGENT_JABBER_PASSWORD", sandbox.password(account)],
  ]);
  const { config } = await loadConfig(agentVariables, configOf(AGENT_COMPONENT, directory, flags));
  return new Agent(await agentOptions(config, log.with({ component: account })));
}

/** An agent as users start it: `deno run -P=agent roles/agent.ts`. */
function startAgentProcess(directory: string, logFile: string): Deno.ChildProcess {
  const root = new URL("../../", import.meta.url);
  if (root.protocol !== "file:") {
    throw new ConfigError("copilot-demo", [{
      subject: "The demo",
      problem: "runs from a checkout only",
      where: root.href,
      meaning: "It starts an agent as a process",
      example: "deno task demo",
    }]);
  }
  const config = fromFileUrl(new URL("deno.json", root));
  const script = fromFileUrl(new URL("roles/agent.ts", root));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--config", config, "-P=agent", script],
    env: { COPILOT_CONFIG: directory, AGENT_LOG_FILE: logFile, AGENT_JABBER_ID: VICTIM_ACCOUNT },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}
