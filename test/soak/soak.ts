/**
 * `deno task soak --minutes N`: runs an embedded and a real site with jobs, churn and restarts, and fails
 * when memory, descriptors, processes, Redis keys or files keep growing. Exit code 0 where nothing grows, 1
 * where something does.
 *
 * @module
 */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, float, integer } from "@optique/core/valueparser";
import { parseCommandLine } from "../../lib/cli/flags.ts";
import { EXIT, printErrorLine, printJson, runMain } from "../../lib/cli.ts";
import { MISSING, startSandboxProcess, startServers } from "../live/_site.ts";
import { printSoak } from "./report.ts";
import { runSoak, type SoakResult } from "./run_soak.ts";
import { SiteTarget } from "./site_target.ts";
import { SETTLING } from "./steady_process.ts";
import type { SoakTarget } from "./target.ts";

const NAME = "copilot-soak";
const SITES = ["embedded", "real"] as const;
type SiteName = typeof SITES[number];

const flags = object({
  minutes: withDefault(
    option("--minutes", float({ min: 1, metavar: "N" }), {
      description: message`How long the sites run, side by side`,
    }),
    10,
  ),
  sites: multiple(option("--site", choice(SITES, { metavar: "SITE" }), {
    description: message`Run this one alone: the embedded servers, or Debian's`,
  })),
  seed: withDefault(
    option("--seed", integer({ min: 0, metavar: "S" }), {
      description: message`Another seed gives other disturbances`,
    }),
    1,
  ),
  json: option("--json", { description: message`End with one object` }),
});

function open(name: SiteName, seed: number): Promise<SoakTarget & AsyncDisposable> {
  if (name === "embedded") {
    return SiteTarget.open({
      name,
      seed,
      start: (directory, env) =>
        startSandboxProcess(directory, {
          preload: SETTLING.preload,
          env,
          // Sessions of the killed must be gone within the warm-up; what watches keeps all that it is told.
          args: ["--bare", "--resume-seconds", "10"],
        }),
      processes: (servers) => [["servers", servers.process()]],
      // What its processes hold can be judged only while they live for a while.
      restarts: { sandbox: 50 },
    });
  }
  return SiteTarget.open({
    name,
    seed,
    start: startServers,
    processes: () => [],
    restarts: { Prosody: 7, "redis-server": 5 },
  });
}

async function soak(name: SiteName, seed: number, endMs: number, signal: AbortSignal) {
  await using target = await open(name, seed);
  return await runSoak(target, {
    goOn: () => performance.now() < endMs && !signal.aborted,
    onRound: (round, text, tookMs) =>
      printErrorLine(`${name} ${round}: ${text}, ${(tookMs / 1000).toFixed(1)} s`),
  });
}

async function main(signal: AbortSignal): Promise<number> {
  const { minutes, sites, seed, json } = parseCommandLine(flags, {
    name: NAME,
    summary: "Runs sites with churn and restarts, and fails when something keeps growing",
  });
  const wanted = SITES.filter((name) => sites.length === 0 || sites.includes(name));
  const skipped = wanted.includes("real") ? MISSING : [];
  if (skipped.length > 0) printErrorLine(`The real site is skipped: no ${skipped.join(", ")}`);
  const chosen = wanted.filter((name) => name !== "real" || skipped.length === 0);
  const endMs = performance.now() + minutes * 60_000;
  // Each closes its site, also when another has failed.
  const outcomes = await Promise.allSettled(
    chosen.map((name) => soak(name, seed, endMs, signal)),
  );
  const results: readonly SoakResult[] = outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
  const leaks = results.some(({ leaks }) => leaks);
  if (json) printJson({ minutes, seed, skipped, leaks, results });
  else results.forEach(printSoak);
  if (signal.aborted) return EXIT.interrupted;
  return leaks ? EXIT.failed : EXIT.done;
}

if (import.meta.main) await runMain(main, { name: NAME });
