/**
 * The dashboard (report 2.3, 4.4.5): a web page that shows a site at work, and its interface for
 * programs. It only looks, unless a token is configured.
 *
 * @module
 */
import { EXIT, readRoleConfig, runMain } from "../lib/cli.ts";
import { systemClock, within } from "../lib/clock.ts";
import { hostAndPort, type LoadedConfig } from "../lib/config.ts";
import { type Server, startServer } from "../lib/http/server.ts";
import { openLog } from "../lib/log.ts";
import { actionRoutes } from "./dashboard/api/actions.ts";
import { agentRoutes } from "./dashboard/api/agents.ts";
import { graphRoutes } from "./dashboard/api/graphs.ts";
import { jobRoutes } from "./dashboard/api/jobs.ts";
import { liveRoutes } from "./dashboard/api/live.ts";
import { originalRoutes } from "./dashboard/api/original.ts";
import { inBackground, VERBS } from "./dashboard/background.ts";
import { loadAssets } from "./dashboard/http/assets.ts";
import { makeHandler } from "./dashboard/http/handler.ts";
import { nameCheck } from "./dashboard/http/names.ts";
import { Router } from "./dashboard/http/router.ts";
import { openDashboardSources } from "./dashboard/open_dashboard.ts";
import type { DashboardOptions } from "./dashboard/options.ts";
import { overviewReader } from "./dashboard/overview.ts";
import { Pulse } from "./dashboard/pulse.ts";
import { Sources } from "./dashboard/sources.ts";
import { DASHBOARD_COMPONENT, dashboardVariables } from "./dashboard/variables.ts";

export type { DashboardOptions, DashboardSources, OpenSource } from "./dashboard/options.ts";

/** Time that questions to sources get to end, when the dashboard does, in milliseconds. */
const LAST_QUESTIONS_MS = 1000;

/** A web server that shows a site; disposing of it closes it, not what its sources were made of. */
export class Dashboard implements AsyncDisposable {
  readonly #server: Server;
  /** Ends what is under way between viewers and sources. */
  readonly #endAll: () => Promise<void>;

  private constructor(server: Server, endAll: () => Promise<void>) {
    this.#server = server;
    this.#endAll = endAll;
  }

  /**
   * Starts a dashboard. No source has to be there yet.
   *
   * @param options See {@linkcode DashboardOptions}.
   * @returns The dashboard, listening.
   * @throws {Deno.errors.AddrInUse} When somebody listens on the port already.
   */
  static async start(options: DashboardOptions): Promise<Dashboard> {
    const { host = "127.0.0.1", port = 3274, token, log, clock = systemClock } = options;
    const sources = new Sources(options.sources ?? {});
    const pulse = new Pulse({
      read: overviewReader({ sources, mayAct: token !== undefined, clock }),
      intervalMs: options.pollMs ?? 2000,
      clock,
    });
    const onChange = () => void pulse.refresh();
    const router = new Router([
      ...originalRoutes(sources, clock),
      ...liveRoutes(pulse),
      ...jobRoutes(sources),
      ...actionRoutes({ sources, token, onChange, clock, log }),
      ...agentRoutes(sources, clock),
      ...graphRoutes(sources),
    ]);
    const isName = nameCheck(host, options.names ?? []);
    const handler = makeHandler({ router, assets: await loadAssets(), isName, log });
    const server = startServer({ host, port, handler, clock });
    return new Dashboard(server, async () => {
      const ended = Promise.all([pulse.close(), sources.close()]);
      // Whoever opened a source waits for what it cannot interrupt.
      await within(clock, LAST_QUESTIONS_MS, ended);
    });
  }

  /** Where it listens. */
  get address(): Deno.NetAddr {
    return this.#server.address;
  }

  /** Address of its page, for people. */
  get url(): string {
    const { hostname, port } = this.address;
    const isEverywhere = hostname === "0.0.0.0" || hostname === "::";
    return `http://${hostAndPort(isEverywhere ? "localhost" : hostname, port)}/dashboard/`;
  }

  /** Sends viewers away, ends what is asked of the sources, and closes the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endAll();
    await this.#server[Symbol.asyncDispose]();
  }
}

/** Serves until stopped. */
async function serve(
  { config, warnings }: LoadedConfig<typeof dashboardVariables>,
  signal: AbortSignal,
): Promise<number> {
  const logLevel = config.debug ? "debug" : config.logLevel;
  using log = await openLog({ ...config, logLevel }, {
    component: DASHBOARD_COMPONENT,
    prefix: "DASH",
  });
  for (const warning of warnings) log.logger.warning(warning);
  await using opened = openDashboardSources(config);
  await using dashboard = await Dashboard.start({
    host: config.serverHost,
    port: config.serverPort,
    names: config.serverNames?.split(/[\s,]+/).filter((name) => name !== ""),
    sources: opened.sources,
    token: config.token,
    log: log.logger,
  });
  log.logger.info(`Dashboard at ${dashboard.url}`);
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => stop(), { once: true });
  await stopped;
  log.logger.info("Stopped");
  return EXIT.done;
}

if (import.meta.main) {
  await runMain(async (signal) => {
    const verb = VERBS.find((word) => word === Deno.args[0]);
    const args = verb === undefined ? Deno.args : Deno.args.slice(1);
    const loaded = await readRoleConfig(dashboardVariables, {
      name: DASHBOARD_COMPONENT,
      summary: "Shows a site at work, on a web page; start, stop and status before the flags put " +
        "it into the background, end it there, and tell of it",
      args: args[0] === "help" ? ["--help"] : args,
    });
    if (verb === undefined) return await serve(loaded, signal);
    const { pidFile, logFile, serverHost: host, serverPort: port } = loaded.config;
    return await inBackground(verb, {
      pidFile,
      logFile: logFile ?? "/tmp/copilot-dashboard.log",
      host,
      port,
      args,
      clock: systemClock,
      signal,
    });
  }, { name: DASHBOARD_COMPONENT });
}
