/**
 * `deno task sandbox`: starts a whole site on loopback and keeps it until interrupted.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { resolve } from "@std/path";
import { parseCommandLine } from "../lib/cli/flags.ts";
import { EXIT, printJson, printLine, runMain, UsageError } from "../lib/cli.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../sim/sandbox.ts";

const NAME = "copilot-sandbox";
const port = integer({ min: 0, max: 65_535 });

const parser = object({
  directory: withDefault(
    option("--dir", string({ metavar: "DIRECTORY" }), {
      description: message`Directory of the site; what it holds is kept`,
    }),
    "sandbox",
  ),
  xmpp: optional(option("--xmpp-port", port, { description: message`Port of XMPP` })),
  redis: optional(option("--redis-port", port, { description: message`Port of Redis` })),
  chirp: optional(option("--chirp-port", port, { description: message`Port of Chirp` })),
  dashboard: optional(
    option("--dashboard-port", port, { description: message`Port of the dashboard` }),
  ),
  bare: option("--bare", {
    description: message`Leave out what watches: Carbon, MongoDB, monitor and dashboard`,
  }),
  resumeSeconds: optional(
    option("--resume-seconds", integer({ min: 0, metavar: "N" }), {
      description:
        message`Time that an XMPP session waits for its client after the connection broke; default: 300`,
    }),
  ),
  json: option("--json", { description: message`Print one object with every address` }),
});

/** Starts the site; a port that is taken is for the person at the terminal to mend. */
async function open(options: SandboxOptions): Promise<Sandbox> {
  try {
    return await startSandbox(options);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new UsageError(`${error.message}; a --…-port flag takes another one, 0 any free one`);
  }
}

async function main(signal: AbortSignal): Promise<number> {
  const options = parseCommandLine(parser, {
    name: NAME,
    summary: "Starts the servers of a site on this machine, and a dashboard that shows it",
  });
  const directory = resolve(options.directory);
  const { xmpp, redis, chirp, dashboard, resumeSeconds } = options;
  await using site = await open({
    directory,
    resumeSeconds,
    monitoring: !options.bare,
    monitoringPorts: dashboard === undefined ? undefined : { dashboard },
    ports: {
      ...(xmpp === undefined ? {} : { xmpp }),
      ...(redis === undefined ? {} : { redis }),
      ...(chirp === undefined ? {} : { chirp }),
    },
  });
  const { hostname, domain, rooms, ports, directories } = site.addresses;
  if (options.json) {
    const { ports: monitoring, dashboardUrl } = site.monitoring ?? {};
    printJson({
      ...site.addresses,
      ...(monitoring === undefined ? {} : { monitoring, dashboardUrl }),
    });
  } else {
    const tell = (what: string, where: string) => printLine(`${what.padEnd(10)} ${where}`);
    tell("XMPP", `${hostname}:${ports.xmpp}  domain ${domain}, rooms ${rooms}`);
    tell("Redis", `${hostname}:${ports.redis}`);
    tell("Chirp", `${hostname}:${ports.chirp}  folder ${directories.chirp}`);
    tell("Output", directories.done);
    if (site.monitoring !== undefined) {
      const { ports: watching, dashboardUrl } = site.monitoring;
      tell("Carbon", `${hostname}:${watching.carbon}, its aggregator ${watching.carbonAggregator}`);
      tell("Graphite", `http://${hostname}:${watching.graphite}/render`);
      tell("MongoDB", `${hostname}:${watching.mongodb}`);
      tell("Dashboard", dashboardUrl);
    }
    printLine("");
    printLine("In other terminals:");
    printLine(`  export COPILOT_CONFIG=${directories.config}`);
    printLine("  deno task jobmanager");
    printLine("  deno task agent");
    printLine("  deno task submit --command=fixtures/demo/calculator.sh --wait");
  }
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => stop(), { once: true });
  await stopped;
  return EXIT.done;
}

if (import.meta.main) await runMain(main, { name: NAME });
